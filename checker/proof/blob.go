package proof

import (
	"math"
	"slices"
	"strings"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// blob is the contract of one key of a Blob. It tells only those values apart that it
// is asked about.
type blob struct {
	key                   string
	deleteSize, noRestore bool // relaxations
	restores              bool // a restore may bring something back
	exact                 bool // each value is told apart
	names                 map[string]bool
	sizes                 map[int64]bool // else those asked about
	past                  []moment       // in an order: all that it held
}

// A holdings is what a key of a Blob holds, and what was deleted last.
type holdings struct{ now, deleted holding }

// A holding is a value, or any other than those that are told apart, or nothing.
type holding struct {
	found, other bool
	name         string
	size         int64
}

// A moment is what a key held from an instant on.
type moment struct {
	at int64
	holding
}

func newBlob(key string, relax location.Relaxations) *blob {
	return &blob{
		key: key, deleteSize: relax.Allow(location.RelaxDeleteSize), noRestore: relax.Allow(location.RelaxNoRestore),
		names: map[string]bool{}, sizes: map[int64]bool{}, past: []moment{{at: math.MinInt64}},
	}
}

func (c *blob) initial() holdings { return holdings{} }

// asks tells the values apart that an operation names.
func (c *blob) asks(op *history.Operation) {
	switch a := op.Action.(type) {
	case *history.Set:
		c.names[a.Value] = true
	case *history.Get:
		c.names[a.Value] = true
	case *history.Delete:
		c.sizes[a.Size] = true
	case *history.List:
		for _, e := range a.Entries {
			c.sizes[e.Size] = true
		}
	}
}

// set returns what the key holds after a set.
func (c *blob) set(a *history.Set) holding {
	if c.exact || c.names[a.Value] || c.sizes[a.Size] || a.Size == history.SizeUnknown {
		return holding{found: true, name: a.Value, size: a.Size}
	}
	return holding{found: true, other: true}
}

// measures reports whether h can be of a size. What the history does not tell is no
// contradiction.
func (h holding) measures(size int64) bool {
	return h.found && (!h.other && h.size == size || size == history.SizeUnknown || !h.other && h.size == history.SizeUnknown)
}

func (c *blob) take(s holdings, op *history.Operation) (holdings, bool) {
	definite := op.Outcome == history.Ok
	switch a := op.Action.(type) {
	case *history.Get:
		return s, a.Damage == "" && a.Found == s.now.found && (!a.Found || a.Value == s.now.name && s.now.measures(a.Size))
	case *history.Set:
		s.now = c.set(a)
	case *history.Delete:
		if definite && a.Answered && !c.deletes(s, op, a) {
			return s, false
		}
		if s.now.found && c.restores {
			s.deleted = s.now
		}
		s.now = holding{}
	case *history.Restore:
		comesBack := !s.now.found && s.deleted.found && !c.noRestore
		exists := s.now.found || comesBack
		if definite && !exists || op.Outcome == history.Fail && exists {
			return s, false
		}
		if comesBack {
			s.now = s.deleted
		}
	case *history.List:
		return s, c.lists(s, a)
	default:
		return s, false
	}
	return s, true
}

// deletes reports whether a delete can have told what it told. Under delete-size it
// looked the size up at any instant from its call to now.
func (c *blob) deletes(s holdings, op *history.Operation, a *history.Delete) bool {
	if a.Found && c.deleteSize && c.exact {
		return c.held(op.Call, math.MaxInt64, true, a.Size)
	}
	return a.Found == s.now.found && (!a.Found || s.now.measures(a.Size))
}

// lists reports whether a listing can have told of the key what it told.
func (c *blob) lists(s holdings, a *history.List) bool {
	i := slices.IndexFunc(a.Entries, func(e location.BlobMetadata) bool { return e.Key == c.key })
	switch named := count(a.Entries, func(e location.BlobMetadata) bool { return e.Key == c.key }); {
	case !strings.HasPrefix(c.key, a.Prefix):
		return named == 0
	case named == 0:
		return !s.now.found
	default:
		return named == 1 && s.now.measures(a.Entries[i].Size)
	}
}

// effect is the value that a set leaves, or a kind of operation.
func (c *blob) effect(op *history.Operation) holding {
	if a, ok := op.Action.(*history.Set); ok {
		return c.set(a)
	}
	return holding{name: op.Action.Name()}
}

func (c *blob) note(s holdings, at int64) {
	if c.past[len(c.past)-1].holding != s.now {
		c.past = append(c.past, moment{at, s.now})
	}
}

func (c *blob) held(from, to int64, found bool, size int64) bool {
	// The first state that lasted until from or longer: states at one instant all count.
	i, _ := slices.BinarySearchFunc(c.past, from, func(m moment, t int64) int {
		if m.at < t {
			return -1
		}
		return 1
	})
	for i = max(i-1, 0); i < len(c.past) && c.past[i].at <= to; i++ {
		if m := c.past[i]; m.found == found && (!found || m.measures(size)) {
			return true
		}
	}
	return false
}
