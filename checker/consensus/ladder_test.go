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

func TestAnEndlessChoiceIsGivenUpOrNotMade(t *testing.T) {
	answers := map[string]struct {
		top     history.Operation
		decided bool
	}{
		"a bound that nobody reached":         {history.Operation{Call: 3, Return: 4, Action: &history.Truncate{UpTo: 1000}}, true},
		"a bound that somebody may reach":     {history.Operation{Call: 3, Return: 4, Action: &history.Truncate{UpTo: 20, Deleted: 15}}, true},
		"a count that would take all of them": {history.Operation{Call: 3, Return: 4, Action: &history.Truncate{UpTo: 50, Deleted: 51}}, false},
	}
	for name, c := range answers {
		t.Run(name, func(t *testing.T) {
			h := ladder(50, &c.top)
			cert := certify(h, nil)
			if got := cert.Keys[0].Undecided == ""; got != c.decided {
				t.Errorf("decided = %v", got)
			}
			if err := proof.Verify(h, nil, cert); err != nil {
				t.Error(err)
			}
		})
	}
}
