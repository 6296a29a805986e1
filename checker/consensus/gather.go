package consensus

import (
	"cmp"
	"math"
	"slices"

	"github.com/assay-dev/assay/checker/internal/reuse"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

func (k *key) reset(operations []*history.Operation) {
	n := len(operations)
	k.operations, k.lines = operations, reuse.Slice(k.lines, n)
	k.writes, k.details = reuse.Slice(k.writes, n*3/8)[:0], reuse.Slice(k.details, n/3)[:0]
	k.mismatches, k.counted = 0, k.counted[:0]
	k.listings, k.reads = k.listings[:0], k.reads[:0]
	k.budget = workPerOperation*n + freeWork
	clear(k.settled)
	k.guess.reset(k)
	k.byBound = nil
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
	slices.SortFunc(k.reads, func(r, s sight) int {
		a, b := k.operations[r.op], k.operations[s.op]
		return cmp.Or(cmp.Compare(a.Process, b.Process), cmp.Compare(a.Call, b.Call),
			cmp.Compare(a.Return, b.Return), cmp.Compare(a.Line, b.Line))
	})
	return nil
}

func wrongAnswer(op *history.Operation) []proof.Step {
	return []proof.Step{{Line: op.Line}}
}

// takeWrites collects the compare-and-sets that may have happened.
func (k *key) takeWrites() []proof.Step {
	for i, op := range k.operations {
		k.lines[i] = int32(op.Line)
		a, ok := op.Action.(*history.CompareAndSet)
		if !ok || op.Outcome == history.Fail || op.Outcome == history.Ok && !a.Committed {
			continue
		}
		if valid := a.New.SeqNo.Legal() && (!a.HasExpected || a.New.SeqNo > a.Expected); valid {
			k.writes = append(k.writes, write{uint64(a.New.SeqNo), after(a), op.Call, op.Return, a.New.Value, int32(i), op.Outcome == history.Ok})
		} else if op.Outcome == history.Ok {
			return wrongAnswer(op)
		}
	}
	k.seen = reuse.Slice(k.seen, len(k.operations)-len(k.writes))[:0]
	return nil
}

// after returns the lowest number above the version that a expects.
func after(a *history.CompareAndSet) uint64 {
	if !a.HasExpected {
		return 0
	}
	return uint64(a.Expected) + 1
}

// sight returns what an operation says that saw nothing yet.
func (k *key) sight(i int32, op *history.Operation) sight {
	return sight{call: op.Call, ret: op.Return, op: i, low: k.begin(), high: k.end(), detail: none}
}

// add adds a detail to s.
func (k *key) add(s *sight, d detail) {
	s.detail = int32(len(k.details))
	k.details = append(k.details, d)
}

// takeUnanswered enters a truncation that was refused or may have happened. Other
// operations without an answer say nothing.
func (k *key) takeUnanswered(i int32, op *history.Operation, hint int32) {
	a, ok := op.Action.(*history.Truncate)
	s := k.sight(i, op)
	switch {
	case !ok || op.Outcome == history.Fail && !a.Refused:
		return
	case op.Outcome == history.Info:
		s.ret = never
		k.add(&s, detail{truncation, k.find(uint64(a.UpTo), hint), none, uncounted})
	default:
		s.high = k.find(uint64(a.UpTo), hint)
	}
	k.seen = append(k.seen, s)
}

// take enters one operation that was answered. It looks for versions near hint.
func (k *key) take(i int32, op *history.Operation, hint *int32) (steps []proof.Step) {
	s, to := k.sight(i, op), &k.seen
	switch a := op.Action.(type) {
	case *history.Head:
		if to = k.readers(); !a.Found {
			s.high = 0
			break
		}
		s.low = k.find(uint64(a.Version.SeqNo), *hint)
		s.high, *hint = s.low+1, s.low
		steps = k.witness(i, s.low, &a.Version)
	case *history.CompareAndSet:
		if a.Committed {
			return nil
		}
		steps = k.takeMismatch(&s, a, *hint)
	case *history.Scan:
		to = k.readers()
		steps = k.takeScan(&s, a, hint)
	case *history.Truncate:
		if a.Deleted < 0 && (a.Deleted != location.CountUnknown || !k.uncounted) {
			return wrongAnswer(op)
		}
		s.low = k.find(uint64(a.UpTo), *hint)
		number := int32(min(a.Deleted, math.MaxInt32))
		k.add(&s, detail{truncation, s.low, none, number})
		if number > 0 {
			k.counted = append(k.counted, count{s.low, number, i})
		}
	case *history.ListKeys:
		to = &k.listings
		switch len(a.Keys) {
		case 0:
			s.high = 0
		case 1:
			s.low = 0
		default:
			return wrongAnswer(op)
		}
	}
	*to = append(*to, s)
	return steps
}

// readers returns where heads and scans go.
func (k *key) readers() *[]sight {
	if k.stale {
		return &k.reads
	}
	return &k.seen
}

// takeMismatch adds what a mismatch says. On a number that nobody wrote it says nothing.
func (k *key) takeMismatch(s *sight, a *history.CompareAndSet, hint int32) []proof.Step {
	switch {
	case !a.New.SeqNo.Legal() || a.HasExpected && a.New.SeqNo <= a.Expected:
		return wrongAnswer(k.operations[s.op])
	case !a.HasExpected:
		s.low = 0
	default:
		if slot := k.find(uint64(a.Expected), hint); slot != k.end() && k.slots[slot].seq == uint64(a.Expected) {
			k.add(s, detail{mismatch, slot, none, none})
			k.mismatches++
		}
	}
	return nil
}

// takeScan adds what a scan says. With a limit of 0 it says nothing.
func (k *key) takeScan(s *sight, a *history.Scan, hint *int32) []proof.Step {
	if !plausible(a) {
		return wrongAnswer(k.operations[s.op])
	}
	from, n := k.find(uint64(a.From), *hint), len(a.Versions)
	if n == 0 {
		if a.Limit > 0 {
			s.high = from
		}
		return nil
	}
	last := from
	for i := range a.Versions {
		last = k.find(uint64(a.Versions[i].SeqNo), last)
		if steps := k.witness(s.op, last, &a.Versions[i]); steps != nil {
			return steps
		}
		if i == 0 {
			k.add(s, detail{scan, last, from, int32(n)})
		}
	}
	if s.low = last; int64(n) < a.Limit {
		s.high = last + 1
	}
	*hint = last
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
	sortNearly(k.writes, (*write).before)
	distinct := 0
	for i := range k.writes {
		if i == 0 || k.writes[i].seq != k.writes[i-1].seq {
			distinct++
		}
	}
	k.slots = reuse.Slice(k.slots, distinct+1)[:0]
	for i := range k.writes {
		w := &k.writes[i]
		if i == 0 || w.seq != k.writes[i-1].seq {
			k.slots = append(k.slots, slot{seq: w.seq, first: int32(i), seen: none, committed: none})
		}
		if s := &k.slots[len(k.slots)-1]; w.committed && s.committed == none {
			s.committed, s.value = int32(i), w.value
		}
	}
	k.slots = append(k.slots, slot{seq: math.MaxUint64, first: int32(len(k.writes)), seen: none, committed: none})
}

// before orders writes by number, predecessor and call.
func (w *write) before(v *write) bool {
	if w.seq != v.seq {
		return w.seq < v.seq
	}
	return w.after < v.after || w.after == v.after && w.call < v.call
}

// end is the slot behind the last, and begin stands for one before the first.
func (k *key) end() int32   { return int32(len(k.slots)) - 1 }
func (k *key) begin() int32 { return int32(len(k.slots)) }

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
