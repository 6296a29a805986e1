package consensus

import (
	"slices"
	"sort"

	"github.com/assay-dev/assay/workload/history"
)

// limits are what the operations of a key say of its versions, whatever the chain.
type limits struct {
	*key
	floors      []int64 // by slot: its version was not committed earlier
	untruncated []int64 // by slot: no truncation with a bound there took effect earlier
	ceilings    []int64 // by slot: the first version from there on was not committed later
	closed      []int32 // by slot: so many scans found no version there
	cleared     []int32 // by slot: so many operations found what may be there deleted, before the next tally
	waiting     []int32 // by slot: the mismatches on it, linked by their places in delays
	delays      []delay
	tallies     []tally // by slot
	passed      []int32 // by slot: so many tallies are there or below
	due         []int32 // by tally: the next one that counts, from there on; or none
	done        []int32 // by tally: the last one that counts, before it; or none
	deletable   []int64 // by slot: what is below was not deleted earlier
}

// limits returns those of a key.
func (k *key) limits() *limits {
	n := len(k.slots)
	l := &limits{
		key:    k,
		floors: slices.Repeat([]int64{always}, n), ceilings: slices.Repeat([]int64{never}, n+1),
		untruncated: slices.Repeat([]int64{always}, n+1), deletable: slices.Repeat([]int64{never}, n+1),
		closed: make([]int32, n+1), cleared: make([]int32, n+1),
		passed: make([]int32, n), waiting: slices.Repeat([]int32{none}, n),
	}
	l.addCommits()
	l.each((*limits).see)
	rise(l.floors)
	rise(l.untruncated)
	fall(l.ceilings)
	l.addTallies()
	l.each((*limits).close)
	l.each((*limits).clear)
	for i := range n {
		l.closed[i+1] += l.closed[i]
		l.cleared[i+1] += l.cleared[i]
	}
	return l
}

// each does something with all sights that say something of an instant, and not before when.
func (l *limits) each(do func(l *limits, s *sight, from int64)) {
	for _, sights := range [][]sight{l.listings, l.seen} {
		for i := range sights {
			do(l, &sights[i], sights[i].call)
		}
	}
	for i := range l.reads {
		do(l, &l.reads[i], always)
	}
}

// rise raises each instant to the highest before it.
func rise(instants []int64) {
	for i := 1; i < len(instants); i++ {
		instants[i] = max(instants[i], instants[i-1])
	}
}

// fall lowers each instant to the lowest behind it.
func fall(instants []int64) {
	for i := len(instants) - 2; i >= 0; i-- {
		instants[i] = min(instants[i], instants[i+1])
	}
}

func (l *limits) addCommits() {
	for slot := range l.end() {
		for w := l.slots[slot].first; w < l.slots[slot+1].first; w++ {
			if l.writes[w].committed {
				l.ceilings[slot] = min(l.ceilings[slot], l.writes[w].ret)
			}
		}
	}
}

// see enters what a sight says, from an instant on.
func (l *limits) see(s *sight, from int64) {
	if s.low != l.begin() {
		l.ceilings[s.low] = min(l.ceilings[s.low], s.ret)
	}
	if s.high != l.end() {
		l.floors[s.high] = max(l.floors[s.high], from)
	}
	if s.detail == none {
		return
	}
	switch d := &l.details[s.detail]; {
	case d.kind == mismatch:
		l.delays = append(l.delays, delay{s.call, s.ret, s.op, l.waiting[d.slot]})
		l.waiting[d.slot] = int32(len(l.delays) - 1)
	case d.kind == scan:
		l.untruncated[d.slot+1] = max(l.untruncated[d.slot+1], from)
	case d.number > 0:
		l.untruncated[d.slot] = max(l.untruncated[d.slot], from)
	}
}

// close closes the slots in which a scan would have found a version.
func (l *limits) close(s *sight, _ int64) {
	if s.detail == none || l.details[s.detail].kind != scan {
		return
	}
	d := &l.details[s.detail]
	l.closeAll(l.stored(s, d), d.slot)
	if s.low-d.slot == d.number-1 {
		return // nothing lies between
	}
	at := d.slot
	for _, v := range l.operations[s.op].Action.(*history.Scan).Versions[1:] {
		next := l.find(uint64(v.SeqNo), at)
		l.closeAll(at+1, max(at+1, next))
		at = next
	}
}

// stored returns the first slot from the bound of a scan on whose version cannot have been
// truncated before.
func (l *limits) stored(s *sight, d *detail) int32 {
	return d.from + int32(sort.Search(int(d.slot-d.from), func(i int) bool { return l.deletable[d.from+int32(i)+1] > s.ret }))
}

// closeAll closes the slots from one to another: sum adds up what begins and ends at each.
func (l *limits) closeAll(from, to int32) {
	l.closed[from]++
	l.closed[to]--
}
