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
	"github.com/assay-dev/assay/workload/history"
)

// check judges one key without a search. It leaves undecided what needs one.
func (c *checking) check(key perkey.History, decide decider) (proof.Key, *Violation) {
	claim := decide(key)
	if claim.Contradiction == nil {
		return claim, nil
	}
	fault := named(key, proof.Lines(claim.Contradiction))
	culprit := slices.MaxFunc(fault, func(a, b *history.Operation) int { return cmp.Compare(a.Call, b.Call) })
	return claim, c.violation(key, culprit, fault, claim.Contradiction)
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
			return proof.Key{Key: key.Key, Order: r.Order, Contradiction: r.Contradiction, Undecided: r.Undecided}
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
	culprit, fault := search.Blame(ctx, problem)
	claim := c.exhausted(key, fault)
	return claim, c.violation(key, culprit, fault, claim.Contradiction)
}

// exhausted claims what the search found, if that is small enough to be verified. With
// few operations in force the others may have come in very many orders: of a register
// all answers are in force where those at fault are not enough.
func (c *checking) exhausted(key perkey.History, fault []*history.Operation) proof.Key {
	claim, proven := c.exhaust(key, fault)
	if !proven && c.object == history.Register {
		claim, proven = c.exhaust(key, slices.DeleteFunc(slices.Clone(key.Operations), func(op *history.Operation) bool {
			return op.Outcome != history.Ok
		}))
	}
	if !proven {
		return proof.Key{Key: key.Key, Undecided: "a search found a contradiction that is too large to be proven"}
	}
	return claim
}

// exhaust claims that no order of the operations exists, and reports whether that is
// verified.
func (c *checking) exhaust(key perkey.History, force []*history.Operation) (claim proof.Key, proven bool) {
	end := proof.Step{Rule: proof.Exhausted}
	for _, op := range force {
		end.Lines = append(end.Lines, op.Line)
	}
	claim = proof.Key{Key: key.Key, Contradiction: []proof.Step{end}}
	alone := &history.History{Header: history.Header{Object: c.object}}
	for _, op := range key.Operations {
		alone.Operations = append(alone.Operations, *op)
	}
	certificate := &proof.Certificate{Object: c.object, Relax: c.options.Relax, Keys: []proof.Key{claim}}
	return claim, proof.Verify(alone, c.options.Relax, certificate) == nil
}

// named returns the operations of a key on these lines.
func named(key perkey.History, lines []int) (operations []*history.Operation) {
	for _, op := range key.Operations {
		if _, found := slices.BinarySearch(lines, op.Line); found {
			operations = append(operations, op)
		}
	}
	return operations
}

// violation puts into words what is wrong with a key.
func (c *checking) violation(key perkey.History, culprit *history.Operation, fault []*history.Operation, steps []proof.Step) *Violation {
	v := &Violation{
		Key:         key.Key,
		Clause:      model.Clause(culprit),
		Explanation: search.Explain(key, c.options.Relax, culprit, fault),
	}
	if steps != nil {
		v.Argument = explain.Contradiction(steps, key.Operations, c.options.Clock)
	} else {
		v.Explanation += " A search found this; it is too large for a certificate to prove."
	}
	for _, op := range fault {
		v.Lines = append(v.Lines, op.Line)
	}
	return v
}
