package property

import (
	"context"
	"strconv"

	"github.com/assay-dev/assay/faults/unreliable"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/body"
	"github.com/assay-dev/assay/workload/history"
)

// A handle is one client's access to the store.
type handle interface {
	// prepare settles a request's arguments by what the client has seen.
	prepare(r request, value written) call
	// send makes a call and fills the answer into its action.
	send(ctx context.Context, c call, meets fate) error
	// learn takes note of the answer of a call that succeeded.
	learn(r request, action history.Action)
	// declared are the capabilities that the store declares, if it does.
	declared() location.Capabilities
}

// A call is a request with its arguments settled.
type call struct {
	key    string
	action history.Action
	bytes  int     // of the value that it writes
	room   *[]byte // for that value
	// invalid says why the arguments can never be right, if they cannot.
	invalid *invalid
}

// body makes the value that is written under a name.
func (c call) body(name string) []byte {
	*c.room = body.Append((*c.room)[:0], c.key, name, c.bytes)
	return *c.room
}

// invalid are arguments that every store refuses, whatever it holds (E6).
type invalid struct {
	clause string
	why    func() string
}

// written is the value that a request writes.
type written struct {
	client, call int // the client's number, and which of its calls
	unique       int // number of the call in the program
}

// name is unique in the program, unless the value is empty.
func (w written) name(s size) string {
	if s == empty {
		return body.EmptyName
	}
	return "c" + strconv.Itoa(w.client) + "." + strconv.Itoa(w.call)
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
		key := illegalKey(r.illegal, limits)
		return key, &invalid{"E6", func() string { return "the key " + quoted(key) }}
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
