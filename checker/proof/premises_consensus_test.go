package proof_test

import (
	"testing"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// commit is a compare-and-set that moved the head from the version just below, which is
// none for the first.
func commit(number location.SeqNo) history.Action {
	return &history.CompareAndSet{HasExpected: number > 1, Expected: number - 1, New: version(number), Committed: true}
}

func version(number location.SeqNo) history.Version {
	return history.Version{SeqNo: number, Value: "v"}
}

func scan(limit int64, numbers ...location.SeqNo) history.Action {
	a := &history.Scan{Limit: limit}
	for _, n := range numbers {
		a.Versions = append(a.Versions, version(n))
	}
	return a
}

// Each of these histories is valid. What is claimed of it would hold, were it not for
// one premise of the rule.
func TestARuleOfAConsensusHoldsOnlyWhereItsPremisesDo(t *testing.T) {
	op, head, mark := proof.OpEvent, proof.HeadEvent, proof.MarkEvent
	step := func(rule proof.Rule, before, after proof.Event) proof.Step {
		return proof.Step{Rule: rule, Before: before, After: after}
	}
	cycle := func(from ...int) proof.Step { return proof.Step{Rule: proof.Cycle, From: from} }
	two := location.SeqNo(2)
	twoCommits := []history.Operation{on(0, 1, commit(1)), on(2, 3, commit(2))}
	for _, test := range []struct {
		name       string
		operations []history.Operation
		steps      []proof.Step
	}{
		{"a mismatch may have found nothing",
			[]history.Operation{on(0, 1, &history.CompareAndSet{HasExpected: true, Expected: 5, New: version(6)}), on(2, 3, commit(1))},
			[]proof.Step{step(proof.Answered, head(0), op(2)), step(proof.RealTime, op(2), op(3)), step(proof.Answered, op(3), head(0)), cycle(0, 1, 2)}},
		{"a scan that was cut by its limit saw nothing behind it",
			append(twoCommits[:2:2], on(4, 5, scan(1, 1))),
			[]proof.Step{step(proof.Answered, op(4), head(2)), step(proof.Answered, head(2), op(3)), step(proof.RealTime, op(3), op(4)), cycle(0, 1, 2)}},
		{"a version is not missing from a scan that was cut before it",
			append(twoCommits[:2:2], on(4, 5, scan(1, 1))),
			[]proof.Step{{Rule: proof.Written, Version: &two, Lines: []int{3}},
				{Rule: proof.Missing, Before: op(4), After: head(2), Lines: []int{4}, Version: &two},
				step(proof.Answered, head(2), op(3)), step(proof.RealTime, op(3), op(4)), cycle(1, 2, 3)}},
		{"a scan with limit 0 saw nothing at all",
			[]history.Operation{on(0, 1, commit(1)), on(2, 3, scan(0))},
			[]proof.Step{step(proof.Answered, op(3), head(0)), step(proof.Ascending, head(0), head(1)), step(proof.Answered, head(1), op(2)),
				step(proof.RealTime, op(2), op(3)), cycle(0, 1, 2, 3)}},
		{"the truncation that raised the mark does not come after that",
			append(twoCommits[:2:2], on(4, 5, &history.Truncate{UpTo: 2, Deleted: 1}), on(6, 7, scan(9, 2))),
			[]proof.Step{step(proof.Answered, mark(2), op(4)), {Rule: proof.Raised, Before: op(5), After: mark(2), From: []int{0}},
				step(proof.RealTime, op(4), op(5)), cycle(1, 0, 2)}},
		{"what touches is not apart",
			[]history.Operation{on(0, 2, commit(1)), on(2, 3, &history.Head{})},
			[]proof.Step{step(proof.RealTime, op(2), op(3)), step(proof.Answered, op(3), head(0)), step(proof.Ascending, head(0), head(1)),
				step(proof.Answered, head(1), op(2)), cycle(0, 1, 2, 3)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			refuse(t, history.Consensus, nil, test.operations, proof.Key{Key: "k", Contradiction: test.steps})
		})
	}
}
