package replay

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/faults"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/job"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// record leaves a run behind and returns its directory.
func record(t *testing.T, spec job.Spec) string {
	t.Helper()
	spec.Clients, spec.Keys, spec.Seed = 8, 8, 1
	spec.Store, spec.Name = t.TempDir(), "recorded"
	dir := ""
	err := job.Run(t.Context(), spec, workload.Progress{To: io.Discard}, func(r results.Result) { dir = r.Dir })
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func on(storeURL string) []job.Target {
	return []job.Target{{Object: history.Consensus, URL: storeURL}}
}

func replayOf(t *testing.T, dir string) (*Replay, job.Spec) {
	t.Helper()
	recorded, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	spec, err := recorded.Spec("")
	if err != nil {
		t.Fatal(err)
	}
	return &Replay{Recorded: recorded, Store: t.TempDir(), Progress: func(line string) { t.Log(line) }}, spec
}

func TestAVerdictThatComesAgainIsCounted(t *testing.T) {
	for _, c := range []struct {
		url     string
		verdict checker.Verdict
	}{{"mem:replayed", checker.Valid}, {"defective:oldest-head", checker.Invalid}} {
		r, spec := replayOf(t, record(t, job.Spec{Targets: on(c.url), Ops: 2000}))
		tally, err := r.Run(t.Context(), spec, 3)
		if err != nil || tally.Tries != 3 || tally.Same != 3 || tally.Verdicts[c.verdict] != 3 {
			t.Errorf("%s: %+v, %v", c.url, tally, err)
		}
		if again := tally.SameClause > 0; again != (c.verdict == checker.Invalid) {
			t.Errorf("%s: the same clause %d times", c.url, tally.SameClause)
		}
	}
}

func TestAnotherVerdictIsNotTheSame(t *testing.T) {
	r, spec := replayOf(t, record(t, job.Spec{Targets: on("defective:oldest-head"), Ops: 2000}))
	spec.Targets = on("mem:another")
	tally, err := r.Run(t.Context(), spec, 2)
	if err != nil || tally.Same != 0 || tally.Verdicts[checker.Valid] != 2 {
		t.Errorf("%+v, %v", tally, err)
	}
}

func TestARunIsMadeSmallerForAsLongAsItShowsTheViolation(t *testing.T) {
	plan, err := faults.Parse([]string{"unreliable=0.01"})
	if err != nil {
		t.Fatal(err)
	}
	r, spec := replayOf(t, record(t, job.Spec{Targets: on("defective:oldest-head"), Ops: 1500, Faults: plan}))
	small, tally, err := r.Shrink(t.Context(), spec, 2)
	if err != nil || tally.Same == 0 {
		t.Fatal(tally, err)
	}
	if len(small.Faults) != 0 || small.Ops >= spec.Ops || small.Ops < leastOps {
		t.Errorf("left: %s", Command(small))
	}
	if command := Command(small); !strings.HasPrefix(command, "assay run --consensus=defective:oldest-head ") || !strings.HasSuffix(command, " --seed=1") {
		t.Error(command)
	}
}

func TestWhatShowsNoViolationIsNotMadeSmaller(t *testing.T) {
	r, spec := replayOf(t, record(t, job.Spec{Targets: on("mem:right"), Ops: 500}))
	if _, _, err := r.Shrink(t.Context(), spec, 1); !errors.Is(err, ErrNothingToShrink) {
		t.Error(err)
	}
	r.Verdict = checker.Invalid // and never again
	if _, tally, err := r.Shrink(t.Context(), spec, 1); !errors.Is(err, ErrNothingToShrink) || tally.Tries != 1 {
		t.Error(tally, err)
	}
}

func TestAnEmbeddedStoreBeginsAfresh(t *testing.T) {
	dir := record(t, job.Spec{Ops: 100})
	if _, err := Load(filepath.Dir(dir)); !errors.Is(err, location.ErrInvalidArgument) || !strings.Contains(err.Error(), "consensus") {
		t.Errorf("a run of two stores: %v", err)
	}
	r, spec := replayOf(t, filepath.Join(filepath.Dir(dir), "consensus"))
	tally, err := r.Run(t.Context(), spec, 2)
	if err != nil || tally.Tries != 2 || tally.Verdicts[results.NotRun]+tally.Verdicts[checker.Invalid] != 0 {
		t.Errorf("%+v, %v", tally, err)
	}
	if made, err := filepath.Glob(filepath.Join(r.Store, "stores", "*", "store.bolt")); len(made) != 2 || err != nil {
		t.Errorf("stores %q, %v", made, err)
	}
}

func TestTheEndOfTheContextEndsTheTries(t *testing.T) {
	r, spec := replayOf(t, record(t, job.Spec{Targets: on("mem:ended"), Ops: 500}))
	ctx, cancel := context.WithCancel(t.Context())
	r.Progress = func(string) { cancel() }
	if tally, err := r.Run(ctx, spec, 5); tally.Tries != 1 || err != nil {
		t.Errorf("%+v, %v", tally, err)
	}
}

func TestADirectoryWithoutARunIsAnError(t *testing.T) {
	if _, err := Load(t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
