package certificate

import (
	"fmt"
	"slices"

	"github.com/assay-dev/assay/location"
)

// A Comparison lists what differs between two certificates.
type Comparison struct {
	Worse  []string `json:"worse"`
	Better []string `json:"better"`
}

// Compare says what became worse and what better from before to now: how the clauses
// stand with each store, and what is demanded of it. A store of that name is taken for
// the same, wherever it is.
func Compare(before, now *Certificate) Comparison {
	c := Comparison{Worse: []string{}, Better: []string{}}
	for _, was := range before.Stores {
		at := slices.IndexFunc(now.Stores, func(s Store) bool { return s.Name == was.Name })
		switch {
		case at < 0:
			c.worse("store %s is no longer certified", was.Name)
		case now.Stores[at].Object != was.Object:
			c.worse("store %s is a %s now, and was a %s", was.Name, now.Stores[at].Object, was.Object)
		default:
			c.store(was, now.Stores[at])
			c.demands(was.Name, before, now)
		}
	}
	for _, is := range now.Stores {
		if !slices.ContainsFunc(before.Stores, func(s Store) bool { return s.Name == is.Name }) {
			c.better("store %s is new: %s", is.Name, is.line())
		}
	}
	return c
}

func (c *Comparison) worse(format string, args ...any) {
	c.Worse = append(c.Worse, fmt.Sprintf(format, args...))
}

func (c *Comparison) better(format string, args ...any) {
	c.Better = append(c.Better, fmt.Sprintf(format, args...))
}

// store compares how the clauses stand.
func (c *Comparison) store(was, is Store) {
	for _, old := range was.Clauses {
		at := slices.IndexFunc(is.Clauses, func(clause Clause) bool { return clause.Name == old.Name })
		if at < 0 {
			c.worse("store %s: %s is not spoken of any more", is.Name, old.Name)
			continue
		}
		clause := is.Clauses[at]
		tell := c.better
		switch a, b := rank(old.Standing), rank(clause.Standing); {
		case a == b && within(old.Relaxations, clause.Relaxations) && within(clause.Relaxations, old.Relaxations):
			continue
		case b > a, a == b && !within(clause.Relaxations, old.Relaxations):
			tell = c.worse
		}
		tell("store %s: %s %s, and before it %s%s", is.Name, clause.Name, words(clause.standing()), words(old.standing()), becauseOf(clause))
	}
}

// demands compares how much each store was put to: what is not run cannot fail.
func (c *Comparison) demands(store string, before, now *Certificate) {
	cells := func(of *Certificate) map[string]bool {
		ids := map[string]bool{}
		for _, r := range of.Runs {
			if r.Store == store {
				ids[r.ID] = true
			}
		}
		return ids
	}
	was, is := cells(before), cells(now)
	gone := 0
	for id := range was {
		if !is[id] {
			gone++
		}
	}
	if gone > 0 {
		c.worse("store %s: %s of %d not run any more", store, count(gone, "run"), len(was))
	}
}

// rank orders standings from best to worst.
func rank(s Standing) int {
	return slices.Index([]Standing{Strict, Relaxed, Untested, Open, Broken}, s)
}

func within(a, b location.Relaxations) bool {
	return !slices.ContainsFunc(a, func(r location.Relaxation) bool { return !b.Allow(r) })
}

// words makes a verb of a standing that has none.
func words(standing string) string {
	if standing == "broken" || standing == "not tested" || standing == "not shown" {
		return "is " + standing
	}
	return standing
}

func becauseOf(c Clause) string {
	if c.Why == "" {
		return ""
	}
	return " (" + c.Why + ")"
}
