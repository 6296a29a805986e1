package checker_test

import (
	"context"
	"testing"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/internal/traps"
	"github.com/assay-dev/assay/checker/proof"
)

func TestTraps(t *testing.T) {
	all, err := traps.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, trap := range all {
		t.Run(trap.Name, func(t *testing.T) {
			want := checker.Invalid
			if trap.Valid {
				want = checker.Valid
			}
			got, err := checker.Check(context.Background(), trap.History, checker.Options{Relax: trap.History.Header.Relax})
			if err != nil || got.Verdict != want {
				t.Fatalf("got %+v, %v; want %v, for %s", got, err, want, trap.Why)
			}
			if err := proof.Verify(trap.History, trap.History.Header.Relax, got.Certificate); err != nil {
				t.Errorf("the proof does not hold: %v", err)
			}
			for _, k := range got.Certificate.Keys {
				if k.Undecided != "" {
					t.Errorf("key %q is not proven: %s", k.Key, k.Undecided)
				}
			}
		})
	}
}
