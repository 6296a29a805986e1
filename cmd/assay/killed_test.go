package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/ledger"
	"github.com/assay-dev/assay/backends/servers/serverstest"
)

// awaitStopped waits until a process that works below dir is stopped.
func awaitStopped(t *testing.T, dir string) {
	t.Helper()
	for t.Context().Err() == nil {
		pids, _, err := ledger.Users(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, pid := range pids {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			if err == nil && strings.Contains(string(status), ") T ") {
				return
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
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

func TestTheNextRunRemovesWhatARunLeftThatWasKilledInTheMiddleOfAFault(t *testing.T) {
	dir := visible(t)
	store := t.TempDir()
	run := start(t, store, "run", "--consensus", "local:postgres", "--time", "1m",
		"--faults", "pause postgres after 1ms for 1m", "--faults", "net hang every 1ms for 1m")
	awaitStopped(t, dir)
	if err := run.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	run.exitCode(t)
	if left, _, err := ledger.Users(dir); err != nil || len(left) == 0 {
		t.Errorf("nothing is left to be removed, %v", err)
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
	run := start(t, t.TempDir(), "run", "--json", "--consensus", "local:postgres", "--timeout", "200ms", "--time", "1h",
		"--faults", "pause postgres after 500ms for 1h")
	awaitStopped(t, dir)
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
