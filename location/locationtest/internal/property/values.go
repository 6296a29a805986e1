package property

import (
	"fmt"
	"strings"

	"github.com/assay-dev/assay/location"
)

// A size is how long a value is.
type size uint8

const (
	small size = iota
	empty
	large
	longest // that the store declares
	tooLong // by a byte
)

func (s size) String() string {
	return [...]string{"small", "empty", "large", "of the greatest length", "longer than the store takes"}[s]
}

const (
	// smallBytes carry the name of any operation.
	smallBytes = 48
	// largeBytes are a little less than what every store has to take (C10).
	largeBytes = 10_000
	// worthwhile is the greatest of the lengths that a store declares that is tried: each
	// program with such values would take long otherwise.
	worthwhile = 2 << 20
)

// ends reports whether a store declares an end of what it stores that can be tried.
func ends(limits location.Capabilities) bool {
	return 0 < limits.MaxValueBytes && limits.MaxValueBytes <= worthwhile
}

// bytes is the length of the value that the unique-th call of a program writes: it tells
// which, so that a delete says which value it removed.
func (s size) bytes(unique int, limits location.Capabilities) int {
	switch s {
	case empty:
		return 0
	case large:
		return largeBytes + unique
	case longest:
		return int(limits.MaxValueBytes)
	case tooLong:
		return int(limits.MaxValueBytes) + 1
	}
	return smallBytes + unique
}

// overlong says what is wrong with a value that is too long.
func overlong(clause string, limits location.Capabilities) *invalid {
	return &invalid{clause, func() string {
		return fmt.Sprintf("a value of %d bytes, one more than the store declares to take,", limits.MaxValueBytes+1)
	}}
}

// settleSizes leaves each key one value of those whose length does not tell who wrote
// them, and none that the store does not declare.
func (p program) settleSizes(limits location.Capabilities) {
	var taken [MaxKeys][tooLong + 1]bool
	for i := range p.clients {
		client := &p.clients[i]
		for j := range client.requests {
			r := &client.requests[j]
			switch {
			case r.size == small || r.size == large || r.size == tooLong && ends(limits):
			case r.size != empty && !ends(limits), taken[r.key][r.size], client.rounds > 1:
				r.size = small
			default:
				taken[r.key][r.size] = true
			}
		}
	}
}

// maxKeyBytes is the length of the longest key that the store takes.
func maxKeyBytes(limits location.Capabilities) int {
	return max(limits.MaxKeyBytes, location.MinMaxKeyBytes)
}

// nameSets are keys that stores have confused with one another. The first is the plainest.
func nameSets(limits location.Capabilities) [][]string {
	long := maxKeyBytes(limits)
	return [][]string{
		{"k", "k/a", "kb", "k/", "k/b"},
		{"k", "K", "k/a", "kb", "k/b"},
		{"k/a", "k//a", "k/./a", "k", "K"},
		{"k/a", "k/%61", "k", "kb", "K"},
		{"k", "k ", "K", "k/a", " k"},
		{"\u00e9", "e\u0301", "k", "K", "k/a"}, // the same letter, composed and combined
		{"../k", "k/../../a", "k", "..", "."},
		{ // as long as can be, and the same but for their ends
			strings.Repeat("k", long-1) + "a", strings.Repeat("k", long-1) + "b", strings.Repeat("k", long-1),
			strings.Repeat("k", location.MinMaxKeyBytes), "k",
		},
	}
}

// illegalKeys is how many keys there are that no store accepts: the last of them only
// where the store declares how long keys may be.
func illegalKeys(limits location.Capabilities) int {
	if limits.MaxKeyBytes == 0 {
		return 3
	}
	return 4
}

// illegalKey returns one of them, counted from 1.
func illegalKey(n int, limits location.Capabilities) string {
	if n == 4 {
		return strings.Repeat("k", limits.MaxKeyBytes+1)
	}
	return [...]string{"", "k\x00", "k\xff"}[n-1]
}
