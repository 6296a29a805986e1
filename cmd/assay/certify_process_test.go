package main

import (
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
