package proof

import (
	"math"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// blob is the contract of one key of a Blob.
type blob struct {
	told      map[any]bool // the names and sizes that values are told apart by; nil: all
	restores  bool         // there are restores
	noRestore bool         // relaxation no-restore: they bring nothing back
	latest    boxed[Value] // of effect
}

// Holdings is what a key of a Blob holds, and what was deleted last.
type Holdings struct{ Now, Deleted Value }

// A Value is one that is told apart; or [Other], any of those that are not; or nothing.
type Value struct {
	Presence
	Name string
}

// Other has a size that nobody tells.
var Other = Value{Presence: Presence{true, math.MinInt64}}

func newBlob(a *About, steps []*history.Operation) *blob {
	b := &blob{noRestore: a.Relax.Allow(location.RelaxNoRestore)}
	b.restores = steps == nil || slices.ContainsFunc(a.Operations, func(op *history.Operation) bool {
		_, restore := op.Action.(*history.Restore)
		return restore
	})
	if steps != nil {
		b.told = map[any]bool{int64(history.SizeUnknown): true}
	}
	for _, op := range steps {
		switch op := op.Action.(type) {
		case *history.Set:
			b.told[op.Value] = true
		case *history.Get:
			b.told[op.Value] = true
		case *history.Delete:
			b.told[op.Size] = true
		case *history.List:
			for _, e := range op.Entries {
				b.told[e.Size] = true
			}
		}
	}
	return b
}

func (b *blob) initial() State { return Holdings{} }

func (b *blob) presence(s State) Presence { return s.(Holdings).Now.Presence }

// value returns what the key holds after a set.
func (b *blob) value(a *history.Set) Value {
	if b.told == nil || b.told[a.Value] || b.told[a.Size] {
		return Value{Presence{true, a.Size}, a.Value}
	}
	return Other
}

func (b *blob) take(state State, op *history.Operation) (State, bool) {
	s := state.(Holdings)
	switch a := op.Action.(type) {
	case *history.Get:
		return state, a.Damage == "" && s.Now.fits(Presence{a.Found, a.Size}) && (!a.Found || a.Value == s.Now.Name)
	case *history.Set:
		return Holdings{b.value(a), s.Deleted}, true
	case *history.Delete:
		if op.Outcome == history.Ok && a.Answered && !s.Now.fits(Presence{a.Found, a.Size}) {
			return state, false
		}
		if s.Now.Found && b.restores {
			s.Deleted = s.Now
		}
		return Holdings{Deleted: s.Deleted}, true
	case *history.Restore:
		if !s.Now.Found && !b.noRestore {
			s.Now = s.Deleted
		}
		return s, op.Outcome == history.Info || s.Now.Found == (op.Outcome == history.Ok)
	}
	return state, false
}

// effect is the value that a set leaves, or a name.
func (b *blob) effect(op *history.Operation) any {
	switch a := op.Action.(type) {
	case *history.Set:
		return b.latest.box(b.value(a))
	case *history.Delete:
		if op.Outcome == history.Info || a.Found || !a.Answered {
			return "delete"
		}
	case *history.Restore:
		return "restore"
	}
	return nil
}

func (b *blob) expects(*history.Operation) any { return nil }
func (b *blob) holds(State) any                { return nil }
