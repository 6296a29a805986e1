package consensus

import (
	"context"
	"testing"

	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A rig builds a ladder by hand. The key begins with v0 at time 0.
type rig struct{ *history.History }

func newRig() *rig {
	r := &rig{&history.History{Header: history.Header{Object: history.Consensus}}}
	r.add(0, 1, history.Ok, &history.CompareAndSet{Committed: true})
	return r
}

func (r *rig) add(call, ret int64, outcome history.Outcome, a history.Action) {
	n := len(r.Operations)
	r.Operations = append(r.Operations, history.Operation{Key: "k", Line: n + 2, Process: n, Call: call, Return: ret, Outcome: outcome, Action: a})
}

// lead adds unknown writes that lead from each number between two by a step, called at
// time 2.
func (r *rig) lead(from, to, step int) {
	r.leadLater(from, to, step, func(int) int64 { return 2 })
}

func (r *rig) leadLater(from, to, step int, call func(from int) int64) {
	for i := from; i+step <= to; i++ {
		r.add(call(i), history.Never, history.Info, &history.CompareAndSet{
			HasExpected: true, Expected: location.SeqNo(i), New: history.Version{SeqNo: location.SeqNo(i + step)}})
	}
}

func (r *rig) head(at int64, number int) {
	r.add(at, at, history.Ok, &history.Head{Found: true, Version: history.Version{SeqNo: location.SeqNo(number)}})
}

func (r *rig) truncate(at int64, bound, deleted int) {
	r.add(at, at, history.Ok, &history.Truncate{UpTo: location.SeqNo(bound), Deleted: int64(deleted)})
}

func (r *rig) refuse(at int64, bound int) {
	r.add(at, at, history.Fail, &history.Truncate{UpTo: location.SeqNo(bound), Refused: true})
}

// high is later than all writes of a ladder.
const high = 1_000_000

// heights are ladders of any height that is a multiple of 8. Whether they are valid does
// not depend on it.
var heights = []struct {
	name  string
	valid bool
	build func(r *rig, n int)
}{
	{"a gap, and a count that is neither the least nor the most", true, func(r *rig, n int) {
		r.lead(0, n, 1)
		r.lead(0, n, 2)
		r.head(high, n)
		r.truncate(high+1, n, 3*n/4)
	}},
	{"a gap, and a count that takes one too many", false, func(r *rig, n int) {
		r.lead(0, n, 1)
		r.lead(0, n, 2)
		r.head(high, n)
		r.truncate(high+1, n, n+1)
	}},
	{"a gap, and a count that takes one too few", false, func(r *rig, n int) {
		r.lead(0, n, 1)
		r.lead(0, n, 2)
		r.head(high, n)
		r.truncate(high+1, n, n/2-1)
	}},
	{"a gap with steps of one and three, and an odd count", false, func(r *rig, n int) {
		r.lead(0, n, 1)
		r.lead(0, n, 3)
		r.head(high, n)
		r.truncate(high+1, n, n/2+1)
	}},
	{"a gap with steps of one and three, and an even count", true, func(r *rig, n int) {
		r.lead(0, n, 1)
		r.lead(0, n, 3)
		r.head(high, n)
		r.truncate(high+1, n, n/2)
	}},
	{"gaps with steps of one and three, and an odd count over all of them", false, func(r *rig, n int) {
		r.lead(0, n, 1)
		r.lead(0, n, 3)
		for i := 4; i <= n; i += 4 {
			r.head(int64(high+i), i)
		}
		r.truncate(2*high, n, n/2+1)
	}},
	{"a gap in which the small steps come late, and as many as came in time", true, func(r *rig, n int) { lateSteps(r, n, 0) }},
	{"a gap in which the small steps come late, and one more than came in time", false, func(r *rig, n int) { lateSteps(r, n, 1) }},
	{"a gap with small steps and then large ones, and their count", true, func(r *rig, n int) { halves(r, n, 3*n/4) }},
	{"a gap with small steps and then large ones, and one more", false, func(r *rig, n int) { halves(r, n, 3*n/4+1) }},
	{"a gap, and unknown truncations that may have taken what was not counted", true, func(r *rig, n int) {
		r.lead(0, n, 1)
		r.head(high, n)
		for i := range n {
			r.add(high, history.Never, history.Info, &history.Truncate{UpTo: location.SeqNo(i)})
		}
		r.truncate(high+2, n, n/2)
	}},
	{"a tail, and a count that takes one too many", false, func(r *rig, n int) {
		r.lead(0, n, 1)
		r.lead(0, n, 2)
		r.truncate(high, n, n+1)
	}},
	{"a tail, and the least count", true, func(r *rig, n int) {
		r.lead(0, n, 1)
		r.lead(0, n, 2)
		r.truncate(high, n, n/2)
	}},
	{"a tail with steps of one and three, an odd count, and a refusal above them", false, func(r *rig, n int) {
		r.lead(0, n+2, 1)
		r.lead(0, n+2, 3)
		r.truncate(high, n, n/2+1)
		r.refuse(high+1, n+1)
	}},
	{"a tail of which bounds tell more and more", true, func(r *rig, n int) {
		r.lead(0, n+2, 1)
		r.lead(0, n+2, 2)
		for i := 4; i <= n; i += 4 {
			r.truncate(int64(high+2*i), i, 3)
			r.refuse(int64(high+2*i+1), i+3)
		}
	}},
}

// lateSteps has steps by one that are called later the higher they are. At the truncation,
// those up to the middle were, and only steps by two lead on from there.
func lateSteps(r *rig, n, more int) {
	r.leadLater(0, n, 1, func(from int) int64 { return int64(2 + from) })
	r.lead(0, n, 2)
	r.truncate(int64(2+n/2), n, n/2+n/4+more)
	r.head(high, n)
}

// halves has only steps by one up to the middle, and by two from there.
func halves(r *rig, n, deleted int) {
	r.lead(0, n/2, 1)
	r.lead(n/2, n, 2)
	r.head(high, n)
	r.truncate(high+1, n, deleted)
}

func TestALadderOfAnyHeightIsDecided(t *testing.T) {
	all := []int{8, 24, 80}
	if *cases > 100 {
		all = append(all, 160, 400)
	}
	for _, c := range heights {
		t.Run(c.name, func(t *testing.T) {
			for _, n := range all {
				r := newRig()
				c.build(r, n)
				cert := certify(r.History, nil)
				claim := cert.Keys[0]
				if undecided(claim) {
					t.Fatalf("of height %d it is undecided, or unproven", n)
				}
				if valid := claim.Contradiction == nil; valid != c.valid {
					t.Errorf("of height %d: valid = %v", n, valid)
				}
				if err := proof.Verify(r.History, nil, cert); err != nil {
					t.Error(err)
				}
				if n == 8 { // is the table right?
					p := search.Problem{Object: history.Consensus, Operations: perkey.Split(r.History, 1)[0].Operations}
					if explained, err := search.Explained(context.Background(), p, 1<<28); err != nil || explained != c.valid {
						t.Errorf("the search says %v, %v", explained, err)
					}
				}
			}
		})
	}
}
