package minimal

import (
	"slices"

	"github.com/assay-dev/assay/checker/model"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A log has as many versions as there were commits, and each commit names the one
// before it: a counterexample cannot begin in the middle. But the middle can be made the
// beginning. A projection onto some versions is the log as it would be had the others
// never existed: each state is replaced by what it has of those that are kept. Whatever
// happened at an instant to the log happened to its projection too:
//
//   - A commit of a version that is kept commits it on top of the one kept that is nearest
//     below what it expected. A commit of another does nothing.
//   - A head that found a version finds the nearest kept one up to it, or nothing. A scan
//     finds those kept; of one that its limit cut off no more is known.
//   - A mismatch on a version is one in the projection as long as whatever followed that
//     version is kept as well. Otherwise it says nothing.
//   - A truncation deletes what is kept below its bound, as long as the version that then
//     carried the log is kept: some version from the bound on. It counts one less for
//     each of those it counted that is not kept. A refusal stays one: what is kept is no
//     higher than the head.
//   - That there is a version says nothing unless the first one is kept; that there is
//     none stays true.
//
// So an order that explains the operations explains their projections. Where that would
// take knowledge that the history does not give — an Info may have committed the version
// in question, or not — an observation is left out, and a version is kept instead if it
// is needed to say what a write did.
type view struct {
	*chain
	kept versions
}

// project returns the projections of operations in force and of others onto the versions
// kept, and on further ones if it takes them to say what writes did. What is known of the
// log is what those in force tell, and nobody else.
func project(force, others []*history.Operation, kept versions) (view, []*history.Operation, []*history.Operation) {
	all := slices.Concat(force, others)
	v := view{newChain(all), kept}
	for before := -1; before != len(v.kept); {
		before = len(v.kept)
		for _, op := range all {
			if more := v.needed(op); len(more) > 0 {
				v.kept = v.kept.with(more...)
			}
		}
	}
	return v, v.all(force), v.all(others)
}

// needed returns the versions that it takes to say what a write did.
func (v view) needed(op *history.Operation) versions {
	if len(v.kept) == 0 {
		return nil
	}
	switch a := op.Action.(type) {
	case *history.CompareAndSet:
		if _, _, sure := v.below(a.Expected); !sure && a.HasExpected && v.kept.has(a.New.SeqNo) && v.possible.has(a.Expected) {
			return versions{a.Expected}
		}
	case *history.Truncate:
		if a.UpTo > v.kept[0] && !v.carries(a.UpTo) {
			return v.upTo(a.UpTo)
		}
	}
	return nil
}

// below returns the kept version nearest to n from below, if there is any. It is not
// sure when that one need not exist even where n does.
func (v view) below(n location.SeqNo) (nearest location.SeqNo, ok, sure bool) {
	nearest, ok = v.kept.below(n)
	return nearest, ok, !ok || nearest == n || v.certain.has(nearest)
}

// carries reports whether a kept version exists from n on as soon as any does.
func (v view) carries(n location.SeqNo) bool {
	from, _ := slices.BinarySearch(v.possible, n)
	for _, possible := range v.possible[from:] {
		if !v.kept.has(possible) {
			return false
		}
		if v.certain.has(possible) {
			return true
		}
	}
	return true
}

func (v view) all(operations []*history.Operation) []*history.Operation {
	var projected []*history.Operation
	for _, op := range operations {
		if op = v.one(op); op != nil {
			projected = append(projected, op)
		}
	}
	return projected
}

// one returns what op is in the projection; nil when it is nothing.
func (v view) one(op *history.Operation) *history.Operation {
	projected := *op
	switch a := op.Action.(type) {
	case *history.Head:
		projected.Action = v.head(a)
	case *history.CompareAndSet:
		projected.Action = v.compareAndSet(a, op)
	case *history.Scan:
		projected.Action = v.scan(a)
	case *history.Truncate:
		return v.truncate(a, projected)
	case *history.ListKeys:
		if len(a.Keys) == 1 && !v.carries(0) {
			return nil
		}
	}
	if projected.Action == nil {
		return nil
	}
	return &projected
}

func (v view) head(a *history.Head) history.Action {
	if !a.Found || v.kept.has(a.Version.SeqNo) {
		return a
	}
	nearest, ok, sure := v.below(a.Version.SeqNo)
	value, seen := v.values[nearest]
	switch {
	case !ok:
		return &history.Head{}
	case !sure || !seen:
		return nil
	}
	return &history.Head{Found: true, Version: history.Version{SeqNo: nearest, Value: value}}
}

func (v view) compareAndSet(a *history.CompareAndSet, op *history.Operation) history.Action {
	switch {
	case model.Wrong(op, nil) != "":
		return a
	case op.Outcome == history.Ok && !a.Committed:
		if a.HasExpected && !v.kept.has(a.Expected) || !v.carries(next(a)) {
			return nil
		}
		return a
	case op.Outcome == history.Fail: // it never happened, whatever it says
		return a
	case !v.kept.has(a.New.SeqNo):
		return nil
	case a.HasExpected && !v.possible.has(a.Expected) && op.Outcome == history.Info:
		if v.kept.has(a.Expected) {
			return a // it never took effect, and will not
		}
		return nil
	}
	projected := *a
	if a.HasExpected {
		projected.Expected, projected.HasExpected, _ = v.below(a.Expected)
	}
	return &projected
}

// next returns from where on a version shows that the expectation fails.
func next(a *history.CompareAndSet) location.SeqNo {
	if a.HasExpected {
		return a.Expected.Next()
	}
	return 0
}

func (v view) scan(a *history.Scan) history.Action {
	projected := &history.Scan{From: a.From, Limit: a.Limit}
	for _, version := range a.Versions {
		if v.kept.has(version.SeqNo) {
			projected.Versions = append(projected.Versions, version)
		}
	}
	if left := len(a.Versions) - len(projected.Versions); int64(len(a.Versions)) >= a.Limit {
		projected.Limit = max(0, a.Limit-int64(left))
	}
	if projected.Limit == 0 && len(projected.Versions) == 0 {
		return nil
	}
	if len(v.kept) > 0 && a.From <= v.kept[0] && !slices.ContainsFunc(projected.Versions,
		func(version history.Version) bool { return version.SeqNo < a.From }) {
		projected.From = 0
	}
	return projected
}

func (v view) truncate(a *history.Truncate, op history.Operation) *history.Operation {
	if op.Outcome == history.Fail {
		return &op
	}
	if (len(v.kept) == 0 || a.UpTo <= v.kept[0]) && v.nothing(a, op) {
		return nil
	}
	if op.Outcome == history.Info || a.Deleted == location.CountUnknown {
		return &op
	}
	unkept, ok := v.counted(a, v.kept)
	if !ok {
		op.Outcome = history.Info
		return &op
	}
	projected := *a
	projected.Deleted -= unkept
	op.Action = &projected
	return &op
}

// nothing reports whether a truncation with a bound no higher than what is kept says
// nothing: a success would show that the head had reached the bound, and how many were
// below.
func (v view) nothing(a *history.Truncate, op history.Operation) bool {
	return op.Outcome == history.Info || !v.carries(a.UpTo)
}
