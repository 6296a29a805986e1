package consensus

import (
	"cmp"
	"slices"
)

// A tally is what a truncation with a bound at a slot means for the number of versions that
// the next one above deletes.
type tally struct {
	slot   int32
	kind   tallyKind
	number int32 // of counts
	op     int32
	at     int64 // not later; of one that may raise, not earlier
}

type tallyKind uint8

const (
	raises tallyKind = iota // it may have deleted all below: the next number may begin here
	counts                  // it deleted so many, none if nothing was left: the next number begins here
	bars                    // it cannot have been answered: somebody found some of what it deleted later
)

// addTallies enters the truncations.
func (l *limits) addTallies() {
	l.truncations(func(s *sight, d *detail) {
		if l.untruncated[d.slot] > s.ret {
			l.tallies = append(l.tallies, tally{d.slot, bars, none, s.op, s.ret})
		}
		if d.number == 0 {
			return
		}
		from := max(s.call, l.floors[d.slot], l.untruncated[d.slot])
		l.deletable[d.slot] = min(l.deletable[d.slot], from)
		if d.number > 0 {
			l.tallies = append(l.tallies, tally{d.slot, counts, d.number, s.op, s.ret})
			return
		}
		l.tallies = append(l.tallies, tally{d.slot, raises, none, s.op, from})
	})
	fall(l.deletable)
	l.truncations(func(s *sight, d *detail) {
		if d.number == 0 && l.deletable[d.slot] > s.ret {
			l.tallies = append(l.tallies, tally{d.slot, counts, 0, s.op, s.ret})
		}
	})
	slices.SortFunc(l.tallies, func(a, b tally) int {
		return cmp.Or(cmp.Compare(a.slot, b.slot), cmp.Compare(a.kind, b.kind), cmp.Compare(a.number, b.number), cmp.Compare(a.at, b.at))
	})
	l.dropTallies()
	l.index()
}

// truncations are those that told a number, or may have happened.
func (l *limits) truncations(yield func(s *sight, d *detail)) {
	for i := range l.seen {
		if s := &l.seen[i]; s.detail != none && l.details[s.detail].kind == truncation {
			yield(s, &l.details[s.detail])
		}
	}
}

// dropTallies drops those that raise later than the next one that counts.
func (l *limits) dropTallies() {
	kept, until := len(l.tallies), int64(always)
	for i := len(l.tallies) - 1; i >= 0; i-- {
		switch a := l.tallies[i]; {
		case a.kind == counts:
			until = a.at
		case a.kind == raises && a.at > until:
			continue
		}
		kept--
		l.tallies[kept] = l.tallies[i]
	}
	l.tallies = l.tallies[kept:]
}

// index finds which tallies come before and after each, and each slot.
func (l *limits) index() {
	n := len(l.tallies)
	l.due, l.done = make([]int32, n+1), make([]int32, n+1)
	l.due[n], l.done[0] = none, none
	for i := range l.tallies {
		if l.done[i+1] = int32(i); l.tallies[i].kind != counts {
			l.done[i+1] = l.done[i]
		}
		l.passed[l.tallies[i].slot]++
	}
	for i := n - 1; i >= 0; i-- {
		if l.due[i] = int32(i); l.tallies[i].kind != counts {
			l.due[i] = l.due[i+1]
		}
	}
	for i := 1; i < len(l.passed); i++ {
		l.passed[i] += l.passed[i-1]
	}
}

// clear enters that what is below a slot, down to what the last tally counts, was deleted at
// some time: the next one does not count it.
func (l *limits) clear(s *sight, _ int64) {
	if s.detail == none || s.ret == never {
		return
	}
	d := &l.details[s.detail]
	next := l.due[l.passed[d.slot]]
	if d.kind == mismatch || d.number > 0 && d.kind == truncation || next == none {
		return
	}
	count := &l.tallies[next]
	if d.kind == truncation && count.number > 0 && l.operations[count.op].Call <= s.ret {
		return // or that one did
	}
	from := max(d.from, 0)
	if last := l.lastCount(d.slot); last != nil {
		from = max(from, last.slot)
	}
	l.cleared[from]++
	l.cleared[max(from, d.slot)]--
}

// lastCount returns the last tally that counts and is not above a slot.
func (l *limits) lastCount(slot int32) *tally {
	if i := l.done[l.passed[slot]]; i != none {
		return &l.tallies[i]
	}
	return nil
}
