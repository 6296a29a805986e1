package checker

import (
	"math"

	"github.com/assay-dev/assay/workload/history"
)

// A sequence tells of a run of operations whether each process has one at a time when
// they are taken in the order in which they stand: the usual case, at the cost of one look.
type sequence struct {
	broken bool
	limit  int // processes below it are in lanes
	lanes  []lane
	others map[int]lane
}

// A lane is what one process did in a run of operations: when it called first, and from
// when on it can call again.
type lane struct{ called, free int64 }

// idle is the lane of a process that did nothing.
var idle = lane{math.MaxInt64, math.MinInt64}

// reset makes ready for a run of operations. The last process of all tends to have the
// highest number.
func (s *sequence) reset(all []history.Operation) {
	s.broken, s.limit, s.lanes = false, 2*len(all)+1000, s.lanes[:0]
	clear(s.others)
	if n := len(all); n > 0 && s.lanes == nil {
		s.lanes = make([]lane, 0, min(s.limit, max(0, all[n-1].Process)+100))
	}
}

func (s *sequence) add(op *history.Operation) {
	s.follow(op.Process, lane{op.Call, free(op)})
}

// follow enters what a process did next.
func (s *sequence) follow(process int, next lane) {
	if process < 0 || process >= s.limit {
		if s.others == nil {
			s.others = map[int]lane{}
		}
		before, ok := s.others[process]
		if !ok {
			before = idle
		}
		s.others[process] = s.after(before, next)
		return
	}
	for process >= len(s.lanes) {
		s.lanes = append(s.lanes, idle)
	}
	s.lanes[process] = s.after(s.lanes[process], next)
}

func (s *sequence) after(before, next lane) lane {
	s.broken = s.broken || next.called < before.free
	return lane{min(before.called, next.called), max(before.free, next.free)}
}

// join enters what all processes did in the run behind.
func (s *sequence) join(behind *sequence) {
	s.broken = s.broken || behind.broken
	for process, l := range behind.lanes {
		if l != idle {
			s.follow(process, l)
		}
	}
	for process, l := range behind.others {
		s.follow(process, l)
	}
}

// free returns the first instant at which the process of op can call again; after an
// Info there is none, for its client goes on as another process.
func free(op *history.Operation) int64 {
	if op.Outcome == history.Info {
		return math.MaxInt64
	}
	return op.Return
}
