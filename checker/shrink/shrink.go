// Package shrink makes contradictions as small as they can be. Nobody has to trust it:
// what comes of it is verified.
package shrink

import (
	"slices"

	"github.com/assay-dev/assay/checker/internal/fewer"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// most is among how many operations of a key a contradiction is looked for without any
// hint.
const most = 4000

// mostTries bounds how often numbers are left out: each time takes the longer the more there are.
const mostTries = 5_000

// Contradiction returns one that is found among the operations on some lines, or
// else among all, with those version numbers told apart that the operations name, or else
// these too. None of its steps can be left out, nor, unless there are many, of its numbers.
// It returns nil if it finds none that is small enough to be verified. What it is about may
// be fewer operations, which leave the same possibilities.
func Contradiction(about proof.About, lines []int, apart []location.SeqNo) (steps []proof.Step, told []location.SeqNo, condensed proof.About) {
	if steps, told, condensed = Among(about, lines, nil); steps == nil && len(apart) > 0 {
		steps, told, condensed = Among(about, lines, apart)
	}
	if steps == nil && len(about.Operations) <= most {
		lines = nil
		for _, op := range about.Operations {
			lines = append(lines, op.Line)
		}
		steps, told, condensed = Among(about, lines, apart)
	}
	steps = fewer.Of(steps, func(some []proof.Step) bool { return contradictory(condensed, some, told) })
	tries := mostTries / max(1, len(told))
	told = fewer.Of(told, func(some []location.SeqNo) bool {
		tries--
		return tries >= 0 && contradictory(condensed, steps, some)
	})
	return steps, told, condensed
}

// Among returns the contradiction of all operations on the lines, if it is one, with these
// version numbers and those that the operations name told apart.
func Among(about proof.About, lines []int, apart []location.SeqNo) (steps []proof.Step, told []location.SeqNo, condensed proof.About) {
	named := slices.DeleteFunc(proof.On(about.Operations, lines), func(op *history.Operation) bool {
		return op.Outcome == history.Fail && !perkey.Refusal(op) || op.Outcome == history.Info && !perkey.Effective(op.Action)
	})
	slices.SortFunc(named, proof.Compare)
	told = slices.Clone(apart)
	for _, op := range named {
		steps = append(steps, proof.Step{Line: op.Line, Rule: proof.RuleOf(op)})
		for _, n := range Numbers(op) {
			told = append(told, n, n+1)
		}
	}
	slices.Sort(told)
	told = slices.Compact(told)
	if about.Operations = condense(about, named, told); !contradictory(about, steps, told) {
		return nil, nil, about
	}
	return steps, told, about
}

// Numbers returns the version numbers that an operation names.
func Numbers(op *history.Operation) (named []location.SeqNo) {
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
func contradictory(about proof.About, steps []proof.Step, apart []location.SeqNo) bool {
	_, err := about.Possible(steps, apart)
	return err == nil
}
