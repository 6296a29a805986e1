package model

import (
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// consensus is the specification of one key of a Consensus.
type consensus struct {
	uncounted bool // relaxation truncate-count
}

// versions is what the key holds: a list from the head down, of which those from low
// on are stored. low is the number of the lowest one stored.
type versions struct {
	head *version
	low  location.SeqNo
}

type version struct {
	history.Version
	before *version
}

func (consensus) Initial() State { return &versions{} }

func (m consensus) Take(s State, step *Step) (State, bool) {
	vs, op := s.(*versions), step.Operation
	switch a := op.Action.(type) {
	case *history.Head:
		return vs, a.Found == (vs.head != nil) && (!a.Found || a.Version == vs.head.Version)
	case *history.CompareAndSet:
		return vs.compareAndSet(a, op.Outcome)
	case *history.Scan:
		return vs, vs.scanned(a)
	case *history.Truncate:
		return m.truncate(vs, a, op.Outcome)
	case *history.ListKeys:
		return vs, len(a.Keys) < 2 && (len(a.Keys) == 1) == (vs.head != nil)
	}
	return vs, false
}

func (vs *versions) compareAndSet(a *history.CompareAndSet, outcome history.Outcome) (State, bool) {
	applies := validCompareAndSet(a) && a.HasExpected == (vs.head != nil) &&
		(!a.HasExpected || a.Expected == vs.head.SeqNo)
	if outcome == history.Ok && (!validCompareAndSet(a) || a.Committed != applies) {
		return vs, false
	}
	if !applies {
		return vs, true
	}
	low := vs.low
	if vs.head == nil {
		low = a.New.SeqNo
	}
	return &versions{&version{a.New, vs.head}, low}, true
}

// validCompareAndSet reports whether a store may answer a at all (C3, C4).
func validCompareAndSet(a *history.CompareAndSet) bool {
	return a.New.SeqNo.Legal() && (!a.HasExpected || a.New.SeqNo > a.Expected)
}

// scanned reports whether a scan can have seen vs.
func (vs *versions) scanned(a *history.Scan) bool {
	var stored []history.Version // from the head down
	for v := vs.head; v != nil && v.SeqNo >= max(a.From, vs.low); v = v.before {
		stored = append(stored, v.Version)
	}
	if int64(len(a.Versions)) != min(a.Limit, int64(len(stored))) {
		return false
	}
	for i, v := range a.Versions {
		if v != stored[len(stored)-1-i] {
			return false
		}
	}
	return true
}

func (m consensus) truncate(vs *versions, a *history.Truncate, outcome history.Outcome) (State, bool) {
	permitted := vs.head != nil && a.UpTo <= vs.head.SeqNo
	if outcome == history.Fail { // refused
		return vs, !permitted
	}
	if !permitted {
		return vs, outcome == history.Info
	}
	low, deleted := vs.truncated(a.UpTo)
	switch {
	case outcome == history.Info:
	case a.Deleted == location.CountUnknown:
		if !m.uncounted {
			return vs, false
		}
	case a.Deleted != deleted:
		return vs, false
	}
	if deleted == 0 {
		return vs, true
	}
	return &versions{vs.head, low}, true
}

// truncated returns the lowest number stored after a truncation, and how many
// versions it deletes.
func (vs *versions) truncated(upTo location.SeqNo) (low location.SeqNo, deleted int64) {
	for v := vs.head; v != nil && v.SeqNo >= vs.low; v = v.before {
		if v.SeqNo >= upTo {
			low = v.SeqNo
		} else {
			deleted++
		}
	}
	return low, deleted
}

// Equal compares what is stored; how it came to be stored makes no difference to any
// later answer.
func (vs *versions) Equal(s State) bool {
	other := s.(*versions)
	if vs.low != other.low {
		return false
	}
	v, w := vs.head, other.head
	for v != nil && w != nil && v != w && v.SeqNo >= vs.low && w.SeqNo >= vs.low {
		if v.Version != w.Version {
			return false
		}
		v, w = v.before, w.before
	}
	return v == w || v.below(vs.low) && w.below(vs.low)
}

// below reports whether v is no stored version.
func (v *version) below(low location.SeqNo) bool { return v == nil || v.SeqNo < low }

func (vs *versions) Hash() uint64 {
	if vs.head == nil {
		return 0
	}
	return (uint64(vs.head.SeqNo)*multiplier+uint64(vs.low))*multiplier + 1
}

// multiplier spreads the bits of a hash: the prime of FNV-1a, 64 bits.
const multiplier = 1099511628211
