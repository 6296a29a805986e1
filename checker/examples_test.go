package checker_test

import (
	"context"
	"testing"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/workload/history"
)

func TestTheExampleHistoriesAreJudgedAsTheirNamesSay(t *testing.T) {
	for name, want := range map[string]checker.Verdict{
		"consensus-valid": checker.Valid, "consensus-invalid": checker.Invalid,
		"blob-valid": checker.Valid, "blob-invalid": checker.Invalid,
	} {
		t.Run(name, func(t *testing.T) {
			h, err := history.ReadFile("../docs/examples/" + name + ".jsonl")
			if err != nil {
				t.Fatal(err)
			}
			got, err := checker.Check(context.Background(), h, checker.Options{Relax: h.Header.Relax})
			if err != nil || got.Verdict != want {
				t.Errorf("got %+v, %v; want %v", got, err, want)
			}
		})
	}
	t.Run("malformed", func(t *testing.T) {
		h, err := history.ReadFile("../docs/examples/malformed.jsonl")
		if err == nil {
			_, err = checker.Check(context.Background(), h, checker.Options{})
		}
		if err == nil {
			t.Error("a malformed history has a verdict")
		}
	})
}
