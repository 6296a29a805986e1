package minimal

import (
	"slices"

	"github.com/assay-dev/assay/checker/model"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// small is what a counterexample should not exceed, in operations.
const small = 12

// reduce returns a counterexample, starting from the operations on the given lines; nil
// when none was found. The fewer versions it looks at, the smaller it is; but seen through
// too few, operations can seem to contradict each other for another reason than they do.
// Then it is not fair, and more are looked at.
func (p *problem) reduce(lines []int) (best *Counterexample) {
	force, kept := p.start(lines)
	if force == nil {
		return nil
	}
	for _, kept := range p.wider(kept) {
		fewer := shrink(force, func(fewer []*history.Operation) bool { return p.contradict(fewer, kept) })
		// What the operations name may be left out too, though it tells a stranger story.
		for _, protected := range []versions{p.named(fewer), nil, kept} {
			found := p.finish(p.narrow(fewer, kept, protected))
			if found != nil && (best == nil || len(found.Operations) < len(best.Operations)) {
				best = found
			}
			if best != nil && len(best.Operations) <= small {
				return best
			}
		}
	}
	return best
}

// wider returns the versions to look at, and then all.
func (p *problem) wider(kept versions) []versions {
	if p.chain == nil {
		return []versions{nil}
	}
	return []versions{kept, p.chain.possible}
}

// start returns operations in force that contradict each other, and versions that it is
// enough to look at: as few as promise to be enough, and at worst all.
func (p *problem) start(lines []int) (force []*history.Operation, kept versions) {
	var definite []*history.Operation
	for _, op := range p.Operations {
		if op.Outcome == history.Info {
			continue
		}
		definite = append(definite, op)
		if slices.Contains(lines, op.Line) {
			force = append(force, op)
		}
	}
	for _, kept := range p.views(force) {
		if p.contradict(force, kept) {
			return force, kept
		}
	}
	for _, kept := range p.views(definite) {
		if p.contradict(definite, kept) {
			return definite, kept
		}
	}
	return nil, nil
}

// views returns more and more versions to look at.
func (p *problem) views(force []*history.Operation) []versions {
	if p.chain == nil {
		return []versions{nil}
	}
	var mentioned versions
	for _, op := range force {
		mentioned = mentioned.with(p.mentioned(op)...)
	}
	wider := mentioned
	for _, v := range mentioned {
		i, _ := slices.BinarySearch(p.chain.possible, v)
		wider = wider.with(p.chain.possible[max(0, i-2):min(len(p.chain.possible), i+3)]...)
	}
	return []versions{mentioned, wider, p.chain.possible}
}

// mentioned returns the versions that make a difference to what op says.
func (p *problem) mentioned(op *history.Operation) versions {
	seen, vs := witnessed(op)
	vs = append(vs, numbers(seen)...)
	vs = append(vs, p.attempted(seen)...)
	switch a := op.Action.(type) {
	case *history.CompareAndSet:
		if !a.Committed {
			vs = append(vs, p.expected(a)...)
		}
	case *history.Truncate:
		end, _ := slices.BinarySearch(p.chain.possible, a.UpTo)
		highest := p.chain.possible[max(0, end-1-int(max(0, min(a.Deleted, int64(end))))):end]
		vs = append(append(vs, highest...), p.chain.upTo(a.UpTo)...)
	case *history.ListKeys:
		vs = append(vs, p.chain.upTo(0)...)
	}
	return vs
}

// attempted returns what makes a difference to the writers of versions that should not
// have written them: who were told that they did not, who gave them another number, or
// who expected a version that nobody can have written.
func (p *problem) attempted(seen []history.Version) (vs versions) {
	for _, v := range seen {
		writer := p.writer(v)
		if writer == nil {
			continue
		}
		a := writer.Action.(*history.CompareAndSet)
		if a.New.SeqNo != v.SeqNo || doubt(writer) > 1 || a.HasExpected && !p.written(a.Expected) {
			vs = append(vs, v.SeqNo, a.New.SeqNo)
			vs = append(vs, p.expected(a)...)
		}
	}
	return vs
}

// written reports whether somebody may have written a version of that number.
func (p *problem) written(n location.SeqNo) bool {
	writer := p.best(func(op *history.Operation) bool {
		a, ok := op.Action.(*history.CompareAndSet)
		return ok && a.New.SeqNo == n
	})
	return writer != nil && doubt(writer) <= 1
}

// expected returns the version that a compare-and-set expects and what shows that it is
// not the head.
func (p *problem) expected(a *history.CompareAndSet) (vs versions) {
	if a.HasExpected {
		vs = append(vs, a.Expected)
	}
	return append(vs, p.chain.upTo(next(a))...)
}

// named returns the versions without which the operations would hardly be recognised:
// those that heads and commits name, those around the bound of a truncation, and the one
// committed before when an operation contradicts all others by itself.
func (p *problem) named(force []*history.Operation) (vs versions) {
	if p.chain == nil {
		return nil
	}
	for _, op := range force {
		switch a := op.Action.(type) {
		case *history.Head, *history.CompareAndSet:
			vs = vs.with(p.mentioned(op)...)
		case *history.Truncate:
			vs = vs.with(p.around(a.UpTo)...)
		case *history.Scan:
			seen, _ := witnessed(op)
			vs = vs.with(p.attempted(seen)...)
		}
	}
	if len(force) == 1 {
		if before := p.lastWrite(force[0]); before != nil {
			seen, _ := witnessed(before)
			vs = vs.with(numbers(seen)...)
		}
	}
	return vs
}

// around returns the certain versions next to v: below it, and from it on.
func (p *problem) around(v location.SeqNo) versions {
	i, _ := slices.BinarySearch(p.chain.certain, v)
	return p.chain.certain[max(0, i-1):min(len(p.chain.certain), i+1)]
}

// lastWrite returns the acknowledged write that was the last to return before op was
// called, where op needs one to be understood.
func (p *problem) lastWrite(op *history.Operation) (last *history.Operation) {
	if model.Wrong(op, p.relax) != "" {
		return nil
	}
	for _, before := range p.Operations {
		if before.Outcome == history.Ok && before.Return < op.Call && search.Unheard(before) != nil &&
			(last == nil || before.Return > last.Return) {
			last = before
		}
	}
	return last
}

func numbers(seen []history.Version) (vs versions) {
	for _, v := range seen {
		vs = append(vs, v.SeqNo)
	}
	return vs
}

// narrow looks at fewer versions, as long as the operations still contradict each other,
// but at those protected in any case; and then for fewer operations once more.
func (p *problem) narrow(force []*history.Operation, kept, protected versions) ([]*history.Operation, versions) {
	if p.chain == nil {
		return force, nil
	}
	others := slices.DeleteFunc(slices.Clone(kept), protected.has)
	kept = protected.with(shrink(others, func(fewer versions) bool {
		return p.contradict(force, protected.with(fewer...))
	})...)
	return shrink(force, func(fewer []*history.Operation) bool { return p.contradict(fewer, kept) }), kept
}

// shrink returns a part of items for which holds still does, such that it does not for
// any one item less. It tries runs of items, long ones first.
func shrink[S ~[]T, T any](items S, holds func(S) bool) S {
	for run := max(1, len(items)/2); ; run = max(1, run/2) {
		before := len(items)
		for i := 0; i < len(items); {
			fewer := slices.Concat(items[:i], items[min(i+run, len(items)):])
			if holds(fewer) {
				items = fewer
			} else {
				i += run
			}
		}
		if run == 1 && len(items) == before {
			return items
		}
	}
}

// writer returns the operation that wrote v, as far as can be told.
func (p *problem) writer(v history.Version) *history.Operation {
	writes := func(number bool) func(*history.Operation) bool {
		return func(op *history.Operation) bool {
			a, ok := op.Action.(*history.CompareAndSet)
			return ok && a.New.Value == v.Value && (!number || a.New.SeqNo == v.SeqNo)
		}
	}
	if writer := p.best(writes(true)); writer != nil {
		return writer
	}
	return p.best(writes(false))
}

// best returns the operation that most likely did what fits says: one that was
// acknowledged, one that may have, one that says that it did not.
func (p *problem) best(fits func(*history.Operation) bool) *history.Operation {
	var best *history.Operation
	for _, op := range slices.Concat(p.Operations, p.Failed) {
		if fits(op) && (best == nil || doubt(op) < doubt(best)) {
			best = op
		}
	}
	return best
}

func doubt(op *history.Operation) int {
	a, ok := op.Action.(*history.CompareAndSet)
	switch {
	case op.Outcome == history.Fail:
		return 3
	case op.Outcome == history.Info:
		return 1
	case ok && !a.Committed:
		return 2
	}
	return 0
}

// version is a version of which only the number matters.
func (p *problem) version(n location.SeqNo) history.Version {
	return history.Version{SeqNo: n, Value: p.chain.values[n]}
}
