package blob

import "slices"

// tooFewDeletes explains why the last hole could not be filled. The deletes that
// could fill it were spent on earlier holes, those that could fill these were spent
// on others, and so on: of the holes so reached there is one more than of deletes
// that can fill any of them (Hall's theorem).
func (s *sweep) tooFewDeletes() *Conflict {
	last := s.spent[len(s.spent)-1]
	reached := []spending{last}
	begin := last.seen.after.begins()
	for i := len(s.spent) - 2; i >= 0; i-- {
		if s.spent[i].used.closes >= begin {
			reached = append(reached, s.spent[i])
			begin = s.spent[i].seen.after.begins()
		}
	}
	slices.Reverse(reached)
	return s.key.holes(reached)
}

// begins is the first instant at which a delete can follow the block.
func (b *block) begins() int64 {
	if b.zone() {
		return b.called
	}
	return b.opens
}

// holes writes down the holes and what orders them in time.
func (k *key) holes(spent []spending) *Conflict {
	c := &Conflict{Rule: NoDelete}
	for i, s := range spent {
		c.Holes = append(c.Holes, Hole{s.seen.after.written, s.seen.single})
		if i > 0 {
			c.Edges = append(c.Edges, k.path(spent[i-1].seen, s.seen.after)...)
		}
		c.Edges = append(c.Edges, k.path(s.seen.after, s.seen)...)
		// Zones around the ends of a hole keep deletes out of it, too.
		if z := k.zoneAt(s.seen.after.called); z != nil && !s.seen.after.zone() {
			c.Edges = append(c.Edges, z.before(s.seen.after))
		}
		if z := k.zoneAt(s.seen.returned); z != nil {
			c.Edges = append(c.Edges, s.seen.before(z))
		}
	}
	c.Edges = slices.Compact(c.Edges)
	return c
}

// path puts a before b, directly or by way of the zone that keeps them apart.
func (k *key) path(a, b *block) []Edge {
	if a.returned < b.called {
		return []Edge{a.before(b)}
	}
	z := k.zoneAt(b.called)
	return []Edge{a.before(z), z.before(b)}
}
