package property

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/body"
)

// A program is what the clients do at the same time: data that can be printed, run and
// made smaller.
type program struct {
	names   []string // of its keys
	clients [][]request
}

// nameSets are keys that stores have confused with one another.
func nameSets() [][]string {
	return [][]string{
		{"k", "k/a", "kb", "k/", "k/b"},
		{"k", "K", "k/a", "kb", "k/b"},
		{"k/a", "k//a", "k/./a", "k", "K"},
		{"k/a", "k/%61", "k", "kb", "K"},
		{"k", "k ", "K", "k/a", " k"},
		{"\u00e9", "e\u0301", "k", "K", "k/a"}, // the same letter, composed and combined
	}
}

func (p program) String() string {
	var b strings.Builder
	for i, requests := range p.clients {
		fmt.Fprintf(&b, "client %d:\n", i+1)
		for _, r := range requests {
			fmt.Fprintf(&b, "    %s\n", r.text(p.names))
		}
	}
	return b.String()
}

// settleEmpty leaves one empty value per key: they do not tell who wrote them.
func (p program) settleEmpty() {
	var emptied [MaxKeys]bool
	for _, requests := range p.clients {
		for i := range requests {
			if r := &requests[i]; r.size == sizeEmpty {
				if emptied[r.key] {
					r.size = sizeSmall
				}
				emptied[r.key] = true
			}
		}
	}
}

// operations is how many operations the clients request together.
func (p program) operations() (n int) {
	for _, requests := range p.clients {
		n += len(requests)
	}
	return n
}

// A request is one operation, symbolic as far as it depends on what its client has seen.
// Which fields count depends on op.
type request struct {
	op     string // as in a history
	key    int
	fate   fate
	expect expectation    // of a compare_and_set
	from   bound          // of a scan or a truncate
	by     location.SeqNo // how far above or below, and from the expected number to the new one
	limit  int64          // of a scan
	size   int            // of a value, a class
	prefix int            // of a list: so many bytes of the key
	// turns are who goes on at the yield points before and in the operation, see
	// [schedule.Walk]: nobody else after the last.
	turns []int
}

// A fate is what goes wrong with an operation.
type fate int

const (
	fine     fate = iota
	refused       // not done, and the caller is told
	vanished      // not done, and the caller is given a timeout
	untold        // done, and the caller is given a timeout
	late          // done at any time after the caller was given a timeout
)

func (f fate) String() string {
	return [...]string{"", " (fails: not done)", " (times out: not done)", " (times out: done)", " (times out: done later)"}[f]
}

// An expectation is what a compare-and-set expects.
type expectation int

const (
	expectSeen    expectation = iota // what the client last saw
	expectNone                       // no data
	expectAttempt                    // its last attempt, whatever became of it
	expectBelow
	expectAbove
	expectBackward // what it last saw, with a new number that is not above
	expectBeyond   // what it last saw, with a new number above the legal ones
)

// A bound is where a scan begins or up to where a truncation goes.
type bound int

const (
	boundSeen bound = iota
	boundZero
	boundBelow
	boundAbove
)

// Classes of sizes.
const (
	sizeSmall = iota
	sizeEmpty
	sizeLarge
)

// largeBytes is a little less than what every store has to take (C10).
const largeBytes = 10_000

func (r request) text(names []string) string {
	var what string
	switch r.op {
	case "compare_and_set":
		what = r.compareAndSetText()
	case "scan":
		what = "from " + r.boundText()
		if r.limit != location.ScanAll {
			what += fmt.Sprintf(", limit %d", r.limit)
		}
	case "truncate":
		what = "up to " + r.boundText()
	case "set":
		what = r.sizeText()
	}
	if what != "" {
		what = ": " + what
	}
	if slices.Max(append(r.turns, 0)) > 0 {
		what += fmt.Sprintf("; turns %v", r.turns)
	}
	return r.op + r.subject(names[r.key]) + what + r.fate.String()
}

func (r request) subject(key string) string {
	switch r.op {
	case "list_keys":
		return ""
	case "list":
		return fmt.Sprintf(" %q", r.prefixOf(key))
	}
	return fmt.Sprintf(" %q", key)
}

// prefixOf is the prefix of key that a list asks for.
func (r request) prefixOf(key string) string {
	n := min(r.prefix, len(key))
	for !utf8.ValidString(key[:n]) {
		n--
	}
	return key[:n]
}

func (r request) compareAndSetText() string {
	switch r.expect {
	case expectNone:
		return fmt.Sprintf("expect nothing, write v%d, %s", r.by-1, r.sizeText())
	case expectBelow:
		return fmt.Sprintf("expect %d below the last seen, write %d above that, %s", r.by, r.by, r.sizeText())
	case expectAbove:
		return fmt.Sprintf("expect %d above the last seen, write %d more, %s", r.by, r.by, r.sizeText())
	case expectBackward:
		return fmt.Sprintf("expect the last seen, write %d below it", r.by-1)
	case expectBeyond:
		return "expect the last seen, write above the legal end"
	case expectAttempt:
		return fmt.Sprintf("expect the last attempt, write %d more, %s", r.by, r.sizeText())
	}
	return fmt.Sprintf("expect the last seen, write %d more, %s", r.by, r.sizeText())
}

func (r request) boundText() string {
	switch r.from {
	case boundZero:
		return "v0"
	case boundBelow:
		return fmt.Sprintf("%d below the last seen", r.by)
	case boundAbove:
		return fmt.Sprintf("%d above the last seen", r.by)
	}
	return "the last seen"
}

func (r request) sizeText() string {
	return [...]string{"small", "empty", "large"}[r.size]
}

// bytes is the size of the value that the unique-th operation of a program writes: the
// size tells which, so that a delete says which value it removed.
func (r request) bytes(name string, unique int) int {
	switch r.size {
	case sizeEmpty:
		return 0
	case sizeLarge:
		return largeBytes + unique
	}
	return body.MinSize(name) + unique
}
