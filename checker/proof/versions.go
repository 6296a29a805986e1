package proof

import (
	"errors"
	"fmt"
	"slices"
	"sort"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// versions is the specification of one key of a Consensus: all versions ever
// committed, ascending, of which those from index stored on are still there.
type versions struct {
	uncounted bool // relaxation truncate-count
	all       []history.Version
	stored    int
}

// from returns the index of the first version from s on.
func (v *versions) from(s location.SeqNo) int {
	return sort.Search(len(v.all), func(i int) bool { return v.all[i].SeqNo >= s })
}

func (v *versions) head() (history.Version, bool) {
	if len(v.all) == 0 {
		return history.Version{}, false
	}
	return v.all[len(v.all)-1], true
}

func (v *versions) take(op *history.Operation, _ int64) error {
	head, found := v.head()
	switch a := op.Action.(type) {
	case *history.Head:
		if a.Found != found || found && a.Version != head {
			return fmt.Errorf("the head is %v", head)
		}
		return nil
	case *history.CompareAndSet:
		return v.compareAndSet(a, op.Outcome)
	case *history.Scan:
		there := v.all[max(v.stored, v.from(a.From)):]
		if a.Limit < 0 || !slices.Equal(a.Versions, there[:min(int64(len(there)), a.Limit)]) {
			return fmt.Errorf("there are %d versions from %v on, not these", len(there), a.From)
		}
		return nil
	case *history.Truncate:
		return v.truncate(a, op.Outcome)
	}
	return errors.New("the operation has no place in an order")
}

func (v *versions) compareAndSet(a *history.CompareAndSet, outcome history.Outcome) error {
	head, found := v.head()
	matches := a.HasExpected == found && (!found || a.Expected == head.SeqNo)
	switch {
	case !valid(a):
		return errors.New("the arguments are invalid")
	case outcome == history.Ok && a.Committed != matches, outcome == history.Info && !matches:
		return fmt.Errorf("the head is %v", head)
	case matches:
		v.all = append(v.all, a.New)
	}
	return nil
}

// valid reports whether a store may answer a at all (C3, C4).
func valid(a *history.CompareAndSet) bool {
	return a.New.SeqNo.Legal() && (!a.HasExpected || a.New.SeqNo > a.Expected)
}

func (v *versions) truncate(a *history.Truncate, outcome history.Outcome) error {
	head, found := v.head()
	permitted := found && a.UpTo <= head.SeqNo
	if permitted == (outcome == history.Fail) {
		return fmt.Errorf("the head is %v", head)
	}
	if outcome == history.Fail {
		return nil
	}
	bound := max(v.stored, v.from(a.UpTo))
	deleted := int64(bound - v.stored)
	if outcome == history.Ok && a.Deleted != deleted && !(v.uncounted && a.Deleted == location.CountUnknown) {
		return fmt.Errorf("it deletes %d versions", deleted)
	}
	v.stored = bound
	return nil
}
