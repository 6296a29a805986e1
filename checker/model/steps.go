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
	var reads []int // the steps that are ordered by process
	for _, op := range operations {
		step := Step{Operation: op, Earliest: op.Call, Latest: op.Latest(), Session: -1}
		switch {
		case staleHead && isVersionRead(op):
			step.Earliest = math.MinInt64
			reads = append(reads, len(steps))
		case deleteSize && reportsSize(op):
			step.Part, step.Session = LookUp, sessions
			steps = append(steps, step)
			step.Part, step.Rank = Removal, 1
			sessions++
		}
		steps = append(steps, step)
	}
	return steps, sessions + orderReads(steps, reads, sessions)
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

// orderReads makes the reads of each process a session, numbered from first on. It
// returns how many sessions there are.
func orderReads(steps []Step, reads []int, first int) int {
	slices.SortStableFunc(reads, func(i, j int) int {
		a, b := steps[i].Operation, steps[j].Operation
		return cmp.Or(cmp.Compare(a.Process, b.Process), cmp.Compare(a.Call, b.Call),
			cmp.Compare(a.Return, b.Return), cmp.Compare(a.Line, b.Line))
	})
	sessions := 0
	for n, i := range reads {
		if n > 0 && steps[reads[n-1]].Operation.Process == steps[i].Operation.Process {
			steps[i].Rank = steps[reads[n-1]].Rank + 1
		} else {
			sessions++
		}
		steps[i].Session = first + sessions - 1
	}
	return sessions
}
