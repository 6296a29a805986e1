package blob

import (
	"cmp"
	"slices"
	"sort"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
)

func wrongAnswer(op *history.Operation) []proof.Step { return []proof.Step{{Line: op.Line}} }

// among says that there is a contradiction among operations; proof.Shrink finds it.
func (k *key) among(operations ...int32) (steps []proof.Step) {
	for _, i := range operations {
		if i != none {
			steps = append(steps, proof.Step{Line: k.Operations[i].Line})
		}
	}
	return steps
}

// all says that there is a contradiction among all that bounds blocks in time.
func (k *key) all(blocks ...*block) (steps []proof.Step) {
	for _, b := range blocks {
		steps = append(steps, k.among(b.op, b.removed, b.first, b.last)...)
		if b.owner != none {
			steps = append(steps, k.all(&k.blocks[b.owner])...)
		}
	}
	return steps
}

// undeleted is the contradiction of operations that saw nothing where there are fewer
// deletes than they need: between those and the values before them.
func (k *key) undeleted(spent []spending) (steps []proof.Step) {
	byReturn := k.byReturn()
	for _, s := range spent {
		steps = append(steps, k.all(s.seen, s.after)...)
		// What returned just before shows that no delete before it can serve.
		before := sort.Search(len(byReturn), func(i int) bool {
			return k.Operations[byReturn[i]].Return >= k.Operations[s.after.op].Call
		})
		if before > 0 {
			steps = append(steps, k.among(byReturn[before-1])...)
		}
		for _, t := range []int64{s.after.called, s.seen.returned} {
			if z := k.zoneAt(t, new(int)); z != nil {
				steps = append(steps, k.all(&k.blocks[z.of])...)
			}
		}
	}
	for i := range k.blocks {
		b := &k.blocks[i]
		if b.kind != deleting {
			continue
		}
		delete := k.Operations[b.op]
		if b.removed != none {
			delete = k.Operations[b.removed]
		}
		if slices.ContainsFunc(spent, func(s spending) bool {
			return delete.Call <= s.seen.returned && delete.Latest() >= k.Operations[s.after.op].Call
		}) {
			steps = append(steps, k.all(b)...)
		}
	}
	return steps
}

// byReturn returns the operations that were answered, in the order of their returns.
func (k *key) byReturn() (answered []int32) {
	for i, op := range k.Operations {
		if op.Outcome != history.Info {
			answered = append(answered, int32(i))
		}
	}
	slices.SortStableFunc(answered, func(a, b int32) int { return cmp.Compare(k.Operations[a].Return, k.Operations[b].Return) })
	return answered
}
