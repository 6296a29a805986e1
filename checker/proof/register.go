package proof

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// register is the specification of one key of a Blob, and all that it ever held.
type register struct {
	relax   location.Relaxations
	held    []holding // from the beginning to now
	deleted *holding  // the last value deleted
}

// A holding is what the key holds from an instant on.
type holding struct {
	at    int64
	found bool
	value string
	size  int64
}

func newRegister(relax location.Relaxations) *register {
	return &register{relax: relax, held: []holding{{at: math.MinInt64}}}
}

func (r *register) take(op *history.Operation, at int64) error {
	now := r.held[len(r.held)-1]
	definite := op.Outcome == history.Ok
	switch a := op.Action.(type) {
	case *history.Get:
		if a.Damage != "" || a.Found != now.found || a.Found && (a.Value != now.value || !sameSize(a.Size, now.size)) {
			return fmt.Errorf("the key holds %v", now)
		}
	case *history.Set:
		r.hold(holding{at, true, a.Value, a.Size})
	case *history.Delete:
		if definite && a.Answered && !r.deletes(op, a, now, at) {
			return fmt.Errorf("the key holds %v", now)
		}
		if now.found {
			r.deleted = &now
			r.hold(holding{at: at})
		}
	case *history.Restore:
		return r.restore(op, now, at)
	default:
		return errors.New("the operation has no place in an order")
	}
	return nil
}

func (r *register) hold(h holding) { r.held = append(r.held, h) }

// deletes reports whether a delete can have told what it told. Under delete-size it
// looked the size up at any instant from its call to now.
func (r *register) deletes(op *history.Operation, a *history.Delete, now holding, at int64) bool {
	if a.Found && r.relax.Allow(location.RelaxDeleteSize) {
		return r.heldBetween(op.Call, at, true, a.Size)
	}
	return a.Found == now.found && (!a.Found || sameSize(a.Size, now.size))
}

func (r *register) restore(op *history.Operation, now holding, at int64) error {
	comesBack := !now.found && r.deleted != nil && !r.relax.Allow(location.RelaxNoRestore)
	exists := now.found || comesBack
	switch {
	case op.Outcome == history.Ok && !exists, op.Outcome == history.Fail && exists:
		return fmt.Errorf("the key holds %v", now)
	case comesBack:
		r.hold(holding{at, true, r.deleted.value, r.deleted.size})
	}
	return nil
}

// heldBetween reports whether the key held nothing, or a value of a size, at some
// instant from one to another.
func (r *register) heldBetween(from, to int64, found bool, size int64) bool {
	// The first state that lasted until from or longer: states at one instant all count.
	i, _ := slices.BinarySearchFunc(r.held, from, func(h holding, t int64) int {
		if h.at < t {
			return -1
		}
		return 1
	})
	for i = max(i-1, 0); i < len(r.held) && r.held[i].at <= to; i++ {
		if h := r.held[i]; h.found == found && (!found || sameSize(h.size, size)) {
			return true
		}
	}
	return false
}

// sameSize takes what the history does not tell for no contradiction.
func sameSize(a, b int64) bool {
	return a == b || a == history.SizeUnknown || b == history.SizeUnknown
}
