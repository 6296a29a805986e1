package zoo

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/backends/defective"
	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/workload/history"
)

func TestABugIsFoundByWhatCanSeeIt(t *testing.T) {
	spec := Spec{Seeds: 2, Limit: time.Minute, Only: []string{"timeout-by-text", "lagging-replica", "unsynced-deletes", "zero-is-illegal"}}
	var news []string
	report, err := Run(t.Context(), spec, func(line string) { news = append(news, line) })
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Bugs) != 5 || len(news) != 5 || len(report.Correct) != 0 {
		t.Fatalf("found %+v, news %q", report, news)
	}
	for _, b := range report.Bugs {
		bySuite := b.Name == "timeout-by-text"
		switch {
		case b.Missed():
			t.Errorf("%s is missed: %+v", b.Name, b)
		case bySuite && (b.Found != 0 || !slices.Contains(b.Suite, b.Clause)):
			t.Errorf("%s is for the suite, found %+v", b.Name, b)
		case !bySuite && (b.Found != 2 || b.Operations.Median == 0 || b.Time.P95 <= 0 || len(b.By) == 0 || len(b.Named) == 0):
			t.Errorf("%s: %+v", b.Name, b)
		case b.Name == "zero-is-illegal" && b.Named[insufficient] != 2:
			t.Errorf("%s breaks no order, and its runs do not pass: %+v", b.Name, b)
		}
	}
	var table strings.Builder
	if err := report.WriteTable(&table); err != nil || !strings.Contains(table.String(), "| consensus lagging-replica ") || !strings.Contains(table.String(), "5 bugs, 2 seeds each, at most 1m0s a seed") {
		t.Errorf("%v\n%s", err, &table)
	}
	var again Report
	if text, err := json.Marshal(report); err != nil || json.Unmarshal(text, &again) != nil || len(again.Bugs) != 5 || again.Bugs[0].Clause != report.Bugs[0].Clause {
		t.Errorf("read back %+v", again)
	}
}

func TestACorrectStoreRaisesNoAlarm(t *testing.T) {
	for _, object := range []defective.Object{defective.OfConsensus, defective.OfBlob} {
		c, err := alarms(t.Context(), object, Spec{Seeds: 1, Limit: time.Minute})
		if err != nil || c.Runs != correctFactor || c.Operations < correctFactor*correctRun || c.Alarms != 0 || c.Open != 0 {
			t.Errorf("%+v, %v", c, err)
		}
	}
}

func TestABugThatNobodyKnowsIsRefusedWithTheKnownOnes(t *testing.T) {
	_, err := Run(t.Context(), Spec{Seeds: 1, Limit: time.Minute, Only: []string{"check-then-act", "unicorn"}}, func(string) {})
	if err == nil || !strings.Contains(err.Error(), `"unicorn"`) || !strings.Contains(err.Error(), "set-in-halves") {
		t.Errorf("error %v", err)
	}
}

func TestTheViolationThatWasCompleteFirstCounts(t *testing.T) {
	h := &history.History{Operations: []history.Operation{
		{Line: 2, Call: 0, Return: 10}, {Line: 3, Call: 5, Return: 50}, {Line: 4, Call: 20, Return: 30},
		{Line: 5, Call: 31, Return: history.Never, Outcome: history.Info}, {Line: 6, Call: 60, Return: 70},
	}}
	for _, c := range []struct {
		violations []checker.Violation
		clause     string
		operations int
	}{
		{nil, "", 0},
		{[]checker.Violation{{Clause: "C6", Lines: []int{2, 6}}, {Clause: "C7", Lines: []int{2, 4}}}, "C7", 3},
		{[]checker.Violation{{Clause: "C7", Lines: []int{2, 4}}, {Clause: "C6", Lines: []int{2, 6}}}, "C7", 3},
		{[]checker.Violation{{Clause: "C2", Lines: []int{4, 5}}}, "C2", 4},
	} {
		if clause, operations := earliest(h, c.violations); clause != c.clause || c.clause != "" && operations != c.operations {
			t.Errorf("%v: %s after %d operations, want %s after %d", c.violations, clause, operations, c.clause, c.operations)
		}
	}
}

func TestARegressionIsWhatIsWorseThanBefore(t *testing.T) {
	bug := func(found int, operations float64) Bug {
		return Bug{Name: "b", Sees: string(defective.InTime), Tried: 20, Found: found, Operations: Spread{Median: operations}}
	}
	known := func(b Bug) Bug {
		b.Sees, b.Suite = string(defective.InSequence), []string{"C2"}
		return b
	}
	for _, c := range []struct {
		name        string
		before, now Bug
		want        string
	}{
		{"the same", bug(20, 2000), bug(20, 2000), ""},
		{"three times as many", bug(20, 2000), bug(20, 6000), ""},
		{"more than that", bug(20, 2000), bug(20, 6001), "takes 6001 operations"},
		{"a few in place of very few", bug(20, 10), bug(20, 3000), ""},
		{"missed once", bug(20, 2000), bug(19, 2000), "is missed: found 19 of 20"},
		{"still found by the suite", known(bug(0, 0)), known(bug(0, 0)), ""},
		{"now found by the suite alone", known(bug(20, 500)), known(bug(0, 0)), "not found by the workload any more"},
		{"new", Bug{Name: "other"}, bug(20, 90000), ""},
	} {
		worse := Report{Bugs: []Bug{c.now}}.Regressions(Report{Bugs: []Bug{c.before}})
		if (c.want == "") != (len(worse) == 0) || !strings.Contains(strings.Join(worse, "; "), c.want) {
			t.Errorf("%s: %q, want %q", c.name, worse, c.want)
		}
	}
	alarm := Report{Correct: []Correct{{Object: "blob", Runs: 200, Alarms: 1}}}
	if worse := alarm.Regressions(Report{}); len(worse) != 1 {
		t.Errorf("a false alarm is no regression: %q", worse)
	}
}

func TestTheDocumentationAndTheNumbersHaveEveryBug(t *testing.T) {
	page, err := os.ReadFile("../../docs/zoo.md")
	if err != nil {
		t.Fatal(err)
	}
	numbers, err := os.ReadFile("../../.ci/zoo.json")
	if err != nil {
		t.Fatal(err)
	}
	var report Report
	if err := json.Unmarshal(numbers, &report); err != nil {
		t.Fatal(err)
	}
	for _, d := range defective.All() {
		if n := strings.Count(string(page), "\n| "+string(d.Object)+" "+d.Name+" "); n != 2 {
			t.Errorf("docs/zoo.md has %d rows of %s %s, want 2: .ci/zoo write", n, d.Object, d.Name)
		}
		if !slices.ContainsFunc(report.Bugs, func(b Bug) bool { return b.Name == d.Name && b.Object == string(d.Object) }) {
			t.Errorf(".ci/zoo.json lacks %s %s: .ci/zoo write", d.Object, d.Name)
		}
	}
}
