package search

import (
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// prune leaves out operations of unknown outcome that need not have happened: if an
// order explains the operations with them, one does without them. Each is a choice
// less for the search.
func prune(p Problem) []*history.Operation {
	idle := idleRestore
	switch {
	case p.Object == history.Register:
		return p.Operations
	case p.Object == history.Consensus:
		idle = impossibleWrites(p.Operations)
	case !has[*history.Restore](p.Operations):
		idle = unseenSets(p.Operations)
	case !p.Relax.Allow(location.RelaxNoRestore):
		return p.Operations
	}
	kept := make([]*history.Operation, 0, len(p.Operations))
	for _, op := range p.Operations {
		if op.Outcome != history.Info || !idle(op) {
			kept = append(kept, op)
		}
	}
	return kept
}

func has[A history.Action](operations []*history.Operation) bool {
	for _, op := range operations {
		if _, ok := op.Action.(A); ok {
			return true
		}
	}
	return false
}

// idleRestore: under no-restore, a restore without an answer does nothing.
func idleRestore(op *history.Operation) bool {
	_, ok := op.Action.(*history.Restore)
	return ok
}

// impossibleWrites finds compare-and-sets that cannot have been committed: their
// version number certainly carries another value (numbers only grow, so that each is
// used once), or nobody ever wrote the version that they expect.
func impossibleWrites(operations []*history.Operation) func(*history.Operation) bool {
	known := map[location.SeqNo]string{}
	written := map[location.SeqNo]bool{}
	for _, op := range operations {
		switch a := op.Action.(type) {
		case *history.Head:
			if a.Found {
				known[a.Version.SeqNo] = a.Version.Value
			}
		case *history.Scan:
			for _, v := range a.Versions {
				known[v.SeqNo] = v.Value
			}
		case *history.CompareAndSet:
			if op.Outcome == history.Ok && a.Committed {
				known[a.New.SeqNo] = a.New.Value
			}
			if op.Outcome == history.Info || a.Committed {
				written[a.New.SeqNo] = true
			}
		}
	}
	return func(op *history.Operation) bool {
		a, ok := op.Action.(*history.CompareAndSet)
		if !ok {
			return false
		}
		value, taken := known[a.New.SeqNo]
		return taken && value != a.New.Value || a.HasExpected && !written[a.Expected]
	}
}

// unseenSets finds sets whose value left no trace: no get returned it, and no delete
// or listing told a size that it can have had. Where nothing is ever restored, the key
// may as well have gone on holding what it held before.
func unseenSets(operations []*history.Operation) func(*history.Operation) bool {
	values, sizes := map[string]bool{}, map[int64]bool{}
	for _, op := range operations {
		switch a := op.Action.(type) {
		case *history.Get:
			values[a.Value] = values[a.Value] || a.Found
		case *history.Delete:
			if op.Outcome == history.Ok && a.Answered && a.Found {
				sizes[a.Size] = true
			}
		case *history.List:
			for _, e := range a.Entries {
				sizes[e.Size] = true
			}
		}
	}
	return func(op *history.Operation) bool {
		a, ok := op.Action.(*history.Set)
		return ok && !values[a.Value] && a.Size != history.SizeUnknown &&
			!sizes[a.Size] && !sizes[history.SizeUnknown]
	}
}
