package consensus

import (
	"testing"

	"github.com/assay-dev/assay/checker/internal/traps"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
)

func TestTrapsAreDecidedAndProven(t *testing.T) {
	all, err := traps.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, trap := range all {
		if trap.History.Header.Object != history.Consensus {
			continue
		}
		t.Run(trap.Name, func(t *testing.T) {
			relax := trap.History.Header.Relax
			c := certify(trap.History, relax)
			valid := true
			for _, k := range c.Keys {
				valid = valid && k.Contradiction == nil && k.Undecided == ""
			}
			if valid != trap.Valid {
				t.Errorf("valid = %v; it is easy to miss: %s", valid, trap.Why)
			}
			if err := proof.Verify(trap.History, relax, c); err != nil {
				t.Error(err)
			}
		})
	}
}
