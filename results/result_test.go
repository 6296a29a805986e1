package results_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload/history"
)

// stale is a history of a Consensus whose last head is stale, and what a check finds.
func stale(t *testing.T) (*history.History, checker.Result) {
	t.Helper()
	run, err := json.Marshal(results.Run{Object: history.Consensus, Store: "bolt:///x", Seed: 7, Clients: 2, Keys: 1, Faults: []string{"unreliable=0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	h := &history.History{
		Header: history.Header{Object: history.Consensus, Run: run},
		Operations: []history.Operation{
			{Process: 0, Key: "k", Call: 0, Return: 10, Action: &history.CompareAndSet{New: history.Version{SeqNo: 1, Value: "a"}, Committed: true}, Line: 2},
			{Process: 0, Key: "k", Call: 20, Return: history.Never, Outcome: history.Info, Error: "timeout", Action: &history.Head{}, Line: 3},
			{Process: 1, Key: "k", Call: 30, Return: 2e9, Action: &history.Head{}, Line: 4},
			{Process: 2, Key: "k", Call: 30, Return: 40, Outcome: history.Fail, Error: "determinate: lost", Action: &history.Head{}, Line: 5},
		},
	}
	return h, checker.Result{
		Verdict:    checker.Invalid,
		Violations: []checker.Violation{{Key: "k", Clause: "C6", Lines: []int{2, 4}, Explanation: `key "k": v1 was committed and then not seen.`}},
	}
}

func TestAResultCountsWhatTheHistoryHolds(t *testing.T) {
	h, found := stale(t)
	r := results.NewResult(h, found, location.Relaxations{location.RelaxStaleHead})
	if want := (results.Outcomes{Ok: 2, Fail: 1, Info: 1}); r.Outcomes != want || r.Operations != 4 {
		t.Errorf("%d operations, outcomes %v, want 4, %v", r.Operations, r.Outcomes, want)
	}
	if r.RunSeconds != 2 {
		t.Errorf("the run took %v s, want 2", r.RunSeconds)
	}
	if r.Seed == nil || *r.Seed != 7 || r.Store != "bolt:///x" || !slices.Equal(r.Faults, []string{"unreliable=0.1"}) {
		t.Errorf("the run is not described: %+v", r)
	}
}

func TestTheRunOfAnotherProgramIsLeftAlone(t *testing.T) {
	h, found := stale(t)
	h.Header.Run = json.RawMessage(`{"seed":"not a number","store":["x"]}`)
	if r := results.NewResult(h, found, nil); r.Seed != nil || r.Store != "" {
		t.Errorf("a foreign run field is taken over: %+v", r)
	}
}

func TestNothingAnsweredIsInsufficient(t *testing.T) {
	h, _ := stale(t)
	h.Operations = h.Operations[1:2]
	if r := results.NewResult(h, checker.Result{Verdict: checker.Valid}, nil); r.Verdict != checker.Insufficient || r.Reason == "" {
		t.Errorf("verdict %s, reason %q", r.Verdict, r.Reason)
	}
	h.Header.Run = nil
	if r := results.NewResult(h, checker.Result{Verdict: checker.Valid}, nil); r.Verdict != checker.Valid {
		t.Errorf("a bare history is %s, want valid: it is judged on the order alone", r.Verdict)
	}
}

func TestTheJSONOfAResultHasEveryFieldEvenWhenEmpty(t *testing.T) {
	text, err := json.Marshal(results.NewResult(&history.History{}, checker.Result{Verdict: checker.Valid}, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"verdict":"valid"`, `"outcomes":{"ok":0,"fail":0,"info":0}`, `"seed":null`, `"dir":""`,
		`"check_seconds":0`, `"violations":[]`, `"undecided":[]`, `"relaxations":[]`, `"faults":[]`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
}

func TestTheTextSaysWhatAPersonNeeds(t *testing.T) {
	h, found := stale(t)
	r := results.NewResult(h, found, location.Relaxations{location.RelaxTruncateCount})
	r.Dir, r.History, r.CheckSeconds = "store/bolt/1", "store/bolt/1/history.jsonl.zst", 0.0125
	const want = `consensus     INVALID · bolt:///x · relaxed: truncate-count
  operations  4: 2 ok, 1 fail, 1 info
  run         2s, 2 clients on 1 keys, 2 operations/s, faults unreliable=0.1
  conflicts   0 mismatches, 0 overwrites, 0 overlapping writes
  in calm     2 of 4 operations answered while nothing was broken
  seed        7
  directory   store/bolt/1
  check       12.5ms of store/bolt/1/history.jsonl.zst
  violation   C6: key "k": v1 was committed and then not seen.
  see again   assay check --relax truncate-count store/bolt/1
`
	if got := text(t, r); got != want {
		t.Errorf("text:\n%swant:\n%s", got, want)
	}
}

func TestTheTextOfARunThatDidNotHappenSaysWhy(t *testing.T) {
	r := results.NotRunResult(results.Run{Object: history.Blob, Store: "s3://b", Seed: 3}, "store/s3/1", errors.Join(os.ErrDeadlineExceeded, os.ErrClosed))
	const want = `blob          NOT RUN · s3://b · i/o timeout file already closed
  seed        3
  directory   store/s3/1
`
	if got := text(t, r); got != want {
		t.Errorf("text:\n%swant:\n%s", got, want)
	}
}

func TestTheTextListsAFewOfManyViolations(t *testing.T) {
	h, found := stale(t)
	for range 9 {
		found.Violations = append(found.Violations, found.Violations[0])
	}
	got := text(t, results.NewResult(h, found, nil))
	if n := strings.Count(got, "violation   C6"); n != 3 || !strings.Contains(got, "and 7 more") {
		t.Errorf("%d of 10 violations are listed:\n%s", n, got)
	}
}

func text(t *testing.T, r results.Result) string {
	t.Helper()
	var b strings.Builder
	if err := r.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAFailedWriteNamesTheFile(t *testing.T) {
	h, found := stale(t)
	r := results.NewResult(h, found, nil)
	r.Dir = filepath.Join(t.TempDir(), "missing")
	for file, err := range map[string]error{
		results.ResultFile: r.Save(),
		results.RunFile:    results.Run{}.Save(r.Dir),
	} {
		if err == nil || !strings.Contains(err.Error(), filepath.Join(r.Dir, file)) {
			t.Errorf("error %v does not name %s", err, file)
		}
	}
}

func TestTheRecordOfARunNamesTheVersions(t *testing.T) {
	v := results.CurrentVersions()
	if v.Assay == "" || !strings.HasPrefix(v.Go, "go") || !strings.Contains(v.OS, "/") {
		t.Errorf("versions %+v", v)
	}
}

func TestAShellSplitsACommandLineIntoItsArguments(t *testing.T) {
	args := []string{"", "plain", "two words", "it's", `"quoted"`, "$HOME", "a\nb", "--faults=unreliable=0.1,x", "postgres://me@host/db?a=1&b=2", "*", "~"}
	script := `for a in "$@"; do printf '%s\0' "$a"; done`
	out, err := exec.Command("sh", "-c", "set -- "+results.CommandLine(args)+"; "+script).Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Join(args, "\x00") + "\x00"; string(out) != want {
		t.Errorf("the shell sees %q, want %q", out, want)
	}
}
