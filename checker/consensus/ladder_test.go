package consensus

import (
	"testing"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// ladder is a key on which unknown writes that nobody saw lead up in many ways: from
// each number to the two next ones.
func ladder(rungs int, top *history.Operation) *history.History {
	h := &history.History{Header: history.Header{Object: history.Consensus}}
	add := func(op history.Operation) {
		op.Key, op.Line, op.Process = "k", len(h.Operations)+2, len(h.Operations)
		h.Operations = append(h.Operations, op)
	}
	add(history.Operation{Return: 1, Action: &history.CompareAndSet{New: history.Version{Value: "first"}, Committed: true}})
	for i := range rungs {
		for _, step := range []int{1, 2} {
			add(history.Operation{Call: 2, Return: history.Never, Outcome: history.Info, Action: &history.CompareAndSet{
				HasExpected: true, Expected: location.SeqNo(i), New: history.Version{SeqNo: location.SeqNo(i + step)}}})
		}
	}
	add(*top)
	return h
}

func TestAnEndlessChoiceIsDecided(t *testing.T) {
	for name, truncated := range map[string]history.Truncate{
		"a bound that nobody reached":            {UpTo: 1000},
		"a bound that somebody may reach":        {UpTo: 20, Deleted: 15},
		"a count that takes all of them":         {UpTo: 50, Deleted: 51},
		"a count that takes more than there are": {UpTo: 50, Deleted: 52},
	} {
		t.Run(name, func(t *testing.T) {
			h := ladder(50, &history.Operation{Call: 3, Return: 4, Action: &truncated})
			cert := certify(h, nil)
			if undecided(cert.Keys[0]) {
				t.Error("it is undecided, or unproven")
			}
			if err := proof.Verify(h, nil, cert); err != nil {
				t.Error(err)
			}
		})
	}
}
