package consensus

import "slices"

// guesses are the answers taken for questions that are not settled. Those on which
// contradictions rest are changed, all at a time: where guesses are wrong in many places,
// they are put right in a few rounds. Nobody relies on that: what is left after the last
// round is settled, question by question.
type guesses struct {
	key     *key
	answers map[question]int64   // where it is not the likeliest
	tried   map[question][]int64 // and was wrong
	rounds  int                  // so many are left
	bases   []ground             // by slot, once it was needed
}

const rounds = 40

// A ground is what the version of a slot can have come from.
type ground struct {
	known int32 // the nearest known version below, or none
	firm  bool  // some writes lead from there to this one
}

func (g *guesses) reset(k *key) {
	*g = guesses{key: k, rounds: rounds, bases: g.bases[:0]}
}

// again changes guesses on which refutations of a chain rest, and reports whether it could.
func (g *guesses) again(c *chain, why []*refutation) bool {
	if g.rounds--; g.rounds < 0 {
		return false
	}
	changed := map[question]bool{}
	for _, r := range why {
		g.change(c, g.key.unsettled(r), changed)
	}
	return len(changed) > 0
}

// change goes on to the next answers to these questions, as one counts: to the first
// question's next, or when it has none to its first and the second question's next …
// It does nothing when all were tried, and when one of them was changed already.
func (g *guesses) change(c *chain, questions []question, changed map[question]bool) {
	slices.SortFunc(questions, earlier)
	if slices.ContainsFunc(questions, func(q question) bool { return changed[q] || q.followed }) {
		return
	}
	for i, q := range questions {
		tried := append(slices.Clone(g.tried[q]), c.answer(q))
		next, ok := g.next(q, tried)
		if !ok {
			continue
		}
		if g.answers == nil {
			g.answers, g.tried = map[question]int64{}, map[question][]int64{}
		}
		g.answers[q], g.tried[q], changed[q] = next, tried, true
		for _, q := range questions[:i] {
			g.answers[q], _ = g.next(q, nil)
			delete(g.tried, q)
			changed[q] = true
		}
		return
	}
}

// next returns the likeliest answer that was not tried.
func (g *guesses) next(q question, tried []int64) (int64, bool) {
	for _, a := range g.key.answers(q) {
		if !slices.Contains(tried, a.settle) && g.key.grounded(q.slot, uint64(a.settle)) {
			return a.settle, true
		}
	}
	return 0, false
}

// grounds returns what each slot can have come from.
func (k *key) grounds() []ground {
	if g := &k.guess; len(g.bases) == 0 {
		g.bases = sized(g.bases, len(k.slots))
		known := int32(none)
		for i := range k.end() {
			g.bases[i] = ground{known: known}
			if k.slots[i].known() {
				g.bases[i].firm, known = true, i
				continue
			}
			for w := k.slots[i].first; w < k.slots[i+1].first && !g.bases[i].firm; w++ {
				g.bases[i].firm = k.grounded(i, k.writes[w].after)
			}
		}
	}
	return k.guess.bases
}

// grounded reports whether a write to a slot that expects the version just below after
// leads up from the nearest known one.
func (k *key) grounded(slot int32, after uint64) bool {
	known := k.grounds()[slot].known
	if lowest := k.threshold(known); after <= lowest {
		return after == lowest
	}
	below := k.find(after-1, slot)
	return k.slots[below].seq+1 == after && k.grounds()[below].firm
}
