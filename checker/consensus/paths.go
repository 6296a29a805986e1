package consensus

import (
	"cmp"
	"slices"
)

// paths find which versions a key can have gone through where writes that nobody saw leave
// much open: a dynamic program, slot by slot upward, over all chains that can lead to each.
// Chains that differ in nothing that matters further up are one path, so that their number
// does not multiply.
//
// Of the instants of truncations only a part is looked at: where no path leads to the end there
// is no chain, but one that does may still be wrong.
type paths struct {
	*limits
	all   []path
	first []int32 // by slot: the first of its paths
	base  []int32 // by slot: the highest known slot below it

	numbers []int32 // for pass
}

// A path is a chain up to the version of a slot.
type path struct {
	slot, from  int32 // from is the path that it prolongs
	write       int32 // of its last version
	number      int32 // so many of its versions count for the next tally; none: that begins further up
	least, most int64 // the instants at which its last version can have been committed
}

// So many paths are kept at most.
const pathsPerSlot, freePaths = 8, 1 << 21

// paths finds those without some writes. Where there are too many they are not complete.
func (l *limits) paths(without map[int32]bool) (p *paths, complete bool) {
	p = &paths{limits: l, all: []path{{slot: none, from: none, write: none, least: always, most: always}}}
	base, room := int32(none), pathsPerSlot*len(l.slots)+freePaths
	var writers []int32
	for slot := range l.end() {
		start := int32(len(p.all))
		p.first, p.base = append(p.first, start), append(p.base, base)
		writers = l.candidates(slot, writers[:0])
		for _, w := range writers {
			if !without[w] {
				p.prolong(w, slot)
			}
		}
		if p.thin(start); len(p.all) > room {
			return p, false
		}
		if l.slots[slot].known() {
			base = slot
		}
	}
	p.first, p.base = append(p.first, int32(len(p.all))), append(p.base, base)
	return p, true
}

// candidates returns the writes that may have written the version of a slot, in buffer.
func (l *limits) candidates(slot int32, buffer []int32) []int32 {
	if l.closed[slot] > 0 {
		return buffer
	}
	writers := l.writers(slot, buffer)
	if l.slots[slot].committed != none && len(writers) > 1 {
		return buffer // it cannot be committed twice
	}
	return writers
}

// prolong adds the paths that go on with a write to a slot.
func (p *paths) prolong(write, slot int32) {
	w, below := &p.writes[write], int32(none)
	from, to := int32(0), int32(1)
	if w.after > 0 {
		below = p.find(w.after-1, slot)
		if p.slots[below].seq+1 != w.after {
			return // nobody wrote what it expects
		}
		from, to = p.first[below], p.first[below+1]
	}
	if below < p.base[slot] {
		return // it would skip a version that is known
	}
	for i := from; i < to; i++ {
		next := path{slot: slot, from: i, write: write}
		next.least = max(p.all[i].least, w.call, p.floors[slot])
		if next.most = p.latest(&p.all[i]); next.least > next.most {
			continue
		}
		for _, next.number = range p.pass(p.all[i].number, below, slot) {
			p.all = append(p.all, next)
		}
	}
}

// latest returns the last instant at which the version after a path can be committed: later,
// a mismatch would have to come before the path's last version, and that be too late.
func (p *paths) latest(last *path) int64 {
	most := p.ceilings[last.slot+1]
	if last.slot == none {
		return most
	}
	for d := p.waiting[last.slot]; d != none; d = p.delays[d].next {
		if m := &p.delays[d]; m.call > last.most {
			most = min(most, m.ret)
		}
	}
	return most
}

// pass returns how many versions can count for the next tally when one of slot is added to
// so many up to below, none (one number) if the next tally must not count them.
func (p *paths) pass(number, below, slot int32) []int32 {
	p.numbers = append(p.numbers[:0], number)
	begin, end := int32(0), p.passed[slot]
	if below != none {
		begin = p.passed[below]
	}
	for _, t := range p.tallies[begin:end] {
		switch has := slices.Contains(p.numbers, t.number); {
		case t.kind == bars, t.kind == counts && !has:
			return nil
		case t.kind == counts:
			p.numbers = append(p.numbers[:0], 0)
		case !slices.Contains(p.numbers, 0):
			p.numbers = append(p.numbers, 0)
		}
	}
	due := p.due[end]
	for i, n := range p.numbers {
		switch {
		case due == none:
			p.numbers[i] = 0 // nobody asks for it
		case p.cleared[slot] > 0:
			p.numbers[i] = none
		case n != none:
			p.numbers[i] = min(n, p.tallies[due].number) + 1 // any more are too many
		}
	}
	return slices.Compact(p.numbers)
}

// thin keeps, of the paths from start on with the same number, the one that can end latest. No
// other leads further: latest never falls along a path, so that what was early enough below is
// early enough above.
func (p *paths) thin(start int32) {
	fresh := p.all[start:]
	if len(fresh) < 2 {
		return
	}
	slices.SortFunc(fresh, func(a, b path) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(b.most, a.most), cmp.Compare(a.least, b.least))
	})
	fresh = slices.CompactFunc(fresh, func(a, b path) bool { return a.number == b.number })
	p.all = p.all[:int(start)+len(fresh)]
}

// best returns the lowest path that nothing has to follow, none if there is none.
func (p *paths) best() int32 {
	from := int32(0)
	if known := p.base[p.end()]; known != none {
		from = p.first[known]
	}
	for i := from; int(i) < len(p.all); i++ {
		if p.latest(&p.all[i]) == never {
			return i
		}
	}
	return none
}

// answers returns what a path answers to the questions that it decides.
func (p *paths) answers(i int32) map[question]int64 {
	known, above := p.base[p.end()], int64(none)
	answers := map[question]int64{}
	for ; ; i = p.all[i].from {
		at := &p.all[i]
		if at.slot >= known {
			answers[question{true, at.slot}] = above
		}
		if above = int64(at.slot); at.slot == none {
			return answers
		}
		if p.slots[at.slot].first+1 < p.slots[at.slot+1].first {
			answers[question{false, at.slot}] = int64(p.writes[at.write].after)
		}
	}
}
