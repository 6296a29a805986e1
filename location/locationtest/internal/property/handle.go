package property

import (
	"context"

	"github.com/assay-dev/assay/faults/unreliable"
	"github.com/assay-dev/assay/workload/history"
)

// A handle is one client's access to the store.
type handle interface {
	// prepare settles a request's arguments by what the client has seen.
	prepare(r request, value written) call
	// learn takes note of the answer of a call that succeeded.
	learn(r request, action history.Action)
}

// A call is a request with its arguments settled.
type call struct {
	key    string
	action history.Action
	// send makes the call and fills the answer into the action.
	send func(ctx context.Context, meets fate, action history.Action) error
}

// written names the value that a request writes.
type written struct {
	name   string // of the operation, unique in the program
	unique int    // its number in the program
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
