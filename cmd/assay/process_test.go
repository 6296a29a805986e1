package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-dev/assay/results"
)

// A process is a real assay process, in a directory of its own.
type process struct {
	*exec.Cmd
	progress *bufio.Scanner // its standard error
	stdout   bytes.Buffer
}

func start(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.CommandContext(t.Context(), os.Args[0], args...)}
	p.Args[0] = "assay" // what TestMain goes by
	p.Dir = dir
	p.Stdout = &p.stdout
	stderr, err := p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.progress = bufio.NewScanner(stderr)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// awaitProgress waits for the first line of progress: by then, some seconds into the
// run, operations were recorded and flushed.
func (p *process) awaitProgress(t *testing.T) {
	t.Helper()
	if !p.progress.Scan() {
		t.Fatalf("no progress: %v, %v", p.progress.Err(), p.Wait())
	}
}

// exitCode waits for the end of the process; -1 when a signal ended it.
func (p *process) exitCode(t *testing.T) int {
	t.Helper()
	for p.progress.Scan() {
		t.Log(p.progress.Text())
	}
	var exit *exec.ExitError
	if err := p.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.ProcessState.ExitCode()
}

// decode returns the JSON objects of text, which must be nothing else.
func decode(t *testing.T, text []byte) []results.Result {
	t.Helper()
	var all []results.Result
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	for {
		var r results.Result
		err := decoder.Decode(&r)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		all = append(all, r)
	}
}

func TestTheJSONOutputIsOneObjectPerRun(t *testing.T) {
	dir := t.TempDir()
	run := start(t, dir, "run", "--json", "--ops", "300", "--seed", "5")
	if code := run.exitCode(t); code != exitValid {
		t.Fatalf("exit code %d", code)
	}
	check := start(t, dir, "check", "--json", "store/latest")
	if code := check.exitCode(t); code != exitValid {
		t.Fatalf("exit code %d", code)
	}
	ran, checked := decode(t, run.stdout.Bytes()), decode(t, check.stdout.Bytes())
	if len(ran) != 2 || len(checked) != 2 {
		t.Fatalf("run printed %d objects, check %d, want 2", len(ran), len(checked))
	}
	for i, r := range ran {
		if r.Operations < 300 || r.Outcomes.Ok == 0 || r.Seed == nil || *r.Seed != 5 || r.CheckSeconds <= 0 || r.Dir == "" {
			t.Errorf("run: %+v", r)
		}
		// The check says the same, but for the time that it took and the way there.
		c := checked[i]
		c.CheckSeconds, c.History, c.Dir = r.CheckSeconds, r.History, r.Dir
		if got, want := marshal(t, c), marshal(t, r); got != want {
			t.Errorf("check prints\n%s\nrun printed\n%s", got, want)
		}
		saved, err := os.ReadFile(filepath.Join(dir, r.Dir, results.ResultFile))
		if err != nil {
			t.Fatal(err)
		}
		if got := marshal(t, decode(t, saved)[0]); got != marshal(t, r) {
			t.Errorf("results.json is\n%s\nprinted was\n%s", got, marshal(t, r))
		}
	}
}

func marshal(t *testing.T, r results.Result) string {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAKilledRunCanStillBeChecked(t *testing.T) {
	dir := t.TempDir()
	run := start(t, dir, "run", "--time", "1m", "--clients", "2")
	run.awaitProgress(t)
	if err := run.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	run.exitCode(t)
	check := start(t, dir, "check", "--json", "store/latest")
	if code := check.exitCode(t); code != exitValid {
		t.Fatalf("exit code %d", code)
	}
	r := decode(t, check.stdout.Bytes())[0]
	if r.Operations == 0 || r.Damage == "" {
		t.Errorf("%d operations are left, damage %q", r.Operations, r.Damage)
	}
}

func TestTheFirstInterruptEndsTheRunAndChecksIt(t *testing.T) {
	dir := t.TempDir()
	run := start(t, dir, "run", "--time", "1m", "--clients", "2")
	run.awaitProgress(t)
	if err := run.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := run.exitCode(t); code != exitValid {
		t.Errorf("exit code %d, want that of the verdict", code)
	}
	out := run.stdout.String()
	if !strings.Contains(out, "VALID") || !strings.Contains(out, "stopped early") || strings.Contains(out, "blob") {
		t.Errorf("want the verdict on the store under way and no other:\n%s", out)
	}
	check := start(t, dir, "check", "--json", "store/latest")
	if code := check.exitCode(t); code != exitValid {
		t.Errorf("check: exit code %d", code)
	}
	if r := decode(t, check.stdout.Bytes())[0]; r.Damage != "" || r.Operations == 0 {
		t.Errorf("%d operations, damage %q: want a whole file", r.Operations, r.Damage)
	}
}
