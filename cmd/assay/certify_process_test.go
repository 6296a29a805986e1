package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-dev/assay/results/certify/certificate"
)

// long is a suite of runs that nobody waits for.
const long = `suite: long
workloads: [{name: short, operations: 500}, {name: long, time: 10m}]
stores: [{name: log, object: consensus, url: "mem:"}]
`

func TestTheFirstInterruptEndsACertificationInOrder(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "long.yaml"), []byte(long), 0o644); err != nil {
		t.Fatal(err)
	}
	certify := start(t, dir, "certify", "long.yaml", "--dir", "kept", "--jobs", "2")
	certify.awaitProgress(t) // the short run has ended, and the long one has begun
	if err := certify.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := certify.exitCode(t); code != exitOpen {
		t.Errorf("exit code %d", code)
	}
	if out := certify.stdout.String(); !strings.Contains(out, "NOT CERTIFIED") || !strings.Contains(out, "1 run left of 2") {
		t.Errorf("it says\n%s", out)
	}
	c, err := certificate.Read(filepath.Join(dir, "kept", certificate.File))
	if err != nil || len(c.Runs) != 1 || len(c.Left) != 1 {
		t.Errorf("%v, %+v", err, c)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "kept", "runs", "log.long.*")); err != nil || len(left) > 0 {
		t.Errorf("of the interrupted run is left %q, %v", left, err)
	}
	verify := start(t, dir, "verify", "kept/certificate.json")
	if code := verify.exitCode(t); code != exitOpen {
		t.Errorf("verify: exit code %d", code)
	}
}

// ownServers is a suite of stores in this program and in processes of their own.
const ownServers = `suite: own
workloads: [{name: short, operations: 200}]
stores:
  - {name: memory, object: blob, url: "mem:"}
  - {name: file-process, object: blob, url: local:file}
  - {name: bolt, object: consensus, url: "bolt:"}
  - {name: bolt-process, object: consensus, url: local:bolt}
`

func TestACertificateTellsTheVersionOfEachStore(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "own.yaml"), []byte(ownServers), 0o644); err != nil {
		t.Fatal(err)
	}
	start(t, dir, "certify", "own.yaml", "--dir", "kept").exitCode(t)
	c, err := certificate.Read(filepath.Join(dir, "kept", certificate.File))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"memory": "part of assay", "file-process": "part of assay", "bolt": "bbolt v", "bolt-process": "bbolt v"}
	for _, s := range c.Stores {
		if len(s.Version) != 1 || !strings.HasPrefix(s.Version[0], want[s.Name]) {
			t.Errorf("store %s: version %q, want %q", s.Name, s.Version, want[s.Name])
		}
	}
}

func TestACertificationSaysWhatItRemovedOfAKilledRun(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	if err := os.WriteFile(filepath.Join(dir, "own.yaml"), []byte(ownServers), 0o644); err != nil {
		t.Fatal(err)
	}
	run := start(t, dir, "run", "--consensus", "local:bolt", "--time", "1m")
	run.awaitProgress(t)
	if err := run.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	run.exitCode(t)
	certify := start(t, dir, "certify", "own.yaml", "--dir", "kept", "--shard", "0/4")
	if want := fmt.Sprintf("removed what process %d left behind", run.Process.Pid); !certify.progress.Scan() || !strings.HasPrefix(certify.progress.Text(), want) {
		t.Errorf("it says %q first, want %q", certify.progress.Text(), want)
	}
	certify.exitCode(t)
}
