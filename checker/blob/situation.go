package blob

import (
	"math/bits"

	"github.com/assay-dev/assay/workload/history"
)

// reach finds all ways in which an operation can happen from a situation on.
func (f *follower) reach(s situation, target uint64) {
	queue := []situation{s}
	for i := 0; i < len(queue) && f.moves > 0; i++ {
		f.move(queue[i], func(t situation) {
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

// move calls to with each situation to which one more operation leads.
func (f *follower) move(s situation, to func(situation)) {
	if s.value == none || f.left[s.value] == 0 && f.pending[s.value]&^s.done == 0 {
		f.replace(s, to)
	}
	switch {
	case s.present:
		f.remove(s, to)
		f.idle(s, f.restores&^s.done, to)
	default:
		if s.value != none {
			f.restore(s, to)
		}
		f.idle(s, f.anything(&s), to)
	}
}

// idle lets one of some operations happen that change nothing now.
func (f *follower) idle(s situation, operations uint64, to func(situation)) {
	if bit := f.soonest(operations); bit != 0 {
		f.do(&s, bit)
		to(s)
	}
}

// soonest returns that of some operations in flight which can wait least. Where they are
// alike, the others do as well later.
func (f *follower) soonest(operations uint64) (bit uint64) {
	least := int64(history.Never)
	for ; operations != 0; operations &= operations - 1 {
		slot := bits.TrailingZeros64(operations)
		if by := f.deadline(f.holder[slot]); by < least {
			bit, least = 1<<slot, by
		}
	}
	return bit
}

// anything returns the deletes in flight that remove whatever there is.
func (f *follower) anything(s *situation) (deletes uint64) {
	for removals := f.removals &^ s.done; removals != 0; removals &= removals - 1 {
		slot := bits.TrailingZeros64(removals)
		if f.deleteSize && f.needs[slot]&^s.done == 0 || !f.deleteSize && !f.Operations[f.holder[slot]].Action.(*history.Delete).Answered {
			deletes |= 1 << slot
		}
	}
	return deletes
}

// replace lets another value be set. A value that nobody saw is good for the presence of the
// key alone, where nothing can come back.
func (f *follower) replace(s situation, to func(situation)) {
	if !s.present && (s.value == none || f.noRestore) && int(s.sets) < len(f.freeSets) {
		t, set := s, f.freeSets[s.sets]
		f.put(&t, set, false)
		t.value, t.present, t.sets = f.about[set], true, s.sets+1
		to(t)
	}
	if mute := f.mute &^ s.done; mute != 0 {
		if f.noRestore {
			mute = f.soonest(mute)
		}
		t := s
		for ; mute != 0; mute &= mute - 1 {
			f.set(&t, mute&-mute)
		}
		to(t)
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
	removals := f.soonest(f.anything(&s))
	if !f.deleteSize {
		removals |= f.removals & f.pending[s.value] &^ s.done
	}
	for ; removals != 0; removals &= removals - 1 {
		t := s
		f.do(&t, removals&-removals)
		t.present = false
		to(t)
	}
	if int(s.deletes) < len(f.freeDeletes) {
		f.put(&s, f.freeDeletes[s.deletes], false)
		s.deletes, s.present = s.deletes+1, false
		to(s)
	}
}

// restore lets the value that was deleted come back.
func (f *follower) restore(s situation, to func(situation)) {
	if bit := f.soonest(f.restores &^ s.done); bit != 0 {
		t := s
		f.do(&t, bit)
		t.present = true
		to(t)
	}
	if int(s.restores) < len(f.freeRestores) {
		f.put(&s, f.freeRestores[s.restores], false)
		s.restores, s.present = s.restores+1, true
		to(s)
	}
}
