// Package model is the contract as a sequential specification: what one key holds,
// and which answers an operation can get from it. It knows nothing of time; the
// instants at which an operation may take effect are its [Step]s.
package model

import (
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A State is what one key holds. States are immutable and comparable: a step that
// changes nothing returns the very state that it was given.
type State interface {
	Equal(State) bool
	// Hash is the same for equal states.
	Hash() uint64
}

// A Model is the specification of one key of an object.
type Model interface {
	// Initial is the state of a key that nobody has written.
	Initial() State
	// Take returns the state after the step, ok = false when its operation cannot have
	// been answered as it was in state s. A step of an Info is always possible: it has
	// its effect where the state permits it, and none elsewhere.
	Take(s State, step *Step) (next State, ok bool)
}

// New returns the specification of one key with these operations.
func New(object history.Object, relax location.Relaxations, operations []*history.Operation) Model {
	switch object {
	case history.Consensus:
		return consensus{uncounted: relax.Allow(location.RelaxTruncateCount)}
	case history.Register:
		return cell{}
	}
	return blob{
		noRestore: relax.Allow(location.RelaxNoRestore),
		restores:  hasRestores(operations),
	}
}

// hasRestores reports whether a last deleted value can matter at all.
func hasRestores(operations []*history.Operation) bool {
	for _, op := range operations {
		if _, ok := op.Action.(*history.Restore); ok {
			return true
		}
	}
	return false
}
