package search

import (
	"cmp"
	"context"
	"slices"

	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/workload/history"
)

// What finding the operations at fault may cost, beyond the search that found that
// there are any: it is a help to people and changes no verdict.
const (
	blameSearches = 500
	blameMemory   = 16 << 20 // bytes, each
)

// Blame returns operations of a problem that has no explanation which have none by
// themselves, however the others are read: as few as could be found at little cost,
// by line.
//
// Others are put out of force one after the other while the contradiction stays. An
// observation out of force is left out; a mismatch, a refusal and a delete that found
// nothing are observations. A write out of force becomes an Info with the same call:
// what it wrote may still be seen, but nobody insists on it. Either makes more orders
// possible and none impossible, so that what remains is at fault.
func Blame(ctx context.Context, p Problem) (fault []*history.Operation) {
	b := &blamer{ctx: ctx, problem: p, searches: blameSearches}
	for _, op := range b.reduce(b.shortestPrefix()) {
		if op.Outcome != history.Info {
			fault = append(fault, op)
		}
	}
	slices.SortStableFunc(fault, func(a, b *history.Operation) int { return cmp.Compare(a.Line, b.Line) })
	return fault
}

type blamer struct {
	ctx      context.Context
	problem  Problem
	searches int // left
}

// contradictory reports whether the operations certainly have no explanation.
func (b *blamer) contradictory(operations []*history.Operation) bool {
	if b.searches <= 0 {
		return false
	}
	b.searches--
	p := b.problem
	p.Operations = operations
	explained, err := Explained(b.ctx, p, blameMemory)
	return err == nil && !explained
}

// shortestPrefix returns the operations as they were at the first instant at which
// there was no explanation any more, as far as that can be told.
func (b *blamer) shortestPrefix() []*history.Operation {
	all := b.problem.Operations
	var returns []int64
	for _, op := range all {
		if op.Outcome != history.Info {
			returns = append(returns, op.Return)
		}
	}
	slices.Sort(returns)
	returns = slices.Compact(returns)
	low, high := 0, len(returns)-1 // the prefix up to returns[high] is contradictory
	for low < high {
		middle := (low + high) / 2
		if b.contradictory(prefix(all, returns[middle])) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	if high < 0 {
		return all
	}
	return prefix(all, returns[high])
}

// prefix returns what was known of the operations at instant t.
func prefix(operations []*history.Operation, t int64) []*history.Operation {
	var known []*history.Operation
	for _, op := range operations {
		if op.Call > t {
			continue
		}
		if op.Latest() > t {
			op = Unheard(op)
		}
		if op != nil {
			known = append(known, op)
		}
	}
	return known
}

// Unheard returns op as if nobody had heard its answer: a write becomes an Info with
// the same call, an observation is left out (nil). What is explained with op is
// explained without hearing it.
func Unheard(op *history.Operation) *history.Operation {
	if op.Outcome == history.Info {
		return op
	}
	if op.Outcome == history.Fail || !changes(op.Action) {
		return nil
	}
	info := *op
	info.Outcome = history.Info
	return &info
}

// changes reports whether an answered operation may have changed what is stored.
func changes(a history.Action) bool {
	switch a := a.(type) {
	case *history.CompareAndSet:
		return a.Committed
	case *history.Delete:
		return !a.Answered || a.Found
	case *history.RegisterSwap:
		return a.Swapped
	}
	return perkey.Effective(a)
}

// without returns the operations with those from i up to j out of force.
func without(operations []*history.Operation, i, j int) []*history.Operation {
	rest := slices.Clone(operations[:i])
	for _, op := range operations[i:j] {
		if op = Unheard(op); op != nil {
			rest = append(rest, op)
		}
	}
	return append(rest, operations[j:]...)
}

// reduce puts runs of operations out of force, long ones first, while the
// contradiction stays (delta debugging, Zeller 1999).
func (b *blamer) reduce(operations []*history.Operation) []*history.Operation {
	for run := max(1, len(operations)/2); ; run /= 2 {
		for i := 0; i < len(operations); {
			j := min(i+run, len(operations))
			rest := without(operations, i, j)
			if inForce(rest) < inForce(operations) && b.contradictory(rest) {
				i = j - (len(operations) - len(rest))
				operations = rest
			} else {
				i = j
			}
		}
		if run <= 1 {
			return operations
		}
	}
}

func inForce(operations []*history.Operation) int {
	n := 0
	for _, op := range operations {
		if op.Outcome != history.Info {
			n++
		}
	}
	return n
}
