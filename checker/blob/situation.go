package blob

import (
	"math/bits"

	"github.com/assay-dev/assay/workload/history"
)

// reach finds all ways in which an operation can happen from a situation on.
func (f *follower) reach(s situation, target uint64) {
	queue := []situation{s}
	for i := 0; i < len(queue) && f.moves > 0; i++ {
		f.move(queue[i], target, func(t situation) {
			f.moves--
			f.settle(&t)
			if t.done&target != 0 {
				f.keep(t)
				return
			}
			for j := range queue {
				if queue[j].as(&t) {
					return
				}
			}
			queue = append(queue, t)
		})
	}
}

// settle lets what sees the present situation happen.
func (f *follower) settle(s *situation) {
	var see uint64
	switch {
	case s.present:
		see = f.reads&f.pending[s.value] | f.presences
	case s.value == none:
		see = f.absences | f.beginnings
	default:
		see = f.absences
	}
	for see &^= s.done; see != 0; see &= see - 1 {
		f.do(s, see&-see)
	}
}

// do lets an operation in flight happen.
func (f *follower) do(s *situation, bit uint64) {
	f.put(s, f.holder[bits.TrailingZeros64(bit)], bit&f.lookUps != 0)
	s.done |= bit
}

func (f *follower) put(s *situation, op int32, lookUp bool) {
	f.placed = append(f.placed, placing{op, s.last, lookUp})
	s.last = int32(len(f.placed) - 1)
}

// move calls to with each situation to which one more operation leads, which is the target
// or brings it nearer.
func (f *follower) move(s situation, target uint64, to func(situation)) {
	if s.value == none || f.left[s.value] == 0 && f.pending[s.value]&^s.done == 0 {
		f.replace(s, to)
	}
	switch {
	case s.value == none:
	case s.present:
		f.remove(s, to)
		if target&f.restores != 0 { // it changes nothing
			f.do(&s, target)
			to(s)
		}
	default:
		f.restore(s, to)
	}
	if !s.present && f.any(&s, target) {
		f.do(&s, target)
		to(s)
	}
}

// any reports whether an operation is a delete that removes whatever there is.
func (f *follower) any(s *situation, bit uint64) bool {
	if bit&f.removals == 0 {
		return false
	}
	slot := bits.TrailingZeros64(bit)
	if f.deleteSize {
		return f.needs[slot]&^s.done == 0
	}
	return !f.Operations[f.holder[slot]].Action.(*history.Delete).Answered
}

// replace lets another value be set. The sets of values that nobody saw can always come just
// before.
func (f *follower) replace(s situation, to func(situation)) {
	if s.value == none && f.unseen != none {
		t := s
		f.put(&t, f.unseen, false)
		t.value, t.present = f.about[f.unseen], true
		to(t)
	}
	if mute := f.mute &^ s.done; mute != 0 {
		for ; mute != 0; mute &= mute - 1 {
			f.set(&s, mute&-mute)
		}
		to(s)
	}
	for sets := f.sets &^ s.done; sets != 0; sets &= sets - 1 {
		t := s
		f.set(&t, sets&-sets)
		to(t)
	}
}

func (f *follower) set(s *situation, bit uint64) {
	f.do(s, bit)
	s.value, s.present = f.about[f.holder[bits.TrailingZeros64(bit)]], true
}

// remove lets the value that is there be deleted.
func (f *follower) remove(s situation, to func(situation)) {
	for removals := f.removals &^ s.done; removals != 0; removals &= removals - 1 {
		bit := removals & -removals
		if t := s; f.any(&s, bit) || !f.deleteSize && f.pending[s.value]&bit != 0 {
			f.do(&t, bit)
			t.present = false
			to(t)
		}
	}
	if int(s.deletes) < len(f.freeDeletes) {
		f.put(&s, f.freeDeletes[s.deletes], false)
		s.deletes, s.present = s.deletes+1, false
		to(s)
	}
}

// restore lets the value that was deleted come back.
func (f *follower) restore(s situation, to func(situation)) {
	for restores := f.restores &^ s.done; restores != 0; restores &= restores - 1 {
		t := s
		f.do(&t, restores&-restores)
		t.present = true
		to(t)
	}
	if int(s.restores) < len(f.freeRestores) {
		f.put(&s, f.freeRestores[s.restores], false)
		s.restores, s.present = s.restores+1, true
		to(s)
	}
}
