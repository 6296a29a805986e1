package consensus

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/assay-dev/assay/checker/internal/reuse"
)

// guesses are the answers taken for questions that are not settled. In each round one of
// those on which each contradiction rests is changed: where guesses are wrong in many
// places, they are put right in a few rounds. Nobody relies on that: what is left when it
// leads no further is settled, question by question.
type guesses struct {
	key      *key
	answers  map[question]int64   // where it is not the likeliest
	wrong    map[question][]int64 // whatever the other answers are
	fit      bool                 // a chain fitted all counts, so that contradictions of time are looked for
	fewest   int                  // contradictions that were left after a round
	patience int                  // so many more rounds may go by without fewer
	random   *rand.Rand           // the same for each key
	bases    []ground             // by slot, once it was needed
}

const patience = 20

// A ground is what the version of a slot can have come from.
type ground struct {
	known int32 // the nearest known version below, or none
	firm  bool  // some writes lead from there to this one
}

func (g *guesses) reset(k *key) {
	*g = guesses{key: k, fewest: math.MaxInt, bases: g.bases[:0]}
}

// again changes guesses on which refutations of a chain rest, and reports whether it could.
func (g *guesses) again(c *chain, why []*refutation) bool {
	if c.fits && !g.fit {
		g.fit, g.fewest = true, math.MaxInt
	}
	if g.patience--; len(why) < g.fewest {
		g.fewest, g.patience = len(why), patience
	}
	if g.patience < 0 {
		return false
	}
	if g.answers == nil {
		g.answers, g.wrong, g.random = map[question]int64{}, map[question][]int64{}, rand.New(rand.NewPCG(1, 1))
	}
	changed := map[question]bool{}
	for _, r := range why {
		questions := g.key.unsettled(r)
		if !slices.ContainsFunc(questions, func(q question) bool { return changed[q] || q.followed }) {
			if len(r.uses) == 1 {
				g.wrong[questions[0]] = append(g.wrong[questions[0]], c.answer(questions[0]))
			}
			slices.SortFunc(questions, earlier)
			g.change(c, questions, changed)
		}
	}
	return len(changed) > 0
}

// change takes another answer to one of the questions on which a contradiction rests, any:
// where answers are wrong only together, no order in which to try them is better.
func (g *guesses) change(c *chain, questions []question, changed map[question]bool) {
	type guess struct {
		question
		answer int64
	}
	var others []guess
	for _, q := range questions {
		for _, a := range g.key.answers(q) {
			if a.settle != c.answer(q) && !slices.Contains(g.wrong[q], a.settle) && g.key.grounded(q.slot, uint64(a.settle)) {
				others = append(others, guess{q, a.settle})
			}
		}
	}
	if len(others) > 0 {
		other := others[g.random.IntN(len(others))]
		g.answers[other.question], changed[other.question] = other.answer, true
	}
}

// grounds returns what each slot can have come from.
func (k *key) grounds() []ground {
	if g := &k.guess; len(g.bases) == 0 {
		g.bases = reuse.Slice(g.bases, len(k.slots))
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
