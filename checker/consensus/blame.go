package consensus

import (
	"maps"
	"slices"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A blame collects why a timeline does not exist: it follows the bounds back to the
// operations that they come from, and notes the version numbers that it passes. With
// these package proof can see the contradiction by itself.
type blame struct {
	*timeline
	operations map[int32]bool
	apart      map[location.SeqNo]bool
	uses       map[question]bool // the choices that it rests on
	stands     map[int32]bool    // the links whose place is established
	ended      bool              // it is established that nothing follows the last link
}

func newBlame(t *timeline) *blame {
	return &blame{t, map[int32]bool{}, map[location.SeqNo]bool{}, map[question]bool{}, map[int32]bool{}, false}
}

func (b *blame) refutation() *refutation {
	r := &refutation{uses: b.uses, apart: b.apart, lines: map[int]bool{}}
	for op := range b.operations {
		r.lines[b.timeline.operations[op].Line] = true
	}
	return r
}

// steps returns what was collected as a contradiction yet to be made small.
func (r *refutation) result() Result {
	var steps []proof.Step
	for _, line := range slices.Sorted(maps.Keys(r.lines)) {
		steps = append(steps, proof.Step{Line: line})
	}
	return Result{Contradiction: steps, Apart: slices.Sorted(maps.Keys(r.apart))}
}

// take blames an operation.
func (b *blame) take(op int32) { b.operations[op] = true }

// number tells a version number apart from all others.
func (b *blame) number(seq uint64) {
	b.apart[location.SeqNo(seq)], b.apart[location.SeqNo(seq+1)] = true, true
}

// ask collects the evidence for a question.
func (b *blame) ask(q question) {
	switch {
	case !q.followed:
		b.evidence(q.slot)
	case q.slot != none:
		b.stand(b.linkOf(q.slot))
	}
}

// evidence collects what shows that the version of a slot exists.
func (b *blame) evidence(slot int32) {
	s := &b.slots[slot]
	b.number(s.seq)
	for w := s.first; w < b.slots[slot+1].first; w++ {
		if after := b.writes[w].after; after > 0 {
			b.number(after - 1)
		}
	}
	switch {
	case s.committed != none:
		b.take(b.writes[s.committed].op)
	case s.seen != none:
		b.take(s.seen)
	default:
		b.stand(b.linkOf(slot) + 1)
	}
}

// stand establishes where link i stands in the chain.
func (b *blame) stand(i int32) {
	if b.stands[i] {
		return
	}
	b.stands[i] = true
	l := b.links[i]
	b.number(b.seq(i))
	switch {
	case i > b.known:
		previous := int32(none)
		if i > 1 {
			previous = b.links[i-1].slot
			b.stand(i - 1)
		}
		b.uses[question{true, previous}] = true
	case l.asked:
		b.uses[question{false, l.slot}] = true
		if !b.slots[l.slot].known() {
			b.stand(i + 1)
		}
	default:
		b.evidence(l.slot)
	}
}

// finish establishes that no version from seq on exists, as nothing follows the last
// link.
func (b *blame) finish(seq uint64) {
	if b.ended || b.find(seq, b.end()) == b.end() {
		return // nobody wrote any
	}
	b.ended = true
	q := question{followed: true, slot: none}
	if n := b.length(); n > 0 {
		q.slot = b.links[n].slot
		b.stand(n)
	}
	if b.open {
		b.uses[q] = true
	}
}

// chain collects why there is no chain.
func (b *blame) chain() {
	f := b.flaw
	b.number(f.seq)
	switch {
	case f.kind == twice:
		for w := b.slots[f.slot].first; w < b.slots[f.slot+1].first; w++ {
			if b.writes[w].committed {
				b.take(b.writes[w].op)
			}
		}
	case f.slot == none:
		b.stand(1)
	default:
		if f.kind == skipped {
			b.stand(1)
		}
		if s := &b.slots[f.slot]; s.committed == none && len(b.writers(f.slot, nil)) > 1 {
			b.uses[question{false, f.slot}] = true // whoever it was
		} else {
			b.evidence(f.slot)
		}
	}
}

// commitAfter collects why T(i) > r, for the commit of a version that is not above seq.
func (b *blame) commitAfter(i int32, r int64, seq uint64) {
	if i > b.length() {
		b.finish(seq)
		return
	}
	for l := i; l == i || b.committed[l] > r; l-- {
		if b.floors[l].at > r {
			b.reach(b.floor(l), i, seq)
			return
		}
	}
	for l := i; ; l-- {
		for d := b.waiting[l]; d != none; d = b.delays[d].next {
			if m := &b.delays[d]; m.call > r && m.ret < b.committed[l+1] {
				b.take(m.op)
				b.number(b.seq(l))
				b.commitAfter(l+1, m.ret, b.seq(l)+1)
				b.reach(b.seq(l), i, seq)
				return
			}
		}
		if b.marks == nil {
			continue
		}
		if e := b.marks.lifts[l]; b.marks.at[e.to] > r {
			b.passAfter(e.to, r)
			b.gone(e.to, e.from)
			b.take(e.until)
			b.reach(b.highHead(e.until), i, seq)
			return
		}
	}
}

// floor collects what set the floor of T(l): an operation that did not see it yet, or
// its writer. It returns the lowest number that is certainly later.
func (b *blame) floor(l int32) uint64 {
	if op := b.floors[l].op; op != none {
		b.take(op)
		return b.highHead(op)
	}
	if w := &b.writes[b.links[l].writer]; w.committed {
		b.take(w.op)
		return w.after
	}
	b.stand(l)
	return b.seq(l)
}

// reach goes on from a number that T(i) is not below to one that is not below T(i).
func (b *blame) reach(number uint64, i int32, seq uint64) {
	b.apart[location.SeqNo(number)], b.apart[location.SeqNo(seq)] = true, true
	if number > seq {
		b.stand(i)
	}
}

// lowHead returns the highest number from which on operation op saw a version.
func (b *blame) lowHead(op int32) uint64 {
	switch a := b.timeline.operations[op].Action.(type) {
	case *history.Head:
		return uint64(a.Version.SeqNo)
	case *history.Scan:
		return uint64(a.Versions[len(a.Versions)-1].SeqNo)
	case *history.Truncate:
		return uint64(a.UpTo)
	case *history.CompareAndSet:
		if a.Committed {
			return uint64(a.New.SeqNo)
		}
	}
	return 0
}

// highHead returns the lowest number from which on operation op saw no version.
func (b *blame) highHead(op int32) uint64 {
	switch a := b.timeline.operations[op].Action.(type) {
	case *history.Head:
		if a.Found {
			return uint64(a.Version.SeqNo) + 1
		}
	case *history.Scan:
		if n := len(a.Versions); n > 0 {
			return uint64(a.Versions[n-1].SeqNo) + 1
		}
		return uint64(a.From)
	case *history.Truncate:
		return uint64(a.UpTo)
	}
	return 0
}
