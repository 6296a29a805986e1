package proof

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// What follows makes contradictions. Nobody has to trust it: what comes of it is verified.

// most is among how many operations of a key a contradiction is looked for without any
// hint.
const most = 4000

// Shrink returns a contradiction that is found among the operations on some lines, or
// else among all, with these version numbers and those that the operations name told
// apart. None of its steps and numbers can be left out. It returns nil if it finds none
// that is small enough to be verified. What it is about may be fewer operations, which
// leave the same possibilities.
func (a About) Shrink(lines []int, apart []location.SeqNo) (steps []Step, told []location.SeqNo, about About) {
	steps, told, about = a.Among(lines, apart)
	if steps == nil && len(a.Operations) <= most {
		lines = nil
		for _, op := range a.Operations {
			lines = append(lines, op.Line)
		}
		steps, told, about = a.Among(lines, apart)
	}
	steps = fewer(steps, func(some []Step) bool { return about.contradictory(some, told) })
	told = fewer(told, func(some []location.SeqNo) bool { return about.contradictory(steps, some) })
	return steps, told, about
}

// Among returns the contradiction of all operations on the lines, if it is one, with these
// version numbers and those that the operations name told apart.
func (a About) Among(lines []int, apart []location.SeqNo) (steps []Step, told []location.SeqNo, about About) {
	wanted := map[int]bool{}
	for _, line := range lines {
		wanted[line] = true
	}
	var named []*history.Operation
	for _, op := range a.Operations {
		if wanted[op.Line] && (definite(op) || op.Outcome == history.Info && effective(op)) {
			named = append(named, op)
		}
	}
	slices.SortStableFunc(named, func(a, b *history.Operation) int {
		return cmp.Or(cmp.Compare(stands(a), stands(b)), cmp.Compare(a.Line, b.Line))
	})
	told = slices.Clone(apart)
	for _, op := range named {
		steps = append(steps, Step{op.Line, RuleOf(op)})
		for _, n := range numbers(op) {
			told = append(told, n, n+1)
		}
	}
	slices.Sort(told)
	told = slices.Compact(told)
	if a.Operations = a.condense(steps, told); !a.contradictory(steps, told) {
		return nil, nil, a
	}
	return steps, told, a
}

// stands returns the instant of an operation among the steps.
func stands(op *history.Operation) int64 {
	if op.Outcome == history.Info {
		return op.Call
	}
	return op.Return
}

// numbers returns the version numbers that an operation names.
func numbers(op *history.Operation) (named []location.SeqNo) {
	switch a := op.Action.(type) {
	case *history.Head:
		named = append(named, a.Version.SeqNo)
	case *history.CompareAndSet:
		named = append(named, a.Expected, a.New.SeqNo)
	case *history.Scan:
		named = append(named, a.From)
		for _, v := range a.Versions {
			named = append(named, v.SeqNo)
		}
	case *history.Truncate:
		named = append(named, a.UpTo)
	}
	return named
}

// contradictory reports whether the steps are a contradiction.
func (a About) contradictory(steps []Step, apart []location.SeqNo) bool {
	_, err := a.Possible(steps, apart, 0)
	return err == nil
}

// fewer drops what can be dropped: long runs first, and at last single
// ones, from the end.
func fewer[E any](all []E, enough func([]E) bool) []E {
	for run := max(1, len(all)/2); ; run /= 2 {
		for end := len(all); end > 0; end = min(end-run, len(all)) {
			rest := slices.Concat(all[:max(0, end-run)], all[end:])
			if enough(rest) {
				all = rest
			}
		}
		if run <= 1 {
			return all
		}
	}
}

// condense returns operations that leave the same possibilities as all do, for these
// steps and any fewer: of the writes of one effect, one for each stretch of time in which
// any is in flight.
func (a About) condense(steps []Step, apart []location.SeqNo) []*history.Operation {
	named, err := a.named(steps)
	if err != nil {
		return a.Operations
	}
	switch a.Object {
	case history.Consensus:
		return condense(a.log(apart), named, a)
	case history.Blob:
		return condense(a.blob(named), named, a)
	}
	return condense(register{}, named, a)
}

// A stretch is writes of one effect that are in flight one after the other.
type stretch struct {
	from, until int
	call        int64
	latest      *history.Operation
}

func condense[S, E comparable](c contract[S, E], named []*history.Operation, a About) []*history.Operation {
	s, err := newSweep(c, a.Relax, named, nil, 0)
	if err != nil {
		return a.Operations
	}
	lines := map[int]bool{}
	for _, op := range named {
		lines[op.Line] = true
	}
	var effect E // the latest
	var of map[int]*stretch
	stretches := map[E]map[int]*stretch{} // by effect and from
	for _, op := range a.Operations {
		if lines[op.Line] || !effective(op) {
			continue
		}
		if next := s.effect(op); of == nil || next != effect {
			effect = next
			if of = stretches[effect]; of == nil {
				of = map[int]*stretch{}
				stretches[effect] = of
			}
		}
		from := s.moment(op.Call)
		known := of[from]
		if known == nil {
			known = &stretch{from: from, until: -1, call: math.MaxInt64}
			of[from] = known
		}
		known.call = min(known.call, op.Call)
		if until := s.moment(op.Latest()); until > known.until {
			known.until, known.latest = until, op
		}
	}
	kept := slices.Clone(named)
	for _, of := range stretches {
		var last *stretch
		for from := range len(s.moments) + 1 {
			next := of[from]
			switch {
			case next == nil:
			case last == nil || next.from > last.until+1:
				last = next
				kept = append(kept, nil)
			case next.until > last.until:
				last.until, last.latest = next.until, next.latest
			}
			if last != nil {
				op := *last.latest
				op.Call = last.call
				kept[len(kept)-1] = &op
			}
		}
	}
	return kept
}

// Slack returns by how many nanoseconds, at the least, the clocks have to be wrong for
// the steps to be no contradiction; false if they contradict each other whatever the
// time. It is meant for what [About.Shrink] returned.
func (a About) Slack(steps []Step, apart []location.SeqNo) (int64, bool) {
	named, err := a.named(steps)
	if err != nil {
		return 0, false
	}
	var gaps []int64
	for _, first := range named {
		for _, second := range a.Operations {
			if gap := second.Call - first.Return; first.Outcome != history.Info && gap > 0 {
				gaps = append(gaps, gap)
			}
		}
	}
	slices.Sort(gaps)
	gaps = slices.Compact(gaps)
	i := sort.Search(len(gaps), func(i int) bool { return a.excused(steps, apart, gaps[i]) })
	if i == len(gaps) {
		return 0, false
	}
	return gaps[i], true
}

func (a About) excused(steps []Step, apart []location.SeqNo, slack int64) bool {
	_, err := a.Possible(steps, apart, slack)
	return err != nil
}
