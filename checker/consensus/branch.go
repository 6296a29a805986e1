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
	workPerOperation = 200
	freeWork         = 2_000_000
)

const gaveUp = "too many unseen writes may have written its versions"

// A refutation is why the choices which it rests on cannot all be right.
type refutation struct {
	lines map[int]bool
	apart map[location.SeqNo]bool
	uses  map[question]bool
}

// decide decides the key: the first attempt nearly always does.
func (k *key) decide() Result {
	order, r, ok := k.attempt()
	switch {
	case !ok:
		return Result{Undecided: gaveUp}
	case r != nil:
		return r.result()
	}
	return Result{Order: order}
}

// attempt returns an order, or else a refutation that rests on settled choices only.
// It gives up (false) when the budget is used up.
func (k *key) attempt() (proof.Order, *refutation, bool) {
	for {
		if k.budget -= len(k.operations); k.budget < 0 {
			return nil, nil, false
		}
		c := k.build()
		order, why := k.try(c)
		if len(why) > 0 && len(k.unsettled(why[0])) > 0 {
			closed, again := k.guess.again(c, why)
			if again {
				k.chains = append(k.chains, c)
				continue
			}
			if closed != nil {
				return nil, closed, true
			}
		}
		defer func() { k.chains = append(k.chains, c) }()
		if len(why) == 0 {
			return order, nil, true
		}
		return k.revise(c, why[0])
	}
}

// try returns an order, or why a chain allows none: one refutation that rests on settled
// choices only, or else as many as can be had in about the time that the chain took.
func (k *key) try(c *chain) (order proof.Order, why []*refutation) {
	t := k.newTimeline(c)
	defer func() { k.timelines = append(k.timelines, t) }()
	if t.flaw.kind == flawless && len(t.clashes) == 0 {
		return t.order(), nil
	}
	work := 0
	for i := 0; i < max(1, len(t.clashes)) && work <= len(k.operations); i++ {
		b := newBlame(t)
		if t.flaw.kind != flawless {
			b.chain()
		} else {
			b.all(t.clashes[i])
		}
		r := b.refutation()
		if len(k.unsettled(r)) == 0 {
			return nil, []*refutation{r}
		}
		why, work = append(why, r), work+len(b.operations)+len(b.stands)
	}
	return nil, why
}

// unsettled returns the choices that a refutation rests on and that are not settled.
func (k *key) unsettled(r *refutation) []question {
	return slices.DeleteFunc(slices.Collect(maps.Keys(r.uses)), func(q question) bool {
		_, settled := k.settled[q]
		return settled
	})
}

// revise revises the choices that the refutation of a chain rests on and that are
// not settled, one after the other.
func (k *key) revise(c *chain, r *refutation) (proof.Order, *refutation, bool) {
	unsettled := k.unsettled(r)
	if len(unsettled) == 0 {
		return nil, r, true
	}
	return k.branch(slices.MinFunc(unsettled, earlier), c, r)
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

// branch tries all answers to a question that the chain c came upon, the likeliest
// first. Why the answer that c gave is wrong is known.
func (k *key) branch(q question, c *chain, known *refutation) (proof.Order, *refutation, bool) {
	b := newBlame(&timeline{chain: c})
	b.ask(q)
	all := b.refutation()
	answers, given := k.answers(q), c.answer(q)
	for _, answer := range answers {
		var order proof.Order
		var r *refutation
		ok := false
		k.settled[q] = answer.settle
		if answer.settle == given {
			order, r, ok = k.revise(c, known)
		} else {
			order, r, ok = k.attempt()
		}
		delete(k.settled, q)
		if !ok || r == nil || !r.uses[q] {
			return order, r, ok
		}
		maps.Copy(all.lines, r.lines)
		maps.Copy(all.apart, r.apart)
		maps.Copy(all.uses, r.uses)
	}
	delete(all.uses, q)
	return nil, all, true
}

// answer returns what the chain takes for the answer to a question, none also where it
// did not get so far.
func (c *chain) answer(q question) int64 {
	i := int32(0)
	if q.slot != none {
		i = c.linkOf(q.slot)
	}
	switch {
	case i > c.length() || c.links[i].slot != q.slot:
		return none
	case !q.followed:
		return int64(c.writes[c.links[i].writer].after)
	case i == c.length():
		return none
	}
	return int64(c.links[i+1].slot)
}

// An answer is one way to settle a question.
type answer struct {
	settle int64
	call   int64 // of the earliest write that would make it so
}

// answers returns all answers to a question, the likeliest first: the earlier a write
// was called, the more it can explain.
func (k *key) answers(q question) (answers []answer) {
	if !q.followed {
		for _, w := range k.writers(q.slot, nil) {
			answers = append(answers, answer{int64(k.writes[w].after), k.writes[w].call})
		}
	} else {
		answers = append(answers, answer{none, always})
		for _, slot := range k.followers(q.slot, len(k.slots)) {
			answers = append(answers, answer{int64(slot), k.writes[k.writer(slot, k.threshold(q.slot))].call})
		}
	}
	slices.SortStableFunc(answers, func(a, b answer) int { return cmp.Compare(a.call, b.call) })
	return answers
}
