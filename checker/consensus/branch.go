package consensus

import (
	"cmp"
	"maps"
	"slices"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
)

// The budget for revising choices, in operations looked at.
const (
	workPerOperation = 100
	freeWork         = 20_000_000
)

const gaveUp = "too many unseen writes may have written its versions"

// A refutation is a proof that the choices which it rests on cannot all be right.
type refutation struct {
	steps []proof.Step
	uses  map[question]bool
}

// decide decides the key: the first attempt nearly always does.
func (k *key) decide() Result {
	order, r, ok := k.attempt()
	switch {
	case !ok:
		return Result{Undecided: gaveUp}
	case r != nil:
		return Result{Contradiction: r.steps}
	}
	return Result{Order: order}
}

// attempt returns an order, or else a refutation that rests on settled choices only.
// It gives up (false) when the budget is used up.
func (k *key) attempt() (proof.Order, *refutation, bool) {
	if k.budget -= len(k.operations); k.budget < 0 {
		return nil, nil, false
	}
	t := newTimeline(k.build())
	if t.flaw.kind == flawless && t.clash.kind == noClash {
		return t.order(), nil, true
	}
	r := t.refute()
	unsettled := slices.DeleteFunc(slices.Collect(maps.Keys(r.uses)), func(q question) bool {
		_, settled := k.settled[q]
		return settled
	})
	if len(unsettled) == 0 {
		return nil, r, true
	}
	return k.branch(slices.MinFunc(unsettled, earlier), t)
}

// earlier orders questions such that the evidence for one is given by earlier ones:
// from the last known version down, then from there up.
func earlier(a, b question) int {
	if a.followed != b.followed {
		return cmp.Compare(bit(a.followed), bit(b.followed))
	}
	if a.followed {
		return cmp.Compare(a.slot, b.slot)
	}
	return cmp.Compare(b.slot, a.slot)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// branch tries all answers to a question that the timeline t came upon.
func (k *key) branch(q question, t *timeline) (proof.Order, *refutation, bool) {
	p := newProver(t)
	step := p.ask(q)
	all := &refutation{steps: p.steps, uses: p.uses}
	delete(all.uses, q)
	for _, answer := range k.answers(q) {
		k.settled[q] = answer.settle
		order, r, ok := k.attempt()
		delete(k.settled, q)
		if !ok || r == nil || !r.uses[q] {
			return order, r, ok
		}
		shift(r.steps, len(p.steps)+1)
		step.Cases = append(step.Cases, proof.Case{Pick: answer.pick, Steps: r.steps})
		for used := range r.uses {
			if used != q {
				all.uses[used] = true
			}
		}
	}
	all.steps = append(all.steps, step)
	return nil, all, true
}

// shift numbers steps on from a step of the proof that they become part of.
func shift(steps []proof.Step, by int) {
	for i := range steps {
		for j := range steps[i].From {
			steps[i].From[j] += by
		}
		for _, c := range steps[i].Cases {
			shift(c.Steps, by)
		}
	}
}

// An answer is one way to settle a question, and what it is called in a proof.
type answer struct {
	settle int64
	pick   *location.SeqNo
}

// answers returns all answers in the order in which proofs list them.
func (k *key) answers(q question) (answers []answer) {
	if !q.followed {
		for _, w := range k.writers(q.slot, nil) {
			after := k.writes[w].after
			answers = append(answers, answer{int64(after), number(after)})
		}
		return answers
	}
	answers = append(answers, answer{none, nil})
	for _, slot := range k.followers(q.slot, len(k.slots)) {
		answers = append(answers, answer{int64(slot), new(location.SeqNo(k.slots[slot].seq))})
	}
	return answers
}

// number returns the number just below a threshold, nil for the threshold of none.
func number(after uint64) *location.SeqNo {
	if after == 0 {
		return nil
	}
	return new(location.SeqNo(after - 1))
}
