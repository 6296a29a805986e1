package main

import (
	"os"
	"strings"
	"testing"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/serverstest"
)

func TestOperationsOfAStoreThatFallsSilentTimeOutAndTheRunEndsOnTime(t *testing.T) {
	_, err := servers.PostgresBinaries()
	serverstest.Check(t, "postgres", err)
	dir := t.TempDir()
	run := start(t, dir, "run", "--json", "--consensus", "local:postgres?fsync=off", "--timeout", "200ms", "--time", "2s",
		"--faults", "net hang clients after 500ms for 1h")
	if code := run.exitCode(t); code != exitValid {
		t.Errorf("exit code %d", code)
	}
	r := decode(t, run.stdout.Bytes())[0]
	if r.Outcomes.Ok == 0 || r.Outcomes.Info == 0 || r.Evidence.Healed.Answered == 0 {
		t.Errorf("outcomes %+v, after healing %+v", r.Outcomes, r.Evidence.Healed)
	}
}

func TestWhatWasRecordedBeforeTheDiskWasFullCanBeChecked(t *testing.T) {
	dir := t.TempDir()
	if err := mountSmall(dir); err != nil {
		t.Skipf("a file system that is soon full: %v", err)
	}
	t.Cleanup(func() {
		if err := unmount(dir); err != nil {
			t.Error(err)
		}
	})
	run := start(t, dir, "run", "--json", "--consensus", "mem:", "--time", "10m")
	if code := run.exitCode(t); code != exitNotRun {
		t.Errorf("exit code %d", code)
	}
	r := decode(t, run.stdout.Bytes())[0]
	if strings.Count(r.Reason, "no space left on device") != 1 || !strings.Contains(r.Reason, "history.jsonl.zst") {
		t.Errorf("the reason is %q", r.Reason)
	}
	if r.Operations == 0 || r.Damage == "" {
		t.Errorf("%d operations were checked, damage %q", r.Operations, r.Damage)
	}
	// Room for what the check leaves.
	if err := os.Remove(dir + "/ballast"); err != nil {
		t.Fatal(err)
	}
	check := start(t, dir, "check", "--json", "store/latest")
	if code := check.exitCode(t); code != exitValid {
		t.Errorf("check: exit code %d", code)
	}
}
