package proof

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// Exhausted is a proof by itself: the answers in Lines have no order, whatever the key held
// before they were called, and whichever of its sets, deletes and restores besides happened
// between the first call and the last return, at any time after their calls. It is for
// those keys of a Blob on which no shorter argument is known, and verified by trying every
// order: of at most 64 operations, in at most [maxTries] tries.
const Exhausted Rule = "exhausted"

const maxTries = 1 << 18

// exhaustion tries all orders of a few operations.
type exhaustion struct {
	*blob
	operations []*history.Operation
	lookUp     []int                // by operation, the one that has to come before it, or -1
	definite   uint64               // by operation, a bit: it has to be in the order
	named      []*history.Operation // on these lines
	window     span                 // from called to returned
	// refutations are the situations from which no order goes on.
	refutations map[situation]bool
}

// A situation is what has happened so far and what it led to.
type situation struct {
	taken        uint64
	now, deleted holding
}

func (b *blob) exhausted(lines []int) bool {
	x := &exhaustion{blob: b, window: span{math.MinInt64, math.MaxInt64}}
	for _, line := range slices.Compact(slices.Sorted(slices.Values(lines))) {
		if op := b.operations[line]; definite(op) && b.covered(op) {
			x.named = append(x.named, op)
			x.window.called, x.window.returned = min(x.window.called, op.Call), max(x.window.returned, op.Latest())
		}
	}
	if x.refuted() {
		return true
	}
	x.window.called = math.MinInt64 // from the beginning, when nothing was there
	return x.refuted()
}

// refuted reports whether no order exists in the window.
func (x *exhaustion) refuted() bool {
	x.operations, x.lookUp, x.definite, x.refutations = nil, nil, 0, map[situation]bool{}
	for _, op := range x.named {
		x.add(op, true)
	}
	before := x.others()
	if len(x.operations) > 64 || !x.refutes(situation{}) {
		return false
	}
	for _, set := range before {
		a := set.Action.(*history.Set)
		held, s := holding{found: true, value: a.Value, size: a.Size}, situation{}
		if i := slices.Index(x.operations, set); i >= 0 {
			s.taken = 1 << i
		}
		present, absent := s, s
		present.now, absent.deleted = held, held
		if !x.refutes(present) || !x.refutes(absent) {
			return false
		}
	}
	return len(x.refutations) <= maxTries
}

// others takes in what else may have happened in the window, and returns the values that
// may have been there before it: of those that nobody named saw, one. They are all alike,
// and serve nobody but a restore.
func (x *exhaustion) others() (before []*history.Operation) {
	var unseen []*history.Operation // the sets of values that nobody named saw
	var deletes, restores []*history.Operation
	for _, line := range slices.Sorted(maps.Keys(x.blob.operations)) {
		op := x.blob.operations[line]
		// What found nothing changed nothing.
		if op.Call > x.window.returned || op.Outcome == history.Fail || !effective(op) || x.nothing(line) {
			continue
		}
		set, sets := op.Action.(*history.Set)
		seen := sets && x.seen(set)
		if seen && op.Call < x.window.called {
			before = append(before, op)
		}
		if slices.Contains(x.named, op) {
			continue
		}
		_, restore := op.Action.(*history.Restore)
		switch {
		case sets && !seen:
			unseen = append(unseen, op)
		case op.Latest() < x.window.called:
		case sets:
			x.add(op, false)
		case restore:
			restores = append(restores, op)
		default:
			deletes = append(deletes, op)
		}
	}
	if len(unseen) > 0 {
		first := slices.MinFunc(unseen, byCall)
		if first.Call < x.window.called {
			before = append(before, first)
		}
		unseen = slices.DeleteFunc(unseen, func(op *history.Operation) bool { return op.Latest() < x.window.called })
		most := 1
		if x.relax.Allow(location.RelaxNoRestore) { // each may be what a restore found
			most = len(unseen)
		}
		x.addFirst(unseen, most)
	}
	absences, presences := x.needs()
	x.addFirst(deletes, absences)
	x.addFirst(restores, presences)
	return before
}

func byCall(a, b *history.Operation) int { return cmp.Compare(a.Call, b.Call) }

// addFirst takes in those operations that were called first. They are alike, and the
// earlier one was called the more it can serve for.
func (x *exhaustion) addFirst(alike []*history.Operation, most int) {
	slices.SortStableFunc(alike, byCall)
	for _, op := range alike[:min(most, len(alike))] {
		x.add(op, false)
	}
}

// seen reports whether an answer can tell of a value.
func (x *exhaustion) seen(set *history.Set) bool {
	return slices.ContainsFunc(x.named, func(op *history.Operation) bool {
		switch a := op.Action.(type) {
		case *history.Get:
			return a.Found && a.Value == set.Value
		case *history.Delete:
			return a.Answered && a.Found && sameSize(a.Size, set.Size)
		case *history.List:
			size, _, listed := x.listed(a)
			return listed && sameSize(size, set.Size)
		}
		return false
	})
}

// needs returns how many answers need the key to be absent, and how many present: a delete
// that nobody needs, or a restore, can as well not have happened.
func (x *exhaustion) needs() (absences, presences int) {
	for _, op := range x.named {
		if x.saw(op) {
			absences++
		} else {
			presences++
		}
	}
	return absences, presences
}

// add takes in an operation; as two where it looked a size up and, at the same time or
// later, removed whatever there was.
func (x *exhaustion) add(op *history.Operation, definite bool) {
	lookUp := -1
	if a, ok := op.Action.(*history.Delete); ok && definite && a.Answered && a.Found && x.relax.Allow(location.RelaxDeleteSize) {
		seen, removal := *op, *op
		seen.Action = &history.List{Entries: []location.BlobMetadata{{Key: x.key, Size: a.Size}}}
		removal.Action = &history.Delete{}
		lookUp = len(x.operations)
		x.append(&seen, definite, -1)
		op = &removal
	}
	x.append(op, definite, lookUp)
}

func (x *exhaustion) append(op *history.Operation, definite bool, lookUp int) {
	if definite {
		x.definite |= 1 << len(x.operations)
	}
	x.operations, x.lookUp = append(x.operations, op), append(x.lookUp, lookUp)
}

// covered reports whether op says something of the key.
func (b *blob) covered(op *history.Operation) bool {
	list, ok := op.Action.(*history.List)
	return !ok || strings.HasPrefix(b.key, list.Prefix)
}

// refutes reports whether no order goes on from here; or it has given up.
func (x *exhaustion) refutes(s situation) bool {
	if x.definite&^s.taken == 0 {
		return false
	}
	if x.refutations[s] || len(x.refutations) > maxTries {
		return true
	}
	x.refutations[s] = true
	// What is called after an operation left has returned comes after that one.
	latest := int64(math.MaxInt64)
	for i, op := range x.operations {
		if x.definite&^s.taken&(1<<i) != 0 {
			latest = min(latest, op.Latest())
		}
	}
	for i, op := range x.operations {
		if s.taken&(1<<i) == 0 && op.Call <= latest {
			if next, ok := x.take(s, i); ok && !x.refutes(next) {
				return false
			}
		}
	}
	return true
}

// take lets operation i happen. One that need not happen is taken only where it
// changes something.
func (x *exhaustion) take(s situation, i int) (next situation, ok bool) {
	op, definite := *x.operations[i], x.definite&(1<<i) != 0
	if !definite {
		op.Outcome = history.Info
	}
	if first := x.lookUp[i]; first >= 0 && s.taken&(1<<first) == 0 {
		return s, false
	}
	if list, listing := op.Action.(*history.List); listing {
		size, times, found := x.listed(list)
		ok = found == s.now.found && times <= 1 && (!found || sameSize(size, s.now.size))
		s.taken |= 1 << i
		return s, ok
	}
	r := &register{relax: x.relax, held: []holding{s.now}}
	if s.deleted.found {
		r.deleted = &s.deleted
	}
	if r.take(&op, 0) != nil {
		return s, false
	}
	next = situation{taken: s.taken | 1<<i, now: r.held[len(r.held)-1]}
	if r.deleted != nil {
		next.deleted = *r.deleted
	}
	return next, definite || next.now != s.now || next.deleted != s.deleted
}
