package randhist

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// VaryLadder returns another ladder, as valid as h, which the order explains. More is known
// of it: some of the unknown writes are answered. Less is even: there are few values and equal
// instants, gaps between the numbers, which go as far up as they can, and bounds anywhere in
// these gaps; scans are cut, and more writes and truncations may have happened but did not.
func VaryLadder(src Source, h *history.History, order proof.Order) *history.History {
	v := &variation{Source: src, values: map[string]string{}, few: 1 + src.IntN(3)}
	varied := *h
	varied.Operations = slices.Clone(h.Operations)
	v.answer(varied.Operations, order)
	v.coarsen(varied.Operations)
	v.number(varied.Operations)
	for i := range varied.Operations {
		op := &varied.Operations[i]
		op.Action = v.vary(op.Action)
	}
	v.addGhosts(&varied)
	return &varied
}

type variation struct {
	Source
	numbers []location.SeqNo  // by number before; ascending
	values  map[string]string // by value before
	few     int               // so many values there are
}

// answer has some of the writes that happened answered.
func (v *variation) answer(operations []history.Operation, order proof.Order) {
	percent := []int{0, 20, 70, 100}[v.IntN(4)]
	for _, p := range order {
		op := &operations[p.Line-operations[0].Line]
		a, ok := op.Action.(*history.CompareAndSet)
		if !ok || op.Outcome != history.Info || v.IntN(100) >= percent {
			continue
		}
		answered := *a
		answered.Committed = true
		op.Outcome, op.Return, op.Action = history.Ok, p.At+int64(v.IntN(4)), &answered
	}
}

// coarsen has more instants be the same.
func (v *variation) coarsen(operations []history.Operation) {
	unit := []int64{1, 1, 3, 8}[v.IntN(4)]
	for i := range operations {
		op := &operations[i]
		if op.Call /= unit; op.Return != history.Never {
			op.Return /= unit
		}
	}
}

// number draws the numbers, some of which are the highest that there can be.
func (v *variation) number(operations []history.Operation) {
	highest := location.SeqNo(0)
	for i := range operations {
		for _, n := range versionsOf(operations[i].Action) {
			highest = max(highest, n)
		}
	}
	gap, next := v.IntN(4), location.SeqNo(v.IntN(3))
	for range highest + 1 {
		v.numbers = append(v.numbers, next)
		next += 1 + location.SeqNo(v.IntN(gap+1))
	}
	if v.IntN(3) > 0 {
		return
	}
	// From some number on they lie as far up as they can.
	from, shift := v.IntN(len(v.numbers)), math.MaxInt64-v.numbers[highest]
	for i := range v.numbers[from:] {
		v.numbers[from+i] += shift
	}
}

// versionsOf returns the numbers of the versions that an action names.
func versionsOf(a history.Action) (numbers []location.SeqNo) {
	switch a := a.(type) {
	case *history.CompareAndSet:
		numbers = append(numbers, a.Expected, a.New.SeqNo)
	case *history.Head:
		numbers = append(numbers, a.Version.SeqNo)
	case *history.Scan:
		for _, v := range a.Versions {
			numbers = append(numbers, v.SeqNo)
		}
	}
	return numbers
}

func (v *variation) vary(action history.Action) history.Action {
	switch a := action.(type) {
	case *history.CompareAndSet:
		varied := *a
		if a.HasExpected {
			varied.Expected = v.numbers[a.Expected]
		}
		varied.New = v.version(a.New)
		return &varied
	case *history.Head:
		varied := *a
		if a.Found {
			varied.Version = v.version(a.Version)
		}
		return &varied
	case *history.Scan:
		return v.scan(*a)
	case *history.Truncate:
		varied := *a
		varied.UpTo = v.bound(a.UpTo)
		return &varied
	}
	return action
}

func (v *variation) version(of history.Version) history.Version {
	if v.values[of.Value] == "" {
		v.values[of.Value] = fmt.Sprint("v", v.IntN(v.few))
	}
	return history.Version{SeqNo: v.numbers[of.SeqNo], Value: v.values[of.Value]}
}

// scan cuts some scans by their limits.
func (v *variation) scan(a history.Scan) *history.Scan {
	a.From = v.bound(a.From)
	a.Versions = slices.Clone(a.Versions)
	if v.IntN(4) == 0 {
		a.Limit = int64(v.IntN(len(a.Versions) + 1))
		a.Versions = a.Versions[:a.Limit]
	}
	for i, w := range a.Versions {
		a.Versions[i] = v.version(w)
	}
	return &a
}

// bound returns a number with the same numbers below it.
func (v *variation) bound(n location.SeqNo) location.SeqNo {
	low, high := location.SeqNo(0), location.SeqNo(math.MaxUint64)
	if n > 0 {
		low = v.numbers[min(int(n), len(v.numbers))-1] + 1
	}
	if int(n) < len(v.numbers) {
		high = v.numbers[n]
	}
	switch near := location.SeqNo(v.IntN(3)); v.IntN(4) {
	case 0:
		return min(high, low+near)
	case 1:
		return max(low, high-min(high, near))
	case 2:
		return low
	}
	return high
}

// addGhosts adds operations without an answer that did not happen, called at any time.
func (v *variation) addGhosts(h *history.History) {
	end := int64(0)
	for i := range h.Operations {
		end = max(end, h.Operations[i].Call)
	}
	for range len(v.numbers) * v.IntN(3) * v.IntN(2) / 2 {
		op := history.Operation{Key: "k", Process: len(h.Operations) + 1, Call: int64(v.IntN(int(end) + 10)), Return: history.Never, Outcome: history.Info}
		op.Action = v.ghost()
		h.Operations = append(h.Operations, op)
	}
	slices.SortStableFunc(h.Operations, func(a, b history.Operation) int { return cmp.Compare(a.Call, b.Call) })
	for i := range h.Operations {
		h.Operations[i].Line = i + 2
	}
}

// ghost returns a write that leads up to one of the next versions, or a truncation.
func (v *variation) ghost() history.Action {
	from := v.IntN(len(v.numbers))
	to := from + 1 + v.IntN(4)
	if to >= len(v.numbers) || v.IntN(8) == 0 {
		return &history.Truncate{UpTo: v.bound(location.SeqNo(from))}
	}
	a := &history.CompareAndSet{HasExpected: true, Expected: v.numbers[from]}
	a.New = history.Version{SeqNo: v.numbers[to], Value: fmt.Sprint("v", v.IntN(v.few))}
	return a
}
