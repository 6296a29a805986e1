package blob_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A simulation is a key of which values are deleted and come back all the time, and what
// those saw who did it.
type simulation struct {
	*rand.Rand
	noRestore    bool
	values       int64
	now, deleted int64 // 0 for nothing
}

// operation draws an operation that takes effect now.
func (s *simulation) operation() history.Operation {
	op := history.Operation{Key: "k"}
	happens := true
	if s.IntN(3) == 0 {
		op.Outcome, happens = history.Info, s.IntN(2) == 0
	}
	switch s.IntN(6) {
	case 0:
		s.values++
		op.Action = set(s.values)
		if happens {
			s.now = s.values
		}
	case 1, 2:
		a := &history.Delete{Answered: op.Outcome == history.Ok && s.IntN(3) > 0}
		if a.Answered && s.now != 0 {
			a.Found, a.Size = true, s.now
		}
		op.Action = a
		if happens && s.now != 0 {
			s.now, s.deleted = 0, s.now
		}
	case 3, 4:
		a := &history.Restore{}
		op.Action = a
		switch {
		case s.now != 0 || !happens:
		case s.deleted != 0 && !s.noRestore:
			s.now = s.deleted
		case op.Outcome == history.Ok:
			op.Outcome, a.Refused = history.Fail, true
		}
	default:
		op.Outcome = history.Ok
		if op.Action = nothing(); s.now != 0 {
			op.Action = get(s.now)
		}
	}
	return op
}

// history draws a few operations. One of them may be broken.
func (s *simulation) history(relax location.Relaxations) *history.History {
	h := &history.History{Header: history.Header{Object: history.Blob, Relax: relax}}
	stretch := 1 + s.IntN(12)
	for i := range 4 + s.IntN(8) {
		op := s.operation()
		op.Process = i
		op.Call = max(0, int64(3*i-s.IntN(stretch)))
		op.Return = int64(3*i + s.IntN(stretch))
		if op.Outcome == history.Info {
			op.Return = history.Never
		}
		h.Operations = append(h.Operations, op)
	}
	if s.IntN(2) == 0 {
		s.breakOne(&h.Operations[s.IntN(len(h.Operations))])
	}
	slices.SortStableFunc(h.Operations, func(a, b history.Operation) int { return cmp.Compare(a.Call, b.Call) })
	for i := range h.Operations {
		h.Operations[i].Line = i + 2
	}
	return h
}

// breakOne lets an operation come later, or gives it the answer that another might have had.
func (s *simulation) breakOne(op *history.Operation) {
	late := int64(s.IntN(8))
	if op.Call += late; op.Outcome != history.Info {
		op.Return += late
	}
	switch a := op.Action.(type) {
	case *history.Get:
		op.Action = nothing()
		if !a.Found && s.values > 0 {
			op.Action = get(1 + s.Int64N(s.values))
		}
	case *history.Restore:
		if op.Outcome != history.Info && s.IntN(2) == 0 {
			a.Refused = !a.Refused
			op.Outcome = map[bool]history.Outcome{false: history.Ok, true: history.Fail}[a.Refused]
		}
	case *history.Delete:
		if a.Answered && s.values > 0 {
			*a = history.Delete{Answered: true, Found: !a.Found}
			if a.Found {
				a.Size = 1 + s.Int64N(s.values)
			}
		}
	}
}

func TestWhatComesBackIsFollowedWithoutASearch(t *testing.T) {
	src := rand.New(rand.NewPCG(2, 2))
	found := map[string]int{}
	for i := range 10000 {
		var relax location.Relaxations
		if i%4 == 0 {
			relax = append(relax, location.RelaxNoRestore)
		}
		s := &simulation{Rand: src, noRestore: i%4 == 0}
		h := s.history(relax)
		if len(perkey.Split(h, 1)) == 1 {
			got := check(t, h)
			found[got]++
			if got == undecided || t.Failed() {
				for _, op := range h.Operations {
					t.Logf("%d %v %d-%d %T %+v", op.Line, op.Outcome, op.Call, op.Return, op.Action, op.Action)
				}
				t.Fatalf("case %d is %s", i, got)
			}
		}
	}
	t.Log(found)
}
