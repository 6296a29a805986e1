package consensus

import (
	"cmp"
	"math"
	"slices"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

func (k *key) reset(operations []*history.Operation) {
	n := len(operations)
	k.operations, k.mismatches = operations, 0
	k.writes = sized(k.writes, n/2)[:0]
	k.extents, k.reads = sized(k.extents, n/6)[:0], k.reads[:0]
	k.budget = workPerOperation*n + freeWork
	clear(k.settled)
}

// valueOf returns the value that a write carries.
func (k *key) valueOf(w *write) string {
	return k.operations[w.op].Action.(*history.CompareAndSet).New.Value
}

// gather takes the operations apart. It returns a contradiction when an answer is
// wrong by itself, or when nobody can have written what was seen.
func (k *key) gather() []proof.Step {
	if steps := k.takeWrites(); steps != nil {
		return steps
	}
	k.group()
	hint := int32(0)
	for i, op := range k.operations {
		if op.Outcome == history.Info || op.Outcome == history.Fail {
			k.takeUnanswered(int32(i), op, hint)
		} else if steps := k.take(int32(i), op, &hint); steps != nil {
			return steps
		}
	}
	if k.stale {
		k.sortReads()
	}
	return nil
}

// sortReads lists the heads and scans of each process in the order of their calls.
func (k *key) sortReads() {
	for i := range k.seen {
		switch k.operations[k.seen[i].op].Action.(type) {
		case *history.Head, *history.Scan:
			k.seen[i].stale = true
			k.reads = append(k.reads, int32(i))
		}
	}
	slices.SortFunc(k.reads, func(i, j int32) int {
		a, b := k.operations[k.seen[i].op], k.operations[k.seen[j].op]
		return cmp.Or(cmp.Compare(a.Process, b.Process), cmp.Compare(a.Call, b.Call),
			cmp.Compare(a.Return, b.Return), cmp.Compare(a.Line, b.Line))
	})
}

func wrongAnswer(op *history.Operation) []proof.Step {
	return []proof.Step{{Line: op.Line}}
}

// takeWrites collects the compare-and-sets that may have happened.
func (k *key) takeWrites() []proof.Step {
	for i, op := range k.operations {
		a, ok := op.Action.(*history.CompareAndSet)
		if !ok || op.Outcome == history.Fail || op.Outcome == history.Ok && !a.Committed {
			continue
		}
		if valid := a.New.SeqNo.Legal() && (!a.HasExpected || a.New.SeqNo > a.Expected); valid {
			k.writes = append(k.writes, write{uint64(a.New.SeqNo), after(a), op.Call, op.Return, int32(i), op.Outcome == history.Ok})
		} else if op.Outcome == history.Ok {
			return wrongAnswer(op)
		}
	}
	k.seen = sized(k.seen, len(k.operations)-len(k.writes))[:0]
	return nil
}

// after returns the lowest number above the version that a expects.
func after(a *history.CompareAndSet) uint64 {
	if !a.HasExpected {
		return 0
	}
	return uint64(a.Expected) + 1
}

// takeUnanswered enters a truncation that was refused or may have happened. Other
// operations without an answer say nothing.
func (k *key) takeUnanswered(i int32, op *history.Operation, hint int32) {
	a, ok := op.Action.(*history.Truncate)
	s := sight{call: op.Call, ret: op.Return, op: i, kind: below}
	switch {
	case !ok || op.Outcome == history.Fail && !a.Refused:
		return
	case op.Outcome == history.Info:
		s.ret = never
		s = k.extend(s, truncation, extent{number: uncounted})
	}
	s.slot = k.find(uint64(a.UpTo), hint)
	k.seen = append(k.seen, s)
}

func (k *key) extend(s sight, kind kind, e extent) sight {
	s.kind, s.extent = kind, int32(len(k.extents))
	k.extents = append(k.extents, e)
	return s
}

// take enters one operation that was answered. It looks for versions near hint.
func (k *key) take(i int32, op *history.Operation, hint *int32) []proof.Step {
	s := sight{call: op.Call, ret: op.Return, op: i, kind: below}
	switch a := op.Action.(type) {
	case *history.Head:
		if a.Found {
			s.kind, s.slot = head, k.find(uint64(a.Version.SeqNo), *hint)
			if steps := k.witness(i, s.slot, &a.Version); steps != nil {
				return steps
			}
			*hint = s.slot
		}
	case *history.CompareAndSet:
		if a.Committed {
			return nil
		}
		if !a.New.SeqNo.Legal() || a.HasExpected && a.New.SeqNo <= a.Expected {
			return wrongAnswer(op)
		}
		if s.kind = exists; a.HasExpected {
			s.kind, s.slot = mismatch, k.find(uint64(a.Expected), *hint)
			if k.slots[s.slot].seq != uint64(a.Expected) || s.slot == k.end() {
				s.kind = nothing
			} else {
				k.mismatches++
			}
		}
	case *history.Scan:
		if !plausible(a) {
			return wrongAnswer(op)
		}
		return k.takeScan(s, a, hint)
	case *history.Truncate:
		if a.Deleted < 0 && (a.Deleted != location.CountUnknown || !k.uncounted) {
			return wrongAnswer(op)
		}
		s = k.extend(s, truncation, extent{number: int32(min(a.Deleted, math.MaxInt32))})
		s.slot = k.find(uint64(a.UpTo), *hint)
	case *history.ListKeys:
		if s.listing = true; len(a.Keys) > 1 {
			return wrongAnswer(op)
		}
		if len(a.Keys) == 1 {
			s.kind = exists
		}
	}
	k.seen = append(k.seen, s)
	return nil
}

func (k *key) takeScan(s sight, a *history.Scan, hint *int32) []proof.Step {
	from, n := k.find(uint64(a.From), *hint), len(a.Versions)
	switch {
	case a.Limit == 0:
		s.kind = nothing
	case n == 0:
		s.slot = from
	default:
		s.slot = from
		s = k.extend(s, scan, extent{from: from, number: int32(n), cut: int64(n) == a.Limit})
		for i := range a.Versions {
			s.slot = k.find(uint64(a.Versions[i].SeqNo), s.slot)
			if steps := k.witness(s.op, s.slot, &a.Versions[i]); steps != nil {
				return steps
			}
			if i == 0 {
				k.extents[s.extent].first = s.slot
			}
		}
		*hint = s.slot
	}
	k.seen = append(k.seen, s)
	return nil
}

// plausible reports whether some state explains the scan.
func plausible(a *history.Scan) bool {
	for i, v := range a.Versions {
		if v.SeqNo < a.From || i > 0 && v.SeqNo <= a.Versions[i-1].SeqNo {
			return false
		}
	}
	return int64(len(a.Versions)) <= a.Limit
}

// group sorts the writes and makes a slot of those that carry the same number.
func (k *key) group() {
	sortNearly(k.writes, func(a, b *write) int {
		return cmp.Or(cmp.Compare(a.seq, b.seq), cmp.Compare(a.after, b.after), cmp.Compare(a.call, b.call))
	})
	distinct := 0
	for i := range k.writes {
		if i == 0 || k.writes[i].seq != k.writes[i-1].seq {
			distinct++
		}
	}
	k.slots = sized(k.slots, distinct+1)[:0]
	for i := range k.writes {
		w := &k.writes[i]
		if i == 0 || w.seq != k.writes[i-1].seq {
			k.slots = append(k.slots, slot{seq: w.seq, first: int32(i), seen: none, committed: none})
		}
		if s := &k.slots[len(k.slots)-1]; w.committed && s.committed == none {
			s.committed, s.value = int32(i), k.valueOf(w)
		}
	}
	k.slots = append(k.slots, slot{seq: math.MaxUint64, first: int32(len(k.writes)), seen: none, committed: none})
}

// end is the slot behind the last.
func (k *key) end() int32 { return int32(len(k.slots)) - 1 }

// find returns the first slot from seq on. It looks near hint first, since operations
// that stand together tend to speak of versions that do.
func (k *key) find(seq uint64, hint int32) int32 {
	low, high, step := hint, hint, int32(1)
	if hint < k.end() && k.slots[hint].seq < seq {
		for low++; low+step <= k.end() && k.slots[low+step-1].seq < seq; step *= 2 {
			low += step
		}
		high = min(k.end(), low+step-1)
	} else {
		for ; high >= step && k.slots[high-step].seq >= seq; step *= 2 {
			high -= step
		}
		low = max(0, high-step)
	}
	for low < high { // slots before low are below seq, high is not
		if middle := (low + high) / 2; k.slots[middle].seq < seq {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// witness notes that an operation saw a version. Two values at one number are a
// contradiction, and so is one that nobody wrote.
func (k *key) witness(op, at int32, v *history.Version) []proof.Step {
	s, seq := &k.slots[at], uint64(v.SeqNo)
	switch {
	case at == k.end() || s.seq != seq:
		return k.unwritten(op)
	case s.known() && s.value != v.Value:
		if s.seen != none {
			return k.unwritten(op, s.seen)
		}
		return k.unwritten(op, k.writes[s.committed].op)
	case s.seen == none:
		s.seen, s.value = op, v.Value
	}
	return nil
}

// unwritten is why nobody can have written what all these operations saw.
func (k *key) unwritten(ops ...int32) (steps []proof.Step) {
	for _, op := range ops {
		steps = append(steps, proof.Step{Line: k.operations[op].Line})
	}
	return steps
}
