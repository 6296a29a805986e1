package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/ledger"
	"github.com/assay-dev/assay/backends/servers/serverstest"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/evidence"
	"github.com/assay-dev/assay/workload/history"
)

// awaitPause waits until the history of the newest run in dir tells that a server is
// paused.
func awaitPause(t *testing.T, dir string) {
	t.Helper()
	serverstest.Await(t, "the history tells that a server is paused", func() bool {
		h, err := history.ReadFile(filepath.Join(dir, "store", "latest", results.HistoryFile))
		return err == nil && slices.ContainsFunc(h.Faults, func(f history.Fault) bool { return f.Fault == "pause" && f.Effect != "" })
	})
}

// visible makes a temporary directory for what runs start, which the servers' user can
// reach, with a ledger of its own.
func visible(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells who works in a directory")
	}
	_, err := servers.PostgresBinaries()
	serverstest.Check(t, "postgres", err)
	dir, err := os.MkdirTemp("", "killed-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("TMPDIR", dir)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	return dir
}

func wantNothingIn(t *testing.T, dir string) {
	t.Helper()
	if left, mounts, err := ledger.Users(dir); err != nil || len(left)+len(mounts) > 0 {
		t.Errorf("left are %v, %v, %v", left, mounts, err)
	}
	if files, err := filepath.Glob(filepath.Join(dir, "assay-*")); err != nil || len(files) > 0 {
		t.Errorf("left are %v, %v", files, err)
	}
}

func TestOfARunThatWasKilledInTheMiddleOfAFaultACheckTellsAndTheNextRunRemovesWhatItLeft(t *testing.T) {
	dir := visible(t)
	store := t.TempDir()
	run := start(t, store, "run", "--consensus", "local:postgres", "--time", "1m",
		"--faults", "pause postgres after 1ms for 1m", "--faults", "net hang every 1ms for 1m")
	awaitPause(t, store)
	if err := run.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	run.exitCode(t)
	if left, _, err := ledger.Users(dir); err != nil || len(left) == 0 {
		t.Errorf("nothing is left to be removed, %v", err)
	}

	check := start(t, store, "check", "--json", "store/latest")
	check.exitCode(t)
	told := decode(t, check.stdout.Bytes())[0].Evidence.Faults
	if !slices.ContainsFunc(told, func(f evidence.Fault) bool { return f.Name == "pause" && f.Effect != "" && !f.Healed }) {
		t.Errorf("the check tells of %+v", told)
	}

	next := start(t, store, "run", "--consensus", "mem:", "--ops", "200")
	if !next.progress.Scan() || !strings.Contains(next.progress.Text(), fmt.Sprintf("removed what process %d left behind: directory %s", run.Process.Pid, dir)) {
		t.Errorf("the next run says %q", next.progress.Text())
	}
	if code := next.exitCode(t); code != exitValid {
		t.Errorf("exit code %d", code)
	}
	wantNothingIn(t, dir)
}

func TestAnInterruptInTheMiddleOfAFaultHealsIt(t *testing.T) {
	dir := visible(t)
	store := t.TempDir()
	run := start(t, store, "run", "--json", "--consensus", "local:postgres", "--timeout", "200ms", "--time", "1h",
		"--faults", "pause postgres after 500ms for 1h")
	awaitPause(t, store)
	if err := run.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := run.exitCode(t); code != exitValid {
		t.Errorf("exit code %d", code)
	}
	r := decode(t, run.stdout.Bytes())[0]
	if faults := r.Evidence.Faults; !r.Interrupted || len(faults) != 1 || !faults[0].Healed || faults[0].Effect == "" || r.Evidence.Healed.Answered == 0 {
		t.Errorf("%+v", r)
	}
	wantNothingIn(t, dir)
}
