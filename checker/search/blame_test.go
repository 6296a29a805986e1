package search_test

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/assay-dev/assay/checker/internal/randhist"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/workload/history"
)

// onlyInForce returns the operations with all but those of force as if nobody had
// heard their answers.
func onlyInForce(operations, force []*history.Operation) []*history.Operation {
	var rest []*history.Operation
	for _, op := range operations {
		if !slices.ContainsFunc(force, func(f *history.Operation) bool { return f.Line == op.Line }) {
			if !mayHaveChanged(op) {
				continue
			}
			unheard := *op
			unheard.Outcome = history.Info
			op = &unheard
		}
		rest = append(rest, op)
	}
	return rest
}

// mayHaveChanged reports whether op, as it was answered, may have changed the store: a
// refusal, a mismatch and a delete that found nothing have not.
func mayHaveChanged(op *history.Operation) bool {
	if op.Outcome == history.Info {
		return true
	}
	switch a := op.Action.(type) {
	case *history.CompareAndSet:
		return a.Committed
	case *history.Delete:
		return a.Found || !a.Answered
	}
	return op.Outcome == history.Ok && perkey.Effective(op.Action)
}

func TestTheOperationsAtFaultContradictEachOtherAndNoFewerDo(t *testing.T) {
	for name, o := range variants(10) {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(5, 6))
			for range 200 {
				h := randhist.Generate(random, o)
				for _, key := range perkey.Split(h, 1) {
					p := search.Problem{Object: o.Object, Relax: o.Relax, Operations: key.Operations}
					if explained(t, p, key.Operations) {
						continue
					}
					fault := search.Blame(context.Background(), p)
					last := slices.MaxFunc(fault, func(a, b *history.Operation) int { return cmp.Compare(a.Return, b.Return) })
					if explained(t, p, onlyInForce(key.Operations, fault)) {
						t.Fatalf("%d operations of key %s do not contradict each other:\n%s", len(fault), key.Key, text(h))
					}
					for i, op := range fault {
						if fewer := slices.Delete(slices.Clone(fault), i, i+1); !explained(t, p, onlyInForce(prefix(key.Operations, last), fewer)) {
							t.Fatalf("line %d is not needed for the contradiction on key %s:\n%s", op.Line, key.Key, text(h))
						}
					}
				}
			}
		})
	}
}

// prefix returns the operations called before the last one returned.
func prefix(operations []*history.Operation, last *history.Operation) []*history.Operation {
	return slices.DeleteFunc(slices.Clone(operations), func(op *history.Operation) bool { return op.Call > last.Return })
}

func explained(t *testing.T, p search.Problem, operations []*history.Operation) bool {
	p.Operations = operations
	ok, err := search.Explained(context.Background(), p, plenty)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}
