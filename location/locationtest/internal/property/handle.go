package property

import (
	"context"

	"github.com/assay-dev/assay/faults/unreliable"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A handle is one client's access to the store.
type handle interface {
	// prepare settles a request's arguments by what the client has seen.
	prepare(r request, value written) call
	// learn takes note of the answer of a call that succeeded.
	learn(r request, action history.Action)
	// declared are the capabilities that the store declares, if it does.
	declared() location.Capabilities
}

// A call is a request with its arguments settled.
type call struct {
	key    string
	action history.Action
	// invalid says why the arguments can never be right, if they cannot.
	invalid *invalid
	// send makes the call and fills the answer into the action.
	send func(ctx context.Context, meets fate, action history.Action) error
}

// invalid are arguments that every store refuses, whatever it holds (E6).
type invalid struct{ clause, why string }

// written names the value that a request writes.
type written struct {
	name   string // of the operation, unique in the program
	unique int    // its number in the program
}

// limits are the capabilities that a store declares by itself; none otherwise.
func limits(store any) location.Capabilities {
	if s, ok := store.(interface{ Capabilities() location.Capabilities }); ok {
		return s.Capabilities()
	}
	return location.Capabilities{}
}

// keyOf returns the key of a request, and what is invalid about it.
func (r request) keyOf(names []string, limits location.Capabilities) (string, *invalid) {
	switch {
	case r.illegal > 0:
		key := illegalKeys(limits)[r.illegal-1]
		return key, &invalid{"E6", "the key " + quoted(key)}
	case r.op == probe:
		return location.LivenessKey, nil
	}
	return names[r.key], nil
}

// meeting lets every operation meet the same fate.
func meeting(f fate) *unreliable.Layer {
	var odds unreliable.Odds
	if f == refused || f == vanished {
		odds.Lost = 1
	}
	if f == untold || f == vanished {
		odds.Untold = 1
	}
	return unreliable.New(0, unreliable.Probabilities{Default: odds})
}

// copied returns a copy of the action of an operation that changes something, for an
// effect whose answer nobody hears; nil for one that changes nothing.
func copied(action history.Action) history.Action {
	switch a := action.(type) {
	case *history.CompareAndSet:
		return new(*a)
	case *history.Truncate:
		return new(*a)
	case *history.Set:
		return new(*a)
	case *history.Delete:
		return new(*a)
	case *history.Restore:
		return new(*a)
	}
	return nil
}
