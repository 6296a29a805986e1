package history_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/assay-dev/assay/workload/history"
)

func TestTheExamplesAreHistoriesButTheMalformedOne(t *testing.T) {
	paths, err := filepath.Glob("../../docs/examples/*.jsonl")
	if err != nil || len(paths) != 5 {
		t.Fatalf("%d examples, %v", len(paths), err)
	}
	for _, path := range paths {
		h, err := history.ReadFile(path)
		if filepath.Base(path) == "malformed.jsonl" {
			var at *history.LineError
			if !errors.As(err, &at) || at.Line != 4 {
				t.Errorf("%s: got %v, want an error of line 4", path, err)
			}
			continue
		}
		if err != nil || h.Damage != nil || len(h.Operations) < 5 {
			t.Errorf("%s: %v", path, err)
			continue
		}
		unknown := 0
		for _, op := range h.Operations {
			if op.Outcome == history.Info {
				unknown++
			}
		}
		if unknown == 0 {
			t.Errorf("%s has no operation of unknown outcome", path)
		}
	}
}
