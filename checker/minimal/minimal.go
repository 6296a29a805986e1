// Package minimal reduces a violation to a history as small as possible that a person
// can take in and that a check rejects by itself.
//
// Not any smaller history that is rejected will do: leave out a write, and whoever read
// it is accused of reading what nobody wrote. A smaller history is a counterexample only
// if it accuses the store of something that it did. So everything here rests on
// implications: if an order explains the whole history, one explains the smaller one.
// Then whoever rejects the smaller one has rejected the whole.
//
//   - An observation may be left out: what remains of the order explains the rest.
//   - An answer may go unheard, see [search.Unheard]: a write becomes an Info with the
//     same call, which may have taken effect at any time from then on, or never. An order
//     in which it took effect in time is an order in which it took effect.
//   - A log may be projected onto some of its versions, see project.go.
//   - Times, numbers, names and sizes may be renamed as long as their order, or what is
//     equal, stays: nothing else of them matters, see simplify.go.
//
// By these alone the operations *in force* are found: as few as possible that contradict
// each other although all other writes of the key may have happened at any time, or not
// at all. They are reduced by delta debugging (Zeller and Hildebrandt 2002).
//
// All other writes, heard by nobody, contradict nothing, and those that make no
// difference are left out: without them fewer orders are possible, and the rest is still
// rejected. They make a difference where the rest would be rejected for another reason
// than the whole: where it would not take all operations in force to contradict each
// other. That is decided by checks: each operation in force has to be indispensable in the
// result, as it is in the whole. And a write whose value somebody read always stays, for
// people.
package minimal

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A Counterexample is a small history of one key that no order explains.
type Counterexample struct {
	Object     history.Object
	Relax      location.Relaxations // under which it is rejected
	Operations []Operation          // by call
	// Violation is what a check says of it. Its lines are those of the file that
	// [Counterexample.Write] writes; its argument is about the times of the run.
	Violation checker.Violation
}

// An Operation is one of a counterexample, simplified.
type Operation struct {
	history.Operation
	// Was is the operation as it stands in the whole history.
	Was *history.Operation
	// InForce operations contradict each other. The others are there to be fair: without
	// them it would look as if fewer did.
	InForce bool
}

// tried is on how many violations a small counterexample is looked for.
const tried = 3

// ErrNone is returned where no counterexample was found within bounds, although there is
// a violation.
var ErrNone = errors.New("no small counterexample was found")

// Find returns a counterexample for one of the violations that a check of h under relax
// has found: the smallest of those on a few keys that promise to be simple.
func Find(ctx context.Context, h *history.History, relax location.Relaxations, violations []checker.Violation) (*Counterexample, error) {
	simplest := slices.Clone(violations)
	slices.SortStableFunc(simplest, func(a, b checker.Violation) int { return cmp.Compare(len(a.Lines), len(b.Lines)) })
	keys := perkey.Split(checker.Numbered(h), 1)
	var best *Counterexample
	for _, v := range simplest[:min(tried, len(simplest))] {
		i, ok := slices.BinarySearchFunc(keys, v.Key, func(k perkey.History, key string) int { return cmp.Compare(k.Key, key) })
		if !ok {
			continue
		}
		found := newProblem(ctx, h.Header.Object, relax, keys[i]).reduce(v.Lines)
		if found != nil && (best == nil || len(found.Operations) < len(best.Operations)) {
			best = found
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if best == nil {
		return nil, ErrNone
	}
	return best, nil
}
