package model

import (
	"cmp"
	"math"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A Part says which part of its operation a step is.
type Part uint8

const (
	// Whole: the operation takes effect in one step.
	Whole Part = iota
	// LookUp and Removal are the two steps of a delete under the relaxation delete-size.
	LookUp
	Removal
)

// A Step is something of an operation that happens at one instant. A history of one
// key is explained by the contract iff all its steps can be put in one order, each at
// an instant from Earliest to Latest, such that the model takes them all.
type Step struct {
	Operation        *history.Operation
	Part             Part
	Earliest, Latest int64
	// Session and Rank order steps: those of one session are taken by ascending rank,
	// from 0 without gaps. Session is -1 where nothing is demanded.
	Session, Rank int
}

// Steps returns the steps of the operations of one key, and the number of sessions.
//
// An operation is one step between its call and its [history.Operation.Latest],
// except under two relaxations:
//
//   - delete-size: a delete that reports a size is a look-up of the size and then a
//     removal of whatever is there, both between its call and its return. (A delete
//     that found nothing removed nothing: it stays strict.)
//   - stale-head: a head or a scan tells what the key held at some instant from the
//     beginning of time to its return, and the instants of the heads and scans of one
//     process are in the order in which it called them. For heads this says just
//     that the versions seen by a process do not descend; for scans it also orders
//     what they reveal of truncations. A process ends with an Info, and its session
//     with it, although its client goes on.
func Steps(operations []*history.Operation, relax location.Relaxations) (steps []Step, sessions int) {
	steps = make([]Step, 0, len(operations))
	staleHead, deleteSize := relax.Allow(location.RelaxStaleHead), relax.Allow(location.RelaxDeleteSize)
	for _, op := range operations {
		step := Step{Operation: op, Earliest: op.Call, Latest: op.Latest(), Session: -1}
		switch {
		case staleHead && isVersionRead(op):
			step.Earliest, step.Session = math.MinInt64, op.Process
		case deleteSize && reportsSize(op):
			step.Session, step.Part = op.Process, LookUp
			removal := step
			removal.Part = Removal
			steps = append(steps, step, removal)
			continue
		}
		steps = append(steps, step)
	}
	return steps, rank(steps)
}

func isVersionRead(op *history.Operation) bool {
	switch op.Action.(type) {
	case *history.Head, *history.Scan:
		return true
	}
	return false
}

func reportsSize(op *history.Operation) bool {
	a, ok := op.Action.(*history.Delete)
	return ok && op.Outcome == history.Ok && a.Answered && a.Found
}

// rank turns sessions, given as process numbers, into dense ones and numbers their
// steps. It returns how many sessions there are.
func rank(steps []Step) int {
	var ordered []*Step
	for i := range steps {
		if steps[i].Session >= 0 {
			ordered = append(ordered, &steps[i])
		}
	}
	slices.SortStableFunc(ordered, func(a, b *Step) int {
		return cmp.Or(cmp.Compare(a.Session, b.Session), cmp.Compare(a.Operation.Call, b.Operation.Call),
			cmp.Compare(a.Operation.Return, b.Operation.Return), cmp.Compare(a.Operation.Line, b.Operation.Line))
	})
	sessions, process := 0, 0
	for i, step := range ordered {
		if i == 0 || step.Session != process {
			process, sessions = step.Session, sessions+1
		} else {
			step.Rank = ordered[i-1].Rank + 1
		}
		step.Session = sessions - 1
	}
	return sessions
}
