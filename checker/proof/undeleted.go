package proof

import (
	"math"
	"slices"
)

// undeleted verifies the pairs of the rule Undeleted. Each pair needs a delete of its
// own between its value and the operation that saw nothing.
func (b *blob) undeleted(lines []int, facts []fact) bool {
	var holes []span
	var latest Event
	for i := 0; i+1 < len(lines); i += 2 {
		value, seen := ValueEvent(lines[i]), OpEvent(lines[i+1])
		if !b.shown[lines[i]] || b.deleted[lines[i]] || !b.nothing(lines[i+1]) {
			return false
		}
		after := leads(facts, value)
		if !slices.Contains(after, seen) || i > 0 && !slices.Contains(leads(facts, latest), value) {
			return false
		}
		holes = append(holes, b.hole(value, seen, facts))
		latest = seen
	}
	deletes := 0
	for _, line := range b.deletes {
		if b.mayFill(line, holes) {
			deletes++
		}
	}
	return len(lines)%2 == 0 && deletes < len(holes)
}

// hole returns the instants that keep a delete out: what has an operation that
// returned before the hole's span.called comes before it, what has one that was
// called after span.returned comes after it.
func (b *blob) hole(value, seen Event, facts []fact) span {
	h := span{returned: math.MaxInt64, called: math.MinInt64}
	for _, e := range append(leads(turned(facts), value), value) {
		if s, ok := b.spans[e]; ok {
			h.called = max(h.called, s.called)
		}
	}
	for _, e := range append(leads(facts, seen), seen) {
		if s, ok := b.spans[e]; ok {
			h.returned = min(h.returned, s.returned)
		}
	}
	return h
}

func (b *blob) mayFill(line int, holes []span) bool {
	s := b.spans[OpEvent(line)]
	if set, ok := b.about(line); ok {
		value := b.spans[ValueEvent(set)]
		if s.called = value.called; !b.removal(line) {
			s.returned = value.returned
		}
	}
	for _, h := range holes {
		if s.returned >= h.called && s.called <= h.returned {
			return true
		}
	}
	return false
}

// leads returns the events to which a chain of facts leads from one.
func leads(facts []fact, from Event) (reached []Event) {
	for next := []Event{from}; len(next) > 0; next = next[1:] {
		for _, f := range facts {
			if f.before == next[0] && !slices.Contains(reached, f.after) {
				reached, next = append(reached, f.after), append(next, f.after)
			}
		}
	}
	return reached
}

func turned(facts []fact) []fact {
	back := slices.Clone(facts)
	for i, f := range facts {
		back[i].before, back[i].after = f.after, f.before
	}
	return back
}
