package minimal

import (
	"context"
	"slices"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// What a counterexample may cost: it helps people and changes no verdict.
const (
	effort      = 20_000_000             // operations in all checks together
	perCheck    = 200                    // what a check costs besides, in operations
	checkTime   = 500 * time.Millisecond // for a check that needs a search
	checkMemory = 64 << 20               // bytes, for the same
)

// A problem is one key whose operations no order explains.
type problem struct {
	ctx    context.Context
	object history.Object
	relax  location.Relaxations
	perkey.History
	chain  *chain // what all operations tell of the versions; nil for a Blob
	effort int    // left
}

func newProblem(ctx context.Context, object history.Object, relax location.Relaxations, key perkey.History) *problem {
	p := &problem{ctx: ctx, object: object, relax: relax, History: key, effort: effort}
	if object == history.Consensus {
		p.chain = newChain(key.Operations)
	}
	return p
}

// verdict checks operations of the key by themselves. It is Undecided when that would
// cost too much.
func (p *problem) verdict(operations []*history.Operation) checker.Verdict {
	p.effort -= len(operations) + perCheck
	if p.effort < 0 {
		return checker.Undecided
	}
	if r := p.check(p.history(operations)); r != nil {
		return r.Verdict
	}
	return checker.Undecided
}

// check returns nil when there is no verdict.
func (p *problem) check(h *history.History) *checker.Result {
	r, err := checker.Check(p.ctx, h, checker.Options{
		Relax:   p.relax,
		Workers: 1,
		Budget:  checker.Budget{Time: checkTime, Memory: checkMemory},
	})
	if err != nil {
		return nil
	}
	return r
}

// history returns operations of the key as a history. Each Info is a process of its own,
// for its client has not heard that it should go on as another.
func (p *problem) history(operations []*history.Operation) *history.History {
	h := &history.History{Header: history.Header{Assay: history.FormatVersion, Object: p.object, Relax: p.relax}}
	fresh := 0
	for _, op := range operations {
		fresh = max(fresh, op.Process+1)
	}
	for i, op := range operations {
		copied := *op
		if listing(op.Action) {
			copied.Key = ""
		}
		if op.Outcome == history.Info {
			copied.Process = fresh + i
		}
		h.Operations = append(h.Operations, copied)
	}
	return h
}

func listing(a history.Action) bool {
	switch a.(type) {
	case *history.ListKeys, *history.List:
		return true
	}
	return false
}

// unheard returns all operations but those in force, as if nobody had heard their
// answers. Those called when all in force had returned can as well be left out: they
// come last in some order, if there is any.
func (p *problem) unheard(force []*history.Operation) []*history.Operation {
	var end int64
	for _, op := range force {
		end = max(end, op.Return)
	}
	var rest []*history.Operation
	for _, op := range p.Operations {
		if op.Call > end || slices.Contains(force, op) {
			continue
		}
		if op = search.Unheard(op); op != nil {
			rest = append(rest, op)
		}
	}
	return rest
}

// contradict reports whether the operations in force certainly contradict each other,
// whatever became of the others, on the log's projection onto the versions kept.
func (p *problem) contradict(force []*history.Operation, kept versions) bool {
	others := p.unheard(force)
	if p.chain != nil {
		_, force, others = project(force, others, kept)
	}
	return p.verdict(slices.Concat(force, others)) == checker.Invalid
}
