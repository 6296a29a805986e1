package consensus

import (
	"context"
	"testing"

	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/checker/shrink"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// write adds an unknown write that leads from one number to another.
func (r *rig) write(call int64, from, to int) {
	r.leadLater(from, to, to-from, func(int) int64 { return call })
}

// writes adds those that lead from each of these numbers to the next, called at time 2.
func (r *rig) writes(numbers ...int) {
	for i, to := range numbers[1:] {
		r.write(2, numbers[i], to)
	}
}

func (r *rig) commit(call, ret int64, from, to int) {
	r.add(call, ret, history.Ok, &history.CompareAndSet{
		HasExpected: true, Expected: location.SeqNo(from), New: history.Version{SeqNo: location.SeqNo(to)}, Committed: true})
}

func (r *rig) mismatch(call, ret int64, number int) {
	r.add(call, ret, history.Ok, &history.CompareAndSet{
		HasExpected: true, Expected: location.SeqNo(number), New: history.Version{SeqNo: high}})
}

func (r *rig) scan(call, ret int64, from int, limit int64, numbers ...int) {
	a := &history.Scan{From: location.SeqNo(from), Limit: limit}
	for _, n := range numbers {
		a.Versions = append(a.Versions, history.Version{SeqNo: location.SeqNo(n)})
	}
	r.add(call, ret, history.Ok, a)
}

func (r *rig) lost(call int64, bound int) {
	r.add(call, history.Never, history.Info, &history.Truncate{UpTo: location.SeqNo(bound)})
}

func (r *rig) truncateLong(call, ret int64, bound, deleted int) {
	r.add(call, ret, history.Ok, &history.Truncate{UpTo: location.SeqNo(bound), Deleted: int64(deleted)})
}

var stale = location.Relaxations{location.RelaxStaleHead}

// obstacles are keys of a few versions, on which something rules out all paths, or comes so
// close to it that it does not.
var obstacles = []struct {
	name  string
	path  bool
	relax location.Relaxations
	build func(r *rig)
}{
	{"a write that was called after the next version was committed", false, nil, func(r *rig) {
		r.write(12, 0, 1)
		r.commit(10, 11, 1, 2)
	}},
	{"a write that was called when the next version was committed", true, nil, func(r *rig) {
		r.write(11, 0, 1)
		r.commit(10, 11, 1, 2)
	}},
	{"a write that was called after its version was seen", false, nil, func(r *rig) {
		r.write(12, 0, 1)
		r.head(11, 1)
	}},
	{"a write that was called while a higher version was seen", true, nil, func(r *rig) {
		r.writes(0, 1)
		r.write(10, 1, 2)
		r.add(5, 20, history.Ok, &history.Head{Found: true, Version: history.Version{SeqNo: 2}})
	}},
	{"an end that was seen before the beginning, over what is skipped", false, nil, func(r *rig) {
		r.writes(0, 1)
		r.writes(0, 2)
		r.head(10, 2)
		r.head(20, 0)
	}},
	{"a bound that was refused while its version was seen", true, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.add(10, 20, history.Fail, &history.Truncate{UpTo: 2, Refused: true})
		r.head(15, 2)
	}},
	{"a listing that did not name the key when it had a version", false, nil, func(r *rig) {
		r.add(10, 10, history.Ok, &history.ListKeys{})
	}},
	{"a stale read of the beginning after the end was seen", true, stale, func(r *rig) {
		r.writes(0, 1, 2)
		r.head(10, 2)
		r.head(20, 0)
	}},
	{"a stale read of what was not called yet", false, stale, func(r *rig) {
		r.writes(0, 1)
		r.write(12, 1, 2)
		r.head(10, 2)
	}},
	{"a version that is known is skipped", false, nil, func(r *rig) {
		r.writes(0, 1)
		r.writes(0, 2)
		r.head(5, 1)
		r.head(10, 2)
	}},
	{"a version that was committed twice", false, nil, func(r *rig) {
		r.writes(0, 1)
		r.commit(5, 5, 0, 2)
		r.commit(5, 5, 1, 2)
	}},
	{"a write that expects what nobody wrote", false, nil, func(r *rig) {
		r.writes(0, 2)
		r.writes(1, 3)
		r.head(10, 3)
	}},

	{"a mismatch on the last version", false, nil, func(r *rig) {
		r.writes(0, 1)
		r.head(5, 1)
		r.mismatch(10, 20, 1)
	}},
	{"a mismatch on a version that was seen before, while the next one was not there", false, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.head(5, 1)
		r.mismatch(10, 20, 1)
		r.refuse(30, 2)
	}},
	{"two mismatches on it, the first of them too early", false, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.head(5, 1)
		r.mismatch(10, 20, 1)
		r.mismatch(40, 50, 1)
		r.refuse(30, 2)
	}},
	{"a mismatch that may have come before it", true, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.head(5, 1)
		r.mismatch(5, 20, 1)
		r.refuse(30, 2)
	}},
	{"a mismatch that may have come after the next one", true, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.head(5, 1)
		r.mismatch(10, 20, 1)
		r.refuse(15, 2)
	}},
	{"a mismatch on one of two ways, which leaves less time for what follows", true, nil, func(r *rig) {
		r.writes(0, 1, 3, 4)
		r.write(3, 0, 2)
		r.writes(2, 3)
		r.truncate(5, 1, 1)
		r.mismatch(10, 12, 1)
		r.mismatch(15, 16, 3)
		r.refuse(30, 4)
		r.head(40, 4)
	}},

	{"a scan that left out what had to be there", false, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.scan(10, 10, 1, 9, 2)
	}},
	{"a scan before which that may have been truncated", true, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.lost(10, 2)
		r.scan(10, 10, 1, 9, 2)
	}},
	{"a scan after which that may have been truncated", false, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.lost(11, 2)
		r.scan(10, 10, 1, 9, 2)
	}},
	{"a scan before which what is below that may have been truncated", false, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.lost(2, 1)
		r.scan(10, 10, 1, 9, 2)
	}},
	{"a scan that left out what lies between", false, nil, func(r *rig) {
		r.writes(0, 1, 2, 3)
		r.scan(10, 10, 1, 9, 1, 3)
	}},
	{"a scan that left out what need not lie between", true, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.writes(1, 3)
		r.scan(10, 10, 1, 9, 1, 3)
	}},

	{"a truncation of what was found later", false, nil, func(r *rig) {
		r.writes(0, 1, 2, 3)
		r.truncate(10, 3, 3)
		r.scan(20, 20, 1, 9, 1, 2, 3)
	}},
	{"a truncation of what was found in the meantime", true, nil, func(r *rig) {
		r.writes(0, 1, 2, 3)
		r.truncateLong(10, 20, 3, 3)
		r.scan(20, 20, 1, 9, 1, 2, 3)
	}},
	{"a truncation below what was found later", true, nil, func(r *rig) {
		r.writes(0, 1)
		r.truncate(10, 1, 1)
		r.scan(20, 20, 0, 9, 1)
	}},
	{"a truncation of what was truncated later", false, nil, func(r *rig) {
		r.writes(0, 1, 2, 3)
		r.truncate(10, 3, 1)
		r.truncate(20, 2, 2)
	}},
	{"a truncation after which another one found nothing", true, nil, func(r *rig) {
		r.writes(0, 1, 2, 3)
		r.truncate(10, 3, 3)
		r.truncate(20, 2, 0)
	}},

	{"a truncation that found nothing of what was there", false, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.truncate(10, 2, 0)
	}},
	{"one that a lost one may have come before", true, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.lost(10, 2)
		r.truncate(10, 2, 0)
	}},
	{"one that a lost one with a higher bound may have come before", true, nil, func(r *rig) {
		r.writes(0, 1, 2, 3)
		r.lost(10, 3)
		r.truncate(10, 2, 0)
	}},
	{"one that a lost one came after", false, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.lost(11, 2)
		r.truncate(10, 2, 0)
	}},
	{"one that a lost one came after, since its bound was not there", false, nil, func(r *rig) {
		r.writes(0, 1, 2, 3)
		r.lost(2, 3)
		r.truncate(10, 2, 0)
		r.refuse(20, 3)
		r.head(30, 3)
	}},
	{"one that a lost one came after, since its bound was not there, which is far above", false, nil, func(r *rig) {
		r.writes(0, 1, 2, 3)
		r.head(5, 2)
		r.truncate(10, 2, 0)
		r.lost(2, 3)
		r.refuse(20, 3)
		r.head(30, 3)
	}},
	{"one that a lost one came after, since something was found below its bound", false, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.lost(2, 2)
		r.truncate(10, 1, 0)
		r.scan(20, 20, 1, 9, 1, 2)
	}},

	{"a lost truncation of what was not counted", true, nil, func(r *rig) {
		r.writes(0, 1, 2, 3)
		r.lost(10, 1)
		r.truncate(10, 3, 2)
	}},
	{"a lost truncation after the count", false, nil, func(r *rig) {
		r.writes(0, 1, 2, 3)
		r.lost(11, 1)
		r.truncate(10, 3, 2)
	}},
	{"a count of what was gone when another one found nothing", false, nil, func(r *rig) {
		r.writes(0, 1, 2, 3)
		r.lost(2, 2)
		r.truncate(10, 2, 0)
		r.truncate(20, 3, 3)
	}},
	{"a count of what was gone when another one may have found nothing", true, nil, func(r *rig) {
		r.writes(0, 1, 2, 3)
		r.truncate(10, 2, 0)
		r.lost(2, 2)
		r.truncate(20, 3, 1)
	}},
	{"a count before another one found nothing", true, nil, func(r *rig) {
		r.writes(0, 1, 2, 3)
		r.truncateLong(10, 12, 3, 3)
		r.truncate(10, 2, 0)
	}},
	{"a count of what a scan found gone", false, nil, func(r *rig) {
		r.writes(0, 1, 2, 3, 4)
		r.lost(2, 2)
		r.scan(10, 20, 1, 1, 2)
		r.truncateLong(5, 30, 4, 4)
	}},
	{"a count of what a scan found gone, but the lowest version", false, nil, func(r *rig) {
		r.writes(0, 1)
		r.writes(0, 2, 3, 4)
		r.lost(2, 3)
		r.scan(10, 10, 1, 1, 3)
		r.truncate(20, 4, 3)
	}},
	{"a count of what a scan did not look for", true, nil, func(r *rig) {
		r.writes(0, 1)
		r.writes(0, 2, 3)
		r.scan(10, 10, 1, 1, 2)
		r.truncate(20, 3, 2)
	}},
	{"a count of what no lost truncation can have left", false, nil, func(r *rig) {
		r.writes(0, 1, 2, 3, 4)
		r.lost(2, 3)
		r.scan(10, 20, 1, 1, 2)
		r.truncate(30, 4, 2)
	}},
	{"a count of what no lost truncation with a higher bound can have left", false, nil, func(r *rig) {
		r.writes(0, 1, 2, 3, 4, 5)
		r.lost(2, 4)
		r.scan(10, 20, 1, 1, 2)
		r.truncate(30, 5, 2)
	}},
	{"a count that takes too many of what the last one left", false, nil, func(r *rig) {
		r.writes(0, 1, 2, 3, 4)
		r.head(5, 2)
		r.truncate(10, 2, 2)
		r.truncate(20, 4, 3)
	}},
	{"a count that takes too few of what is below a version that was seen", false, nil, func(r *rig) {
		r.writes(0, 1, 2, 3)
		r.head(5, 2)
		r.truncate(10, 3, 2)
	}},
	{"mismatches on one version after the other", false, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.mismatch(10, 20, 0)
		r.mismatch(21, 22, 1)
		r.head(25, 1)
		r.refuse(30, 2)
	}},
	{"a scan above a version that was seen", false, nil, func(r *rig) {
		r.writes(0, 1, 2, 3, 4)
		r.head(5, 2)
		r.scan(10, 10, 3, 9, 4)
	}},
	{"a mismatch on the last version, and a stale read", false, stale, func(r *rig) {
		r.writes(0, 1)
		r.head(5, 1)
		r.head(20, 0)
		r.mismatch(10, 20, 1)
	}},
	{"one that a lost one with a higher bound came after, since something was found below that", false, nil, func(r *rig) {
		r.writes(0, 1, 2)
		r.lost(2, 2)
		r.head(5, 1)
		r.truncate(10, 1, 0)
		r.scan(20, 20, 1, 9, 1, 2)
	}},
	{"counts, and what was gone between them", true, nil, func(r *rig) {
		r.writes(0, 1, 2, 3, 4)
		r.truncate(10, 2, 2)
		r.lost(2, 3)
		r.truncate(30, 3, 0)
		r.truncate(40, 4, 1)
	}},
}

// blur adds to each read, mismatch and refusal, and to each truncation of nothing, one that
// says the same of more time, which is less.
func (r *rig) blur() {
	for _, op := range r.Operations {
		t, truncates := op.Action.(*history.Truncate)
		c, writes := op.Action.(*history.CompareAndSet)
		if op.Outcome != history.Info && !(truncates && t.Deleted > 0) && !(writes && c.Committed) {
			r.add(max(0, op.Call-5), op.Return+5, op.Outcome, op.Action)
		}
	}
}

// Each of these keys is invalid for what its paths tell: where there is no path, the
// operations on a stretch that has none are a contradiction.
func TestThereIsAPathWhereNothingRulesItOut(t *testing.T) {
	for _, c := range obstacles {
		t.Run(c.name, func(t *testing.T) {
			r := newRig()
			c.build(r)
			findPath(t, perkey.Split(r.History, 1)[0].Operations, c.relax, c.path)
			r.blur()
			findPath(t, perkey.Split(r.History, 1)[0].Operations, c.relax, c.path)
		})
	}
}

func findPath(t *testing.T, operations []*history.Operation, relax location.Relaxations, path bool) {
	p := search.Problem{Object: history.Consensus, Relax: relax, Operations: operations}
	if explained, err := search.Explained(context.Background(), p, 1<<28); err != nil || explained != path {
		t.Fatalf("the search says %v, %v", explained, err)
	}
	checker := NewChecker(relax)
	k := &checker.key
	k.reset(operations)
	if steps := k.gather(); steps != nil {
		t.Fatal("it is wrong without a path")
	}
	paths, _ := k.limits().paths(nil)
	if found := paths.best() != none; found != path {
		t.Fatalf("there is a path: %v", found)
	}
	if path {
		return
	}
	why := paths.stuck().result()
	about := proof.About{Object: history.Consensus, Relax: relax, Key: "k", Operations: operations}
	if steps, _, _ := shrink.Among(about, proof.Lines(why.Contradiction), why.Apart); steps == nil {
		t.Errorf("no contradiction is among %v", proof.Lines(why.Contradiction))
	}
}
