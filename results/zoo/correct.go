package zoo

import (
	"context"

	"github.com/assay-dev/assay/backends/defective"
	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/faults/unreliable"
)

// correctStore is the store below all defective ones.
const correctStore = "mem:"

// correctRun is how many operations a run of a correct store has.
const correctRun = 5000

// alarms runs the workload on a correct store, with and without faults by turns.
func alarms(ctx context.Context, object defective.Object, spec Spec) (Correct, error) {
	c := Correct{Store: correctStore, Object: string(object)}
	for seed := range uint64(correctFactor * spec.Seeds) {
		t := trial{object: object, url: correctStore, seed: seed + 1}
		rate := 0.0
		if seed%2 == 1 {
			rate = unreliable.DefaultRate
		}
		h, err := t.record(ctx, rate, correctRun, spec.Limit)
		if err != nil {
			return c, err
		}
		result, err := checker.Check(ctx, h, checker.Options{Workers: 1})
		if err != nil {
			return c, err
		}
		c.Runs++
		c.Operations += len(h.Operations)
		switch {
		case result.Verdict == checker.Invalid, rate == 0 && !passes(h):
			c.Alarms++
		case result.Verdict == checker.Undecided:
			c.Open++
		}
	}
	return c, nil
}
