package consensus

import (
	"slices"

	"github.com/assay-dev/assay/checker/internal/fewer"
	"github.com/assay-dev/assay/workload/history"
)

// A stretch is the slots from a known one, or the first, to another known one, or the last.
// With some operations it is a small key of its own: what is below and above is left out, and
// so is all that other operations say, but that they may have written and truncated.
type stretch struct {
	*paths
	low, high   int32           // none and the end where all slots are
	said        map[int32]sight // by operation
	truncations []sight         // that may have deleted its versions
	beyond      *sight          // one of them with a bound above it
}

// stuck returns why no path leads to the end: operations that leave none on some stretch, none of
// which can be left out, and those that show where it begins.
func (p *paths) stuck() *refutation {
	high := int32(0)
	for high < p.end() && (!p.slots[high].known() || p.first[high] < p.first[high+1]) {
		high++
	}
	s, may := p.stretch(high-1, high)
	for size := int32(2); s.low != none && !s.closed(may); size *= 2 {
		s, may = p.stretch(min(high-size, s.low-1), high)
	}
	if !s.closed(may) { // a truncation with a bound above it was held off by what stands there
		s, may = p.stretch(none, p.end())
	}
	b := newBlame(&timeline{chain: &chain{key: p.key}})
	for _, op := range slices.Concat(fewer.Of(may, s.closed), s.given()) {
		b.take(op)
	}
	for slot := max(s.low, 0); slot <= s.highest(); slot++ {
		b.number(p.slots[slot].seq)
	}
	return b.refutation()
}

// stretch returns the one from low, or somewhat lower, to high, and the operations that may
// matter there.
func (p *paths) stretch(low, high int32) (s *stretch, may []int32) {
	s = &stretch{paths: p, low: p.beginning(low), high: high, said: map[int32]sight{}}
	for slot := s.low + 1; slot <= s.highest(); slot++ {
		may = append(may, s.evidence(slot)...)
	}
	for said := range s.extremes() {
		s.said[said.op] = said.sight
		may = append(may, said.op)
	}
	if s.beyond != nil {
		s.truncations = append(s.truncations, *s.beyond)
	}
	slices.Sort(may)
	return s, slices.Compact(may)
}

// beginning returns the highest known slot, not above one, from which on tallies do not count
// what is below; none if there is none.
func (p *paths) beginning(slot int32) int32 {
	for ; slot >= 0; slot-- {
		if p.slots[slot].known() && p.anew(slot) {
			return slot
		}
	}
	return none
}

// anew reports whether tallies above a slot count nothing below it.
func (p *paths) anew(slot int32) bool {
	if p.due[p.passed[slot]] == none {
		return true
	}
	last := p.lastCount(slot)
	return last != nil && !slices.ContainsFunc(p.all[p.first[slot]:p.first[slot+1]], func(at path) bool {
		return p.all[at.from].slot >= last.slot
	})
}

// given returns the operations that show where the stretch begins.
func (s *stretch) given() (ops []int32) {
	if s.low == none {
		return nil
	}
	if t := s.lastCount(s.low); t != nil && s.due[s.passed[s.low]] != none {
		ops = append(ops, t.op)
	}
	return append(ops, s.evidence(s.low)...)
}

// highest returns the highest slot.
func (s *stretch) highest() int32 { return min(s.high, s.end()-1) }

// closed reports whether no path leads through the stretch where nothing is known but what
// these operations say.
func (s *stretch) closed(ops []int32) bool {
	if s.budget < 0 {
		return false
	}
	k := s.alone(ops)
	s.budget -= len(k.slots) + len(k.seen)
	p, complete := k.limits().paths(nil)
	switch highest := k.end() - 1; {
	case !complete:
		return false
	case s.high == s.end():
		return p.best() == none
	default:
		return k.slots[highest].known() && p.first[highest] == p.first[highest+1]
	}
}

// alone returns the key that the stretch and some operations are.
func (s *stretch) alone(ops []int32) *key {
	k := &key{operations: s.operations, stale: s.stale}
	told := map[int32]bool{}
	for _, op := range ops {
		told[op] = true
	}
	for slot := max(s.low, 0); slot <= s.highest(); slot++ {
		k.slots = append(k.slots, s.addSlot(k, slot, told))
	}
	k.slots = append(k.slots, slot{seq: s.slots[s.end()].seq, first: int32(len(k.writes)), seen: none, committed: none})
	for _, op := range ops {
		if said, ok := s.said[op]; ok {
			s.addSight(k, said)
		}
	}
	for _, t := range s.truncations {
		if !told[t.op] {
			t.low, t.high, t.ret = s.begin(), s.end(), never
			s.addSight(k, t)
		}
	}
	return k
}

// addSlot enters the writes of a slot, of which only these operations are known, and returns it.
func (s *stretch) addSlot(k *key, at int32, told map[int32]bool) slot {
	of := s.slots[at]
	alone := slot{seq: of.seq, first: int32(len(k.writes)), seen: none, committed: none}
	if at == s.low {
		alone.seen = 0 // whoever it was
		k.writes = append(k.writes, write{seq: of.seq, call: always, ret: never})
		return alone
	}
	for w := of.first; w < s.slots[at+1].first; w++ {
		write := s.writes[w]
		if write.committed = write.committed && told[write.op]; !write.committed {
			write.ret = never
		} else if alone.committed == none {
			alone.committed, alone.value = int32(len(k.writes)), write.value
		}
		k.writes = append(k.writes, write)
	}
	if of.seen != none && told[of.seen] {
		alone.seen, alone.value = of.seen, of.value
	}
	return alone
}

// addSight enters what an operation says of the slots of the stretch.
func (s *stretch) addSight(k *key, said sight) {
	if said.detail != none {
		d := s.details[said.detail]
		if said.detail = none; s.concerns(&said, &d) {
			if d.kind == truncation && (said.ret == never || d.slot > s.highest()) {
				d.number = uncounted
			}
			said.detail = int32(len(k.details))
			d.slot, d.from = s.within(d.slot), s.within(d.from)
			k.details = append(k.details, d)
		}
	}
	said.low, said.high = s.atLeast(k, said.low), s.within(said.high)
	to := &k.seen
	switch s.operations[said.op].Action.(type) {
	case *history.Head, *history.Scan:
		to = k.readers()
	}
	*to = append(*to, said)
}

// within returns the slot of the stretch that a slot is.
func (s *stretch) within(slot int32) int32 {
	return min(max(slot, s.low, 0), s.highest()+1) - max(s.low, 0)
}

// atLeast returns the slot of the stretch from which on something was there if it was there
// from slot on.
func (s *stretch) atLeast(k *key, slot int32) int32 {
	switch {
	case slot == s.begin() || slot <= s.low:
		return k.begin()
	case slot > s.highest() && s.high < s.end():
		return k.end() - 1
	}
	return s.within(slot)
}

// concerns reports whether a detail says something of the versions of the stretch.
func (s *stretch) concerns(said *sight, d *detail) bool {
	switch d.kind {
	case mismatch:
		return s.low <= d.slot && d.slot <= s.highest()
	case scan:
		return d.from <= s.highest() && said.low > s.low
	}
	return d.slot > s.low
}
