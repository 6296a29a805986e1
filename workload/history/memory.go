package history

import (
	"hash/maphash"
	"strings"

	"github.com/assay-dev/assay/location"
)

const (
	slabSize   = 512      // values allocated at a time
	textSize   = 32 << 10 // bytes of text allocated at a time
	recentBits = 12       // so many strings are remembered, as a power of two
)

// A memory allocates what operations consist of many at a time: a history of ten
// million lines is ten million allocations less, and smaller.
type memory struct {
	heads          slab[Head]
	compareAndSets slab[CompareAndSet]
	scans          slab[Scan]
	truncates      slab[Truncate]
	gets           slab[Get]
	sets           slab[Set]
	deletes        slab[Delete]
	restores       slab[Restore]
	versions       slab[Version]
	entries        slab[location.BlobMetadata]
	texts          slab[string]

	seed   maphash.Seed
	recent *[1 << recentBits]text
	block  *strings.Builder

	names    *names // nil: keys are texts like others
	listings listings
}

func newMemory(n *names) memory {
	return memory{
		seed: maphash.MakeSeed(), recent: new([1 << recentBits]text), block: new(strings.Builder),
		names: n, listings: newListings(),
	}
}

// A slab is a run of values from which a few at a time are handed out.
type slab[T any] struct{ free []T }

func (s *slab[T]) one() *T {
	if len(s.free) == 0 {
		s.free = make([]T, slabSize)
	}
	one := &s.free[0]
	s.free = s.free[1:]
	return one
}

// copy returns a copy of values, nil for none, which nobody can append over.
func (s *slab[T]) copy(values []T) []T {
	n := len(values)
	switch {
	case n == 0:
		return nil
	case n > slabSize/4:
		return append([]T(nil), values...)
	case n > len(s.free):
		s.free = make([]T, slabSize)
	}
	copied := s.free[:n:n]
	copy(copied, values)
	s.free = s.free[n:]
	return copied
}

// A text is a string that was seen, with its beginning, which is all of most: these are
// told apart without a look at the string itself.
type text struct {
	string
	beginning uint64
}

// text returns b as a string. Those that were seen a little while ago share their
// memory: a history repeats itself.
func (m *memory) text(b []byte) string {
	place, ok := m.lookUp(b)
	if !ok {
		place.string = m.store(b)
	}
	return place.string
}

// key does the same for a key. Nearly all that are equal share their memory if they have names.
func (m *memory) key(b []byte) string {
	if m.names == nil {
		return m.text(b)
	}
	place, ok := m.lookUp(b)
	if !ok {
		place.string = m.names.name(b)
	}
	return place.string
}

// lookUp returns where b is remembered, ok = false when it has to be put there.
func (m *memory) lookUp(b []byte) (place *text, ok bool) {
	start := beginning(b)
	hash := (start + uint64(len(b))) * spread
	if len(b) > 8 {
		hash = maphash.Bytes(m.seed, b)
	}
	place = &m.recent[hash>>(64-recentBits)]
	if place.beginning == start && len(place.string) == len(b) && (len(b) <= 8 || place.string == string(b)) {
		return place, true
	}
	place.beginning = start
	return place, false
}

func (m *memory) store(b []byte) string {
	if len(b) == 0 || len(b) > textSize/8 {
		return string(b)
	}
	if m.block.Cap()-m.block.Len() < len(b) {
		m.block = new(strings.Builder)
		m.block.Grow(textSize)
	}
	// A builder with room left appends in place, so that earlier strings stay as they are.
	start := m.block.Len()
	m.block.Write(b)
	return m.block.String()[start:]
}
