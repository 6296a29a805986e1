package consensus

import (
	"cmp"
	"math"
	"slices"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

func newKey(operations []*history.Operation, relax location.Relaxations) *key {
	return &key{
		operations: operations,
		stale:      relax.Allow(location.RelaxStaleHead),
		uncounted:  relax.Allow(location.RelaxTruncateCount),
		settled:    map[question]int64{},
		budget:     workPerOperation*len(operations) + freeWork,
	}
}

// gather takes the operations apart. It returns a contradiction when an answer is
// wrong by itself, or when nobody can have written what was seen.
func (k *key) gather() []proof.Step {
	k.allocate()
	for i, op := range k.operations {
		if !k.take(int32(i), op) {
			return wrongAnswer(op)
		}
	}
	k.group()
	if steps := k.locate(); steps != nil {
		return steps
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
	return []proof.Step{{Rule: proof.WrongAnswer, Lines: []int{op.Line}}}
}

// allocate makes room for exactly the writes that there are.
func (k *key) allocate() {
	writes := 0
	for _, op := range k.operations {
		if a, ok := op.Action.(*history.CompareAndSet); ok && (a.Committed || op.Outcome == history.Info) {
			writes++
		}
	}
	k.writes = make([]write, 0, writes)
	k.seen = make([]sight, 0, len(k.operations)-writes)
}

// take enters one operation, and reports false when its answer is wrong by itself.
func (k *key) take(i int32, op *history.Operation) bool {
	s := sight{call: op.Call, ret: op.Return, op: i}
	switch a := op.Action.(type) {
	case *history.Head:
		s.kind, s.seq, s.value = head, uint64(a.Version.SeqNo), a.Version.Value
		if !a.Found {
			s.kind, s.seq, s.value = below, 0, ""
		}
	case *history.CompareAndSet:
		return k.takeWrite(s, a, op)
	case *history.Scan:
		if n := len(a.Versions); n > 0 {
			s.kind, s.seq, s.value = scan, uint64(a.Versions[n-1].SeqNo), a.Versions[n-1].Value
		} else if a.Limit > 0 {
			s.kind, s.seq = below, uint64(a.From)
		} else {
			s.kind = nothing
		}
		if !plausible(a) {
			return op.Outcome != history.Ok
		}
	case *history.Truncate:
		s.kind, s.seq = truncation, uint64(a.UpTo)
		if op.Outcome == history.Fail {
			s.kind = below
		} else if op.Outcome == history.Info {
			s.ret = history.Never
			k.seen = append(k.seen, s)
			return true
		} else if a.Deleted < 0 && (a.Deleted != location.CountUnknown || !k.uncounted) {
			return false
		}
	case *history.ListKeys:
		s.kind, s.listing = below, true
		if len(a.Keys) > 0 {
			s.kind = exists
		}
		if len(a.Keys) > 1 {
			return false
		}
	}
	if op.Outcome != history.Info {
		k.seen = append(k.seen, s)
	}
	return true
}

func (k *key) takeWrite(s sight, a *history.CompareAndSet, op *history.Operation) bool {
	next := uint64(0)
	if a.HasExpected {
		next = uint64(a.Expected) + 1
	}
	valid := a.New.SeqNo.Legal() && (!a.HasExpected || a.New.SeqNo > a.Expected)
	switch {
	case op.Outcome == history.Fail:
	case !valid:
		return op.Outcome == history.Info
	case op.Outcome == history.Info || a.Committed:
		k.writes = append(k.writes, write{uint64(a.New.SeqNo), next, s.call, s.ret, s.op, op.Outcome == history.Ok})
	default:
		if s.kind, s.seq = mismatch, uint64(a.Expected); !a.HasExpected {
			s.kind = exists
		}
		k.seen = append(k.seen, s)
	}
	return true
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
	k.slots = make([]slot, 0, distinct+1)
	for i := range k.writes {
		w := &k.writes[i]
		if i == 0 || w.seq != k.writes[i-1].seq {
			k.slots = append(k.slots, slot{seq: w.seq, first: int32(i), seen: none, committed: none})
		}
		if s := &k.slots[len(k.slots)-1]; w.committed && s.committed == none {
			s.committed, s.value = int32(i), k.value(w)
		}
	}
	k.slots = append(k.slots, slot{seq: math.MaxUint64, first: int32(len(k.writes)), seen: none, committed: none})
}

func (k *key) value(w *write) string {
	return k.operations[w.op].Action.(*history.CompareAndSet).New.Value
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

// locate finds the slot of each sight, and what was seen where.
func (k *key) locate() []proof.Step {
	hint := int32(0)
	for i := range k.seen {
		s := &k.seen[i]
		s.slot = k.find(s.seq, hint)
		hint = s.slot
		switch s.kind {
		case mismatch:
			if k.slots[s.slot].seq != s.seq || s.slot == k.end() {
				s.kind = nothing
			}
		case head:
			if steps := k.witness(s.op, s.slot, s.seq, s.value); steps != nil {
				return steps
			}
		case scan:
			if steps := k.locateScan(s); steps != nil {
				return steps
			}
		}
	}
	return nil
}

// locateScan notes the versions that a scan saw.
func (k *key) locateScan(s *sight) []proof.Step {
	at := s.slot
	versions := k.operations[s.op].Action.(*history.Scan).Versions
	for i := len(versions) - 1; i >= 0; i-- {
		seq := uint64(versions[i].SeqNo)
		at = k.find(seq, at)
		if steps := k.witness(s.op, at, seq, versions[i].Value); steps != nil {
			return steps
		}
	}
	return nil
}

// witness notes that an operation saw a version. Two values at one number are a
// contradiction, and so is one that nobody wrote.
func (k *key) witness(op, at int32, seq uint64, value string) []proof.Step {
	s := &k.slots[at]
	switch {
	case at == k.end() || s.seq != seq:
		return k.unwritten(seq, op)
	case s.known() && s.value != value:
		if s.seen != none {
			return k.unwritten(seq, op, s.seen)
		}
		return k.unwritten(seq, op, k.writes[s.committed].op)
	case s.seen == none:
		s.seen, s.value = op, value
	}
	return nil
}

// unwritten is the proof that nobody can have written what all these operations saw.
func (k *key) unwritten(seq uint64, ops ...int32) []proof.Step {
	step := proof.Step{Rule: proof.Written, Version: new(location.SeqNo(seq))}
	for _, op := range ops {
		step.Lines = append(step.Lines, k.operations[op].Line)
	}
	return []proof.Step{step}
}
