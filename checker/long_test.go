package checker_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/internal/randhist"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
)

// busies are long histories: of one key, and of many.
func busies(operations int) (all []randhist.Busy) {
	for _, object := range []history.Object{history.Consensus, history.Blob} {
		for _, keys := range []int{1, operations / 10} {
			for _, clients := range []int{10, 30} {
				for _, unknown := range []int{1, 10} {
					for _, broken := range []bool{false, true} {
						all = append(all, randhist.Busy{Object: object, Operations: operations,
							Clients: clients, Keys: keys, Unknown: unknown, Broken: broken})
					}
				}
			}
		}
	}
	return all
}

func name(b randhist.Busy) string {
	verdict := "valid"
	if b.Broken {
		verdict = "invalid"
	}
	return fmt.Sprintf("%s/keys=%d/clients=%d/unknown=%d%%/%s", b.Object, b.Keys, b.Clients, b.Unknown, verdict)
}

func TestLongHistoriesOfManyClientsAreDecided(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a while")
	}
	for _, b := range busies(100_000) {
		t.Run(name(b), func(t *testing.T) {
			h := b.Generate(1)
			got, err := checker.Check(context.Background(), h, checker.Options{})
			if err != nil {
				t.Fatal(err)
			}
			want := checker.Valid
			if b.Broken {
				want = checker.Invalid
			}
			if got.Verdict != want || len(got.Violations) > 1 {
				t.Errorf("got %v %+v %+v, want %v", got.Verdict, got.Violations, got.Undecided, want)
			}
			if err := proof.Verify(h, nil, got.Certificate); err != nil {
				t.Errorf("the proof does not hold: %v", err)
			}
		})
	}
}
