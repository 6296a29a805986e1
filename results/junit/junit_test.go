package junit_test

import (
	"encoding/xml"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/junit"
	"github.com/assay-dev/assay/workload/history"
)

var update = flag.Bool("update", false, "write the golden files")

const evil = "]]></failure><evil/> \x00 \" & \ufffe"

var run = results.Run{Command: "assay run --seed=7", Started: time.Date(2026, 11, 22, 13, 5, 9, 0, time.UTC)}

func result(verdict checker.Verdict) results.Result {
	seed := uint64(7)
	r := results.Result{
		Verdict: verdict, Object: history.Blob, Store: "mem:" + evil, Operations: 1000, Seed: &seed, Faults: []string{"unreliable=0.1"},
		Relaxations: location.Relaxations{location.RelaxDeleteSize}, Dir: "store/mem/now", History: "history", RunSeconds: 1.25, CheckSeconds: 0.25,
	}
	switch verdict {
	case checker.Invalid:
		r.Violations = []results.Violation{
			{Key: evil, Clause: "B1", Explanation: "key " + evil + " is stale", Argument: "Let:\n  A be\n"},
			{Key: "b", Clause: "B9", Explanation: "a clause of the future"},
		}
	case checker.Undecided:
		r.Undecided = []results.UndecidedKey{{Key: evil, Reason: "it took too long"}}
	case checker.Insufficient, results.NotRun:
		r.Reason = "too little " + evil
	}
	return r
}

// suites is what is read back.
type suites struct {
	Suites []struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Name    string    `xml:"name,attr"`
			Failure *string   `xml:"failure"`
			Error   *string   `xml:"error"`
			Skipped *struct{} `xml:"skipped"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

func write(t *testing.T, all ...results.Result) (text string, back suites) {
	t.Helper()
	var b strings.Builder
	if err := junit.Write(&b, run, all...); err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal([]byte(b.String()), &back); err != nil {
		t.Fatalf("%v in:\n%s", err, b.String())
	}
	return b.String(), back
}

func TestTheFileIsAsInTheGoldenFile(t *testing.T) {
	got, _ := write(t, result(checker.Invalid), result(checker.Insufficient))
	const golden = "testdata/junit.xml"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant (go test -update writes it):\n%s", got, want)
	}
}

func TestEachVerdictHasItsPlace(t *testing.T) {
	for _, test := range []struct {
		verdict                   checker.Verdict
		failures, errors, skipped int
	}{
		{checker.Valid, 0, 0, 0},
		{checker.Invalid, 2, 0, 0},
		{checker.Undecided, 0, 1, 5},
		{checker.Insufficient, 0, 1, 5},
		{results.NotRun, 0, 1, 5},
	} {
		_, back := write(t, result(test.verdict))
		s := back.Suites[0]
		if s.Failures != test.failures || s.Errors != test.errors || s.Skipped != test.skipped || s.Tests != len(s.Cases) {
			t.Errorf("%s: %+v, want %+v", test.verdict, s, test)
		}
	}
}

func TestTheExplanationIsTheTextOfTheFailure(t *testing.T) {
	text, back := write(t, result(checker.Invalid))
	for _, c := range back.Suites[0].Cases {
		if !strings.HasPrefix(c.Name, "B1") {
			continue
		}
		if c.Failure == nil || !strings.Contains(*c.Failure, "is stale") || !strings.Contains(*c.Failure, "A be") || !strings.Contains(*c.Failure, "assay check") {
			t.Errorf("failure %v", c.Failure)
		}
	}
	if strings.Contains(text, "<evil") {
		t.Error("what a store said became an element")
	}
}
