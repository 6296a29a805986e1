package job_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/job"
	"github.com/assay-dev/assay/results/junit"
	"github.com/assay-dev/assay/results/report"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// recorded is the result of a short run of store in a directory of the test's.
func recorded(t *testing.T, store string) (r results.Result) {
	t.Helper()
	spec := job.Spec{
		Targets: []job.Target{{Object: history.Blob, URL: store}}, Clients: 4, Keys: 2,
		Ops: 300, Seed: 1, Name: "drawn", Store: t.TempDir(),
	}
	err := job.Run(context.Background(), spec, workload.Progress{To: io.Discard}, func(found results.Result) { r = found })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEveryRunAndEveryCheckLeavesAReport(t *testing.T) {
	r := recorded(t, "mem:")
	files := []string{report.File, report.LatencyFile, report.RateFile, junit.File}
	for _, name := range files {
		if err := os.Remove(filepath.Join(r.Dir, name)); err != nil {
			t.Error(err)
		}
	}
	if _, _, err := job.Check(t.Context(), r.History, job.CheckOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if _, err := os.Stat(filepath.Join(r.Dir, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestAReportThatCannotBeDrawnIsAWarningAndNoVerdict(t *testing.T) {
	r := recorded(t, "mem:")
	for _, name := range []string{report.File, junit.File} {
		path := filepath.Join(r.Dir, name)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Fatal(err)
		}
		checked, _, err := job.Check(t.Context(), r.History, job.CheckOptions{})
		if err != nil || checked.Verdict != checker.Valid || checked.Warning == "" {
			t.Errorf("without %s: verdict %s, warning %q, %v", name, checked.Verdict, checked.Warning, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAHistoryThatStandsAloneGetsNoReportBesideIt(t *testing.T) {
	r := recorded(t, "mem:")
	content, err := os.ReadFile(r.History)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, results.HistoryFile)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := job.Check(t.Context(), path, job.CheckOptions{}); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("beside the history there is %v", left)
	}
}
