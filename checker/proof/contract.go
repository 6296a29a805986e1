package proof

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A contract says what may become of one key, as a sequential specification: [Versions]
// of a Consensus, [Holdings] of a Blob, [history.Content] of a Register.
type contract interface {
	// initial is the state of a key that nobody wrote.
	initial() State
	// presence is what a listing tells of a key in this state.
	presence(s State) Presence
	// take returns the state after op, ok = false when op cannot have been answered as it
	// was, or without an answer has no effect.
	take(s State, op *history.Operation) (next State, ok bool)
	// effect is nil for what changes nothing, unless it failed, and equal for operations
	// that lead from any state to the same one, where nobody heard what they did.
	effect(op *history.Operation) any
	// expects is what op needs holds to be of the state in which it takes effect, nil if
	// that is not all, or nothing.
	expects(op *history.Operation) any
	holds(s State) any
}

// A State is something that a key can have held. States are comparable.
type State any

// Presence is whether there is something, and of which size.
type Presence struct {
	Found bool
	Size  int64
}

// fits reports whether both can be true: what is not told is no contradiction.
func (p Presence) fits(q Presence) bool {
	return p.Found == q.Found && (!p.Found || p.Size == q.Size || p.Size == history.SizeUnknown || q.Size == history.SizeUnknown)
}

// About is all that a contradiction is about: the operations of one key, and any
// listings, each with its line.
type About struct {
	Object     history.Object
	Relax      location.Relaxations
	Key        string
	Operations []*history.Operation
}

// contract returns the contract of the key. Given steps of a contradiction and numbers,
// it tells only those states apart that these do.
func (a *About) contract(steps []*history.Operation, apart []location.SeqNo) contract {
	switch a.Object {
	case history.Consensus:
		return newLog(a, steps, apart)
	case history.Blob:
		return newBlob(a, steps)
	}
	return register{}
}

// Effect returns what is equal for others that may have done the same, and nil for those
// that did nothing.
func (a *About) Effect(steps []*history.Operation, apart []location.SeqNo) func(*history.Operation) any {
	c := a.contract(steps, apart)
	return func(op *history.Operation) any { return effect(c, op) }
}

func effect(c contract, op *history.Operation) any {
	if op.Outcome == history.Fail {
		return nil
	}
	return c.effect(op)
}

// boxed is a value as an any. It is kept, since many operations one after the other have
// the same effect.
type boxed[T comparable] struct {
	value T
	any   any
}

func (b *boxed[T]) box(v T) any {
	if b.any == nil || v != b.value {
		b.value, b.any = v, v
	}
	return b.any
}

// answered reports whether op has to be explained. Refusals are answers (E6).
func answered(op *history.Operation) bool {
	return op.Outcome == history.Ok || op.Outcome == history.Fail && history.Refused(op.Action)
}

// unheard returns op as if nobody had heard what it did.
func unheard(op *history.Operation) *history.Operation {
	copied := *op
	copied.Outcome = history.Info
	return &copied
}

// stale reports whether op may tell what was true before its call.
func (a *About) stale(op *history.Operation) bool {
	switch op.Action.(type) {
	case *history.Head, *history.Scan:
		return a.Relax.Allow(location.RelaxStaleHead)
	}
	return false
}

// Compare puts the operations of a contradiction in order: those without an answer by
// their calls, and then the others by their returns.
func Compare(a, b *history.Operation) int {
	returned := func(op *history.Operation) int64 {
		if op.Outcome == history.Info {
			return math.MinInt64
		}
		return op.Return
	}
	return cmp.Or(cmp.Compare(returned(a), returned(b)), cmp.Compare(a.Call, b.Call), cmp.Compare(a.Line, b.Line))
}

// lookedUp returns what a delete saw that looked the size up first: under delete-size
// that may be some time before it removes whatever there is then.
func (a *About) lookedUp(op *history.Operation) []Presence {
	d, ok := op.Action.(*history.Delete)
	if !ok || op.Outcome != history.Ok || !d.Answered || !d.Found || !a.Relax.Allow(location.RelaxDeleteSize) {
		return nil
	}
	return []Presence{{true, d.Size}}
}

// listed returns what a listing says of the key: nothing if it does not cover it, and
// what cannot be if it names the key twice or unasked.
func (a *About) listed(op *history.Operation) (says []Presence, ok bool) {
	prefix, entries, ok := listing(op)
	if !ok {
		return nil, false
	}
	for e := range entries {
		if e.Key == a.Key {
			says = append(says, Presence{true, e.Size})
		}
	}
	named := 0 // as it should be
	if strings.HasPrefix(a.Key, prefix) {
		named = 1
	}
	if len(says) != named {
		says = append(says, Presence{})
	}
	return says, true
}

// listing returns what a listing covers and names. Of a Consensus key it tells no size.
func listing(op *history.Operation) (prefix string, entries iter.Seq[location.BlobMetadata], ok bool) {
	switch a := op.Action.(type) {
	case *history.List:
		return a.Prefix, slices.Values(a.Entries), true
	case *history.ListKeys:
		return "", func(yield func(location.BlobMetadata) bool) {
			for _, key := range a.Keys {
				if !yield(location.BlobMetadata{Key: key, Size: history.SizeUnknown}) {
					return
				}
			}
		}, true
	}
	return "", nil, false
}
