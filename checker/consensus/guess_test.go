package consensus

import (
	"fmt"
	"testing"

	"github.com/assay-dev/assay/checker/internal/randhist"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
)

// With many unknown outcomes it is often open who wrote an unseen version, and many guesses
// are wrong.
func TestManyWrongGuessesArePutRightInAFewRounds(t *testing.T) {
	const operations, most = 100_000, 4
	for _, unknown := range []int{20, 50, 70, 90} {
		for _, broken := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d %% unknown, broken: %v", unknown, broken), func(t *testing.T) {
				h := randhist.Busy{Object: history.Consensus, Operations: operations, Clients: 30, Unknown: unknown, Broken: broken}.Generate(1)
				c := NewChecker(nil)
				r := c.Check(perkey.Split(h, 1)[0].Operations)
				n := len(c.key.operations)
				tried := (workPerOperation*n + freeWork - c.key.budget) / n
				t.Logf("%d chains were tried", tried)
				if tried > most || r.Undecided != "" {
					t.Error(r.Undecided)
				}
				if valid := r.Contradiction == nil; valid == broken {
					t.Errorf("valid: %v", valid)
				}
				if err := proof.Verify(h, nil, certify(h, nil)); err != nil {
					t.Error(err)
				}
			})
		}
	}
}
