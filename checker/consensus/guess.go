package consensus

import (
	"math"
	"math/rand/v2"
	"slices"
)

// guesses are the answers taken for questions that are not settled: those of a path to the end.
// In each round one of the writes on which each contradiction rests, any, is avoided for a
// while: where guesses are wrong in many places, they are put right in a few rounds. Nobody
// relies on that: what is left when it leads no further is settled, question by question.
type guesses struct {
	key      *key
	limits   *limits // once it was needed
	answers  map[question]int64
	avoided  []avoidance // the latest last
	round    int
	fewest   int        // contradictions that were left after a round
	patience int        // so many more rounds may go by without fewer
	random   *rand.Rand // the same for each key
}

// An avoidance is a write that no path takes until a round.
type avoidance struct {
	write int32
	until int
}

// After so many rounds without fewer contradictions there are no more, and a write is avoided
// for so many at most.
const patience, longest = 20, 10

func (g *guesses) reset(k *key) { *g = guesses{key: k, fewest: math.MaxInt} }

// again guesses anew after the refutations of a chain, and reports whether it could. It may
// find that there is no chain at all, and why.
func (g *guesses) again(c *chain, why []*refutation) (closed *refutation, again bool) {
	if g.limits == nil {
		g.limits, g.random = g.key.limits(), rand.New(rand.NewPCG(1, 1))
		return g.guess()
	}
	g.round++
	if g.patience--; len(why) < g.fewest {
		g.fewest, g.patience = len(why), patience
	}
	if g.patience < 0 || g.answers == nil {
		return nil, false
	}
	g.avoided = slices.DeleteFunc(g.avoided, func(a avoidance) bool { return a.until < g.round })
	for _, r := range why {
		g.avoid(c, r)
	}
	return g.guess()
}

// guess guesses the best path.
func (g *guesses) guess() (closed *refutation, again bool) {
	for {
		without := map[int32]bool{}
		for _, a := range g.avoided {
			without[a.write] = true
		}
		p, complete := g.limits.paths(without)
		if !complete {
			return nil, false
		}
		if best := p.best(); best != none {
			g.answers = p.answers(best)
			return nil, true
		}
		if len(g.avoided) == 0 {
			return p.stuck(), false
		}
		g.avoided = g.avoided[(len(g.avoided)+1)/2:] // these were too many
	}
}

// avoid avoids one of the writes on which a contradiction rests.
func (g *guesses) avoid(c *chain, r *refutation) {
	questions := g.key.unsettled(r)
	slices.SortFunc(questions, earlier)
	var writes []int32
	for _, q := range questions {
		if w := c.writeOf(q); w != none && !slices.ContainsFunc(g.avoided, func(a avoidance) bool { return a.write == w }) {
			writes = append(writes, w)
		}
	}
	if len(writes) > 0 {
		g.avoided = append(g.avoided, avoidance{writes[g.random.IntN(len(writes))], g.round + g.random.IntN(longest)})
	}
}
