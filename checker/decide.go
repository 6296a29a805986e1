package checker

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/assay-dev/assay/checker/blob"
	"github.com/assay-dev/assay/checker/consensus"
	"github.com/assay-dev/assay/checker/explain"
	"github.com/assay-dev/assay/checker/model"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/checker/shrink"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// check judges one key without a search. It leaves undecided what needs one.
func (c *checking) check(key perkey.History, decide decider) (proof.Key, *Violation) {
	claim := decide(key)
	if claim.Contradiction == nil {
		return claim, nil
	}
	return c.refute(key, proof.Lines(claim.Contradiction), claim.Apart)
}

// A decider judges keys where the contract leaves nothing to search for, one after the
// other in the same memory.
type decider func(perkey.History) proof.Key

func (c *checking) decider() decider {
	switch c.object {
	case history.Register:
		return func(key perkey.History) proof.Key {
			return proof.Key{Key: key.Key, Undecided: "the values of a register do not tell their order"}
		}
	case history.Consensus:
		checker := consensus.NewChecker(c.options.Relax)
		return func(key perkey.History) proof.Key {
			r := checker.Check(key.Operations)
			return proof.Key{Key: key.Key, Order: r.Order, Contradiction: r.Contradiction, Apart: r.Apart, Undecided: r.Undecided}
		}
	}
	checker := blob.NewChecker(c.options.Relax)
	return func(key perkey.History) proof.Key {
		r := checker.Check(key)
		return proof.Key{Key: key.Key, Order: r.Order, Contradiction: r.Contradiction, Undecided: r.Undecided}
	}
}

// search judges a key for which hard says why it needs a search.
func (c *checking) search(key perkey.History, hard string, share time.Duration) (proof.Key, *Violation) {
	ctx, cancel := context.WithTimeout(c.ctx, share)
	defer cancel()
	problem := search.Problem{Object: c.object, Relax: c.options.Relax, Operations: key.Operations}
	order, explained, err := search.Linearize(ctx, problem, c.options.Budget.Memory/int64(c.options.Workers))
	switch {
	case err != nil:
		return proof.Key{Key: key.Key, Undecided: fmt.Sprintf("%s, and the search ran %v", hard, err)}, nil
	case explained:
		return proof.Key{Key: key.Key, Order: order}, nil
	}
	var lines []int
	for _, op := range search.Blame(ctx, problem) {
		lines = append(lines, op.Line)
	}
	return c.refute(key, lines, nil)
}

// refute makes a contradiction out of operations among which there is one, and of version
// numbers that may have to be told apart. There is a violation even where that is too
// large to be proven.
func (c *checking) refute(key perkey.History, lines []int, apart []location.SeqNo) (proof.Key, *Violation) {
	about := proof.About{Object: c.object, Relax: c.options.Relax, Key: key.Key, Operations: key.Operations}
	claim := proof.Key{Key: key.Key}
	claim.Contradiction, claim.Apart, about = shrink.Contradiction(about, lines, apart)
	if claim.Contradiction == nil {
		claim.Undecided = "its contradiction is too large to be proven"
	} else {
		lines = proof.Lines(claim.Contradiction)
	}
	fault := proof.On(about.Operations, lines)
	slices.SortFunc(fault, func(a, b *history.Operation) int { return cmp.Compare(a.Line, b.Line) })
	culprit, wrote := culprit(fault), search.Wrote(key.Operations, fault)
	v := &Violation{
		Key: key.Key, Clause: model.Clause(culprit), Lines: lines,
		Explanation: search.Explain(key, c.options.Relax, culprit, fault, wrote),
	}
	if claim.Contradiction != nil {
		v.Argument = explain.Contradiction(about, claim.Contradiction, claim.Apart, key.Operations, wrote, c.options.Clock)
	} else {
		v.Explanation += " This is too large for a certificate to prove."
	}
	return claim, v
}

// culprit returns the last of the operations at fault: of those answered, the one that
// was called last.
func culprit(fault []*history.Operation) *history.Operation {
	return slices.MaxFunc(fault, func(a, b *history.Operation) int {
		if aside := a.Outcome == history.Info; aside != (b.Outcome == history.Info) {
			return map[bool]int{true: -1, false: 1}[aside]
		}
		return cmp.Compare(a.Call, b.Call)
	})
}
