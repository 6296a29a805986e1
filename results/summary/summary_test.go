package summary_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/summary"
	"github.com/assay-dev/assay/workload/history"
)

var update = flag.Bool("update", false, "write the golden files")

// evil ends whatever it stands in, if it can.
const evil = "``` | <script>alert(1)</script>\n```\n# a title\n`"

func all() []results.Result {
	seed := uint64(7)
	violation := results.Violation{Key: evil, Clause: "B1", Explanation: "key " + evil, Argument: "Let:\n  A be\n"}
	undecided := results.UndecidedKey{Key: "k", Reason: evil}
	return []results.Result{
		{Verdict: checker.Valid, Object: history.Consensus, Store: "mem:", Operations: 20000, Seed: &seed, Faults: []string{"unreliable=0.1", "cut"},
			Relaxations: location.Relaxations{location.RelaxStaleHead, location.RelaxTruncateCount}, Outcomes: results.Outcomes{Ok: 19000, Fail: 900, Info: 100}},
		{Verdict: checker.Invalid, Object: history.Blob, Store: evil, History: "history.jsonl",
			Violations: []results.Violation{violation, violation, violation, violation, violation}},
		{Verdict: checker.Undecided, Object: history.Blob, History: "other.jsonl", Undecided: []results.UndecidedKey{undecided, undecided, undecided, undecided}},
		{Verdict: results.NotRun, Object: history.Blob, Reason: evil},
	}
}

func text(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	if err := summary.Write(&b, all()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheTextIsAsInTheGoldenFile(t *testing.T) {
	got := text(t)
	const golden = "testdata/summary.md"
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

// outside returns the lines that stand in no block of code.
func outside(text string) (lines []string) {
	fence := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence == "" && len(ticks) >= 3 && ticks == line:
			fence = ticks
		case fence != "" && ticks == line && len(ticks) >= len(fence):
			fence = ""
		case fence == "":
			lines = append(lines, line)
		}
	}
	return lines
}

func TestNothingThatAStoreSaysIsMarkup(t *testing.T) {
	rows := 0
	for _, line := range outside(text(t)) {
		if strings.HasPrefix(line, "# ") {
			t.Errorf("a title of the store's: %q", line)
		}
		if i := strings.Index(line, "<script>"); i >= 0 && strings.Count(line[:i], "```` ") != 1 {
			t.Errorf("markup outside of code: %q", line)
		}
		if strings.HasPrefix(line, "|") {
			rows++
			if cells := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"); cells != 11 {
				t.Errorf("%d cells in %q", cells-1, line)
			}
		}
	}
	if rows != 2+len(all()) {
		t.Errorf("the table has %d rows", rows)
	}
}
