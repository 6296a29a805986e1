package blob

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
)

// What following a key may cost: more situations at a time, or more moves, and it gives up.
const (
	maxSituations     = 1000
	movesPerOperation = 200
	freeMoves         = 1_000_000
)

// A follower goes over time and keeps all situations that the key may be in: it is for keys
// of which values may have been restored.
//
// Also then a value is there from its set to the next one, now present and now absent. So
// the situation is which value was set last and whether it is present, and which of the
// operations in flight have happened. One happens when it has to, at its return, and with it
// what has to come before (just-in-time linearization, Lowe 2017); but what sees the present
// situation happens at once. What leaves few situations is that a value can be replaced only
// when all its operations have happened, and that deletes of unknown outcome are alike, as
// restores are: they are used in the order of their calls, and of two situations that are
// otherwise the same the one that used less is better.
type follower struct {
	*key
	about   []int32  // by operation: the block of the value that it is about, or none
	slots   []uint64 // by operation: its bit while it is in flight
	left    []int32  // by block: so many of the value's operations have not been called yet
	solo    []bool   // by block: the value has no operation but its set
	pending []uint64 // by block: the value's operations in flight
	inUse   uint64
	holder  [64]int32  // by bit: the operation
	needs   [64]uint64 // by bit: what has to happen before

	// The operations in flight, by what they do.
	sets, mute, removals, reads, absences, beginnings, restores, presences uint64
	lookUps                                                                uint64 // of the reads, those of deletes

	// Those of unknown outcome that were called: of sets those of which nobody saw the value.
	freeSets, freeDeletes, freeRestores []int32

	situations, next []situation
	placed           []placing
	moves            int
}

// A situation is what the key may be in.
type situation struct {
	value                   int32 // the block of the value set last, or none
	present                 bool
	done                    uint64 // of the operations in flight, those that have happened
	sets, deletes, restores int32  // so many of unknown outcome have happened
	last                    int32  // the latest operation, in placed
}

// A placing is an operation and the placing before it, none for the first.
type placing struct {
	op, before int32
	lookUp     bool // only that part of the operation which has no place in the order
}

// as reports whether s is at least as good as t: nothing that t allows is impossible from s.
func (s *situation) as(t *situation) bool {
	return s.value == t.value && s.present == t.present && s.done == t.done &&
		s.sets <= t.sets && s.deletes <= t.deletes && s.restores <= t.restores
}

func (k *key) newFollower() *follower {
	n := len(k.Operations)
	f := &follower{
		key: k, about: make([]int32, n), slots: make([]uint64, n),
		left: make([]int32, len(k.blocks)), solo: make([]bool, len(k.blocks)), pending: make([]uint64, len(k.blocks)),
		situations: []situation{{value: none, last: none}},
		moves:      movesPerOperation*n + freeMoves,
	}
	for i := range f.about {
		f.about[i] = none
	}
	for i := range k.blocks {
		b := &k.blocks[i]
		if b.set == nil {
			continue
		}
		f.belongs(b.op, i)
		for r := b.reads; r != 0; r = k.spots[r-1].next {
			f.belongs(r-1, i)
		}
		if b.removed != none {
			f.belongs(b.removed, i)
		}
	}
	for _, pair := range k.again {
		f.belongs(pair[1], int(f.about[pair[0]]))
	}
	for _, l := range k.lookups {
		f.belongs(k.blocks[l.removal].op, int(l.of))
	}
	for i := range f.solo {
		f.solo[i] = f.left[i] == 1
	}
	return f
}

func (f *follower) belongs(op int32, block int) {
	f.about[op] = int32(block)
	f.left[block]++
}

// follow reports whether an order exists, and keeps it. If not, culprit is the operation
// whose return left no way out, or none if following it took too much.
func (f *follower) follow() (ok bool, culprit int32) {
	calls, returns := f.schedule()
	for len(returns) > 0 {
		i := returns[0]
		for len(calls) > 0 && f.spots[calls[0]].call <= f.deadline(i) {
			if !f.call(calls[0]) {
				return false, none
			}
			calls = calls[1:]
		}
		returns = returns[1:]
		if !f.happened(i) {
			return false, none
		}
		if len(f.situations) == 0 {
			return false, i
		}
	}
	f.keepOrder()
	return true, none
}

// schedule returns the operations by their call, and those that have to happen by when.
func (f *follower) schedule() (calls, returns []int32) {
	for i := range f.Operations {
		calls = append(calls, int32(i))
		if f.deadline(int32(i)) != history.Never {
			returns = append(returns, int32(i))
		}
	}
	slices.SortStableFunc(calls, func(a, b int32) int { return cmp.Compare(f.spots[a].call, f.spots[b].call) })
	slices.SortStableFunc(returns, func(a, b int32) int { return cmp.Compare(f.deadline(a), f.deadline(b)) })
	return calls, returns
}

// deadline returns when an operation has to have happened, Never if it need not: a set of
// unknown outcome has to when somebody saw its value.
func (f *follower) deadline(i int32) int64 {
	op := f.Operations[i]
	if _, ok := op.Action.(*history.Set); ok && op.Outcome == history.Info && f.blocks[f.about[i]].seen {
		return f.blocks[f.about[i]].returned
	}
	return op.Latest()
}

// call takes in an operation. It reports whether that was possible.
func (f *follower) call(i int32) bool {
	op := f.Operations[i]
	if f.deadline(i) == history.Never {
		f.callFree(i, op)
		return true
	}
	bit, ok := f.take(i)
	if !ok {
		return false
	}
	f.slots[i] = bit
	part := bit
	if del, deletes := op.Action.(*history.Delete); deletes && del.Found && f.deleteSize {
		if part, ok = f.take(i); !ok {
			return false
		}
		f.needs[bits.TrailingZeros64(bit)] = part
		f.lookUps |= part
		f.reads |= part
	}
	*f.doing(i, op) |= bit
	if v := f.about[i]; v != none {
		f.left[v]--
		f.pending[v] |= part
	}
	for s := range f.situations {
		f.settle(&f.situations[s])
	}
	return true
}

// take gives an operation a bit, if one is left.
func (f *follower) take(i int32) (bit uint64, ok bool) {
	slot := bits.TrailingZeros64(^f.inUse)
	if slot == 64 {
		return 0, false
	}
	bit = 1 << slot
	f.inUse, f.holder[slot], f.needs[slot] = f.inUse|bit, i, 0
	return bit, true
}

// callFree takes in an operation that need not have happened.
func (f *follower) callFree(i int32, op *history.Operation) {
	switch op.Action.(type) {
	case *history.Set:
		f.left[f.about[i]]--
		f.freeSets = append(f.freeSets, i)
	case *history.Delete:
		f.freeDeletes = append(f.freeDeletes, i)
	case *history.Restore:
		if !f.noRestore {
			f.freeRestores = append(f.freeRestores, i)
		}
	}
}

// doing returns the operations that do the same.
func (f *follower) doing(i int32, op *history.Operation) *uint64 {
	switch a := op.Action.(type) {
	case *history.Set:
		if f.solo[f.about[i]] {
			return &f.mute
		}
		return &f.sets
	case *history.Delete:
		if !a.Answered || a.Found {
			return &f.removals
		}
	case *history.Restore:
		switch {
		case a.Refused && !f.noRestore:
			return &f.beginnings
		case !a.Refused && f.noRestore:
			return &f.presences
		case !a.Refused:
			return &f.restores
		}
	default:
		if f.about[i] != none {
			return &f.reads
		}
	}
	return &f.absences
}

// happened goes on to the instant by which an operation has to have happened. It reports
// whether that was possible within bounds.
func (f *follower) happened(i int32) bool {
	bit := f.slots[i]
	f.next = f.next[:0]
	for _, s := range f.situations {
		if s.done&bit != 0 {
			f.keep(s)
		} else {
			f.reach(s, bit)
		}
	}
	*f.doing(i, f.Operations[i]) &^= bit
	bit |= f.needs[bits.TrailingZeros64(bit)]
	for s := range f.next {
		f.next[s].done &^= bit
	}
	f.situations, f.next = f.next, f.situations
	if v := f.about[i]; v != none {
		f.pending[v] &^= bit
	}
	f.reads, f.lookUps, f.inUse = f.reads&^bit, f.lookUps&^bit, f.inUse&^bit
	return f.moves > 0 && len(f.situations) <= maxSituations
}

// keep adds a situation to the next ones, unless one there is as good.
func (f *follower) keep(s situation) {
	for i := range f.next {
		if f.next[i].as(&s) {
			return
		}
	}
	f.next = append(f.next, s)
}

// keepOrder keeps the order that led to some situation, each operation as early as it can
// be.
func (f *follower) keepOrder() {
	var path []placing
	for at := f.situations[0].last; at != none; at = f.placed[at].before {
		path = append(path, f.placed[at])
	}
	f.order = make(proof.Order, 0, len(path))
	now := int64(math.MinInt64)
	for _, p := range slices.Backward(path) {
		now = max(now, f.spots[p.op].call)
		if line := f.spots[p.op].line; line != 0 && !p.lookUp {
			f.order = append(f.order, proof.Placement{Line: int(line), At: now})
		}
	}
}
