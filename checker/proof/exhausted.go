package proof

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// Exhausted is a proof by itself: the answers in Lines have no order, whichever of the
// key's sets, deletes and restores besides happened, at any time after their calls. It
// is for the few keys of a Blob on which no shorter argument is known, and verified by
// trying every order: of at most 64 operations, in at most [maxTries] tries.
const Exhausted Rule = "exhausted"

const maxTries = 1 << 18

// exhaustion tries all orders of a few operations.
type exhaustion struct {
	*blob
	operations []*history.Operation
	lookUp     []int  // by operation, the one that has to come before it, or -1
	definite   uint64 // by operation, a bit: it has to be in the order
	refuted    map[situation]bool
}

// A situation is what has happened so far and what it led to.
type situation struct {
	taken        uint64
	now, deleted holding
}

func (b *blob) exhausted(lines []int) bool {
	x := &exhaustion{blob: b, refuted: map[situation]bool{}}
	for _, line := range slices.Sorted(maps.Keys(b.operations)) {
		op := b.operations[line]
		named := slices.Contains(lines, line) && definite(op) && b.covered(op)
		// What found nothing changed nothing.
		if named || op.Outcome != history.Fail && effective(op) && !b.nothing(line) {
			x.add(op, named)
		}
	}
	return len(x.operations) <= 64 && x.refutes(situation{}) && len(x.refuted) <= maxTries
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
	if x.refuted[s] || len(x.refuted) > maxTries {
		return true
	}
	x.refuted[s] = true
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
