package proof

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// effort bounds a sweep: so many parts may be tried on a state, and some more for each
// operation.
const effort, effortPerOperation = 1 << 21, 16

// A sweep goes through the moments at which the operations of a contradiction returned,
// and keeps all that the key can have held then. At each moment whatever was called may
// take effect, in any order: an operation of the contradiction once, and each other
// write of the key any number of times while it was in flight. Then only that remains
// in which the operation that returned has taken effect. If nothing remains, no order
// explains the operations.
type sweep struct {
	contract
	moments []int64
	parts   []part // those of the contradiction first
	effort  int
}

// A part may take effect from one moment to another, if the state allows it. Those of
// the contradiction do so once: by the last of these moments, unless there is no such
// moment. Those of others any number of times.
type part struct {
	op          *history.Operation // nil: it only saw whether there was something
	saw         []Presence
	looks       bool // it changes nothing
	expects     any  // of the state
	from, until int
	after       int // the part that comes first, or none
}

// A situation is what the key holds, and for each part of the contradiction whether it
// has taken effect.
type situation struct {
	state State
	taken string
}

const open, taken, none = "o", "x", -1

// Possible returns what the key can have held when the operation of each answered step
// had returned, up to the first one after which nothing is possible. Its error says why
// the steps are no contradiction.
func (a *About) Possible(steps []Step, apart []location.SeqNo) (possible [][]State, err error) {
	named, err := a.named(steps)
	if err != nil {
		return nil, err
	}
	s := &sweep{contract: a.contract(named, apart), effort: effort + effortPerOperation*len(a.Operations)}
	s.force(a, named)
	current := map[situation]bool{{s.initial(), strings.Repeat(open, len(s.parts))}: true}
	s.let(a.Operations, named)
	for now := range s.moments {
		if err := s.spread(current, now); err != nil {
			return nil, err
		}
		var states []State
		for at := range current {
			late := false
			for i := range at.taken {
				late = late || s.parts[i].until == now && at.taken[i:i+1] == open
			}
			if late {
				delete(current, at)
			} else {
				states = append(states, at.state)
			}
		}
		if possible = append(possible, states); len(current) == 0 {
			return possible, nil
		}
	}
	return nil, errors.New("the steps do not end in a contradiction")
}

// spread adds all situations to which the current ones can lead at the moment.
func (s *sweep) spread(current map[situation]bool, now int) error {
	flying := map[any][]int{} // by what they expect
	for i, p := range s.parts {
		if p.from <= now && now <= p.until {
			flying[p.expects] = append(flying[p.expects], i)
		}
	}
	next := slices.Collect(maps.Keys(current))
	for len(next) > 0 {
		at := next[len(next)-1]
		next = next[:len(next)-1]
		may := flying[nil]
		if held := s.holds(at.state); held != nil {
			may = slices.Concat(may, flying[held])
		}
		if s.effort -= 1 + len(may); s.effort < 0 {
			return errors.New("there are too many possibilities to try them all")
		}
		for _, i := range may {
			to, ok := s.move(at, i)
			if ok && !current[to] {
				current[to] = true
				next = append(next, to)
			}
			if ok && s.parts[i].looks {
				break // what only looks may as well do so now, before all else
			}
		}
	}
	return nil
}

// move lets a part take effect.
func (s *sweep) move(at situation, i int) (to situation, ok bool) {
	p, once := &s.parts[i], i < len(at.taken)
	if once && (at.taken[i:i+1] == taken || p.after != none && at.taken[p.after:p.after+1] == open) {
		return at, false
	}
	if to, ok = at, true; p.op != nil {
		to.state, ok = s.take(at.state, p.op)
	}
	for _, saw := range p.saw {
		ok = ok && saw.fits(s.presence(at.state))
	}
	if once {
		// What need not have taken effect may have done so only where it made a difference.
		ok = ok && (p.until < len(s.moments) || to.state != at.state)
		to.taken = at.taken[:i] + taken + at.taken[i+1:]
	}
	return to, ok
}

// On returns the operations that stand on some lines.
func On(operations []*history.Operation, lines []int) (found []*history.Operation) {
	if len(lines) == 0 {
		return nil
	}
	wanted := map[int]bool{}
	for _, line := range lines {
		wanted[line] = true
	}
	first, last := slices.Min(lines), slices.Max(lines) // few are between them that are not wanted
	for _, op := range operations {
		if first <= op.Line && op.Line <= last && wanted[op.Line] {
			found = append(found, op)
		}
	}
	return found
}

// named returns the operations of the steps.
func (a *About) named(steps []Step) (named []*history.Operation, err error) {
	byLine := map[int]*history.Operation{}
	for _, op := range On(a.Operations, Lines(steps)) {
		byLine[op.Line] = op
	}
	for i, s := range steps {
		op := byLine[s.Line]
		switch {
		case op == nil || op.Outcome == history.Fail && !answered(op):
			return nil, fmt.Errorf("step %d: line %d says nothing about the key", i, s.Line)
		case s.Rule == "" || s.Rule != RuleOf(op) || answered(op) && !strings.EqualFold(string(s.Rule[:1]), string(a.Object[:1])):
			return nil, fmt.Errorf("step %d: line %d follows the rule %s, not %s", i, s.Line, RuleOf(op), s.Rule)
		case i > 0 && Compare(named[i-1], op) >= 0:
			return nil, fmt.Errorf("step %d: line %d is not in the order of the returns", i, s.Line)
		}
		named = append(named, op)
	}
	return named, nil
}

// force enters the parts of the contradiction.
func (s *sweep) force(a *About, named []*history.Operation) {
	for _, op := range named {
		if op.Outcome != history.Info {
			s.moments = append(s.moments, op.Return)
		}
	}
	latest, returned := map[any]int{}, 0
	for _, op := range named {
		change := effect(s, op)
		p := part{op: op, looks: change == nil, from: s.moment(op.Call), until: returned, after: none}
		returned++
		var series any // of parts that come one after the other
		if op.Outcome == history.Info {
			// One that changes the same can stand for it: the first called is used first.
			returned--
			p.until, series = len(s.moments), change
		} else if saw, ok := a.listed(op); ok {
			p.op, p.saw = nil, saw
		} else if saw := a.lookedUp(op); saw != nil {
			s.parts = append(s.parts, part{saw: saw, looks: true, from: p.from, until: p.until, after: none})
			p.op, p.after = unheard(op), len(s.parts)-1
		} else if a.stale(op) {
			p.from, series = 0, op.Process
		}
		if i, ok := latest[series]; ok && series != nil {
			p.after = i
		}
		if latest[series] = len(s.parts); p.op != nil {
			p.expects = s.expects(p.op)
		}
		s.parts = append(s.parts, p)
	}
}

// let enters what others may have changed: once for all that changed the same in the
// same moments.
func (s *sweep) let(all, named []*history.Operation) {
	type kind struct {
		effect      any
		from, until int
	}
	var last kind
	known := map[kind]bool{}
	for _, op := range all {
		k := kind{effect: effect(s, op)}
		if k.effect == nil {
			continue
		}
		if k.from, k.until = s.moment(op.Call), s.moment(op.Latest()); k == last || known[k] || k.from == len(s.moments) || slices.Contains(named, op) {
			continue
		}
		last, known[k] = k, true
		s.parts = append(s.parts, part{op: unheard(op), expects: s.expects(op), from: k.from, until: k.until, after: none})
	}
}

// moment returns the first one at t or later.
func (s *sweep) moment(t int64) int {
	return sort.Search(len(s.moments), func(i int) bool { return s.moments[i] >= t })
}
