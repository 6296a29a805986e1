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

// On these ladders the first path fails for the times of truncations.
func TestWhatAPathFailedForIsAvoided(t *testing.T) {
	if *seed != 1 {
		t.Skip("these are ladders of the seed 1")
	}
	for _, c := range []struct{ kind, size, n int }{{0, 1000, 75}, {2, 1000, 30}, {3, 1000, 67}, {3, 2000, 132}} {
		h, _, _ := drawLadder(c.kind, c.size, c.n)
		checker := NewChecker(h.Header.Relax)
		r := checker.Check(perkey.Split(h, 1)[0].Operations)
		if rounds := checker.key.guess.round; r.Order == nil || rounds == 0 || rounds > 20 {
			t.Errorf("ladder %d of %s: %d rounds, %s", c.n, ladderKinds[c.kind].name, rounds, r.Undecided)
		}
	}
}
