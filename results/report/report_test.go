package report_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/minimal"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/report"
	"github.com/assay-dev/assay/workload/history"
)

var update = flag.Bool("update", false, "write the golden files")

// evil is text that a page obeys if it does not escape it.
const evil = `</script><script>alert(1)</script>"'><img src=x onerror=alert(2)>` + "\u202e`"

// small is a history that breaks B1, in which everything that a store can say is evil.
func small() *history.History {
	op := func(process int, call, ret int64, a history.Action) history.Operation {
		return history.Operation{Process: process, Key: "k" + evil, Call: call * 1e6, Return: ret * 1e6, Action: a}
	}
	failed, lost := op(1, 40, 50, &history.Set{Value: "c", Size: 3}), op(2, 41, 0, &history.Set{Value: "d", Size: 4})
	failed.Outcome, failed.Error = history.Fail, "refused "+evil
	lost.Outcome, lost.Error, lost.Return = history.Info, "timeout "+evil, history.Never
	listing := op(0, 60, 70, &history.List{Prefix: evil, Entries: []location.BlobMetadata{}})
	listing.Key = ""
	h := &history.History{
		Header: history.Header{Assay: 1, Object: history.Blob},
		Operations: []history.Operation{
			op(0, 0, 10, &history.Set{Value: "a" + evil, Size: 1}),
			op(0, 20, 30, &history.Set{Value: "b", Size: 2}),
			op(1, 35, 38, &history.Get{Found: true, Value: "a" + evil, Size: 1}),
			failed, lost, listing,
			op(1, 80, 90, &history.Get{}),
		},
		Faults: []history.Fault{
			{Fault: "cut" + evil, Target: evil, Call: 15e6, Return: 25e6, Effect: evil},
			{Fault: "forever", Call: 60e6, Return: history.Never},
		},
	}
	for i := range h.Operations {
		h.Operations[i].Line = i + 2
	}
	return h
}

// reportOn checks h and reports on it.
func reportOn(t *testing.T, h *history.History) report.Report {
	t.Helper()
	found, err := checker.Check(t.Context(), h, checker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := report.Report{
		Result: results.NewResult(h, *found, nil), History: h,
		Run: results.Run{Command: "assay run --blob='" + evil + "'", Started: time.Date(2026, 11, 22, 13, 5, 9, 0, time.UTC)},
	}
	r.Result.Store, r.Result.History = "mem:"+evil, "history.jsonl"
	if found.Verdict == checker.Invalid {
		r.Counterexample, err = minimal.Find(t.Context(), h, nil, found.Violations)
		if err != nil && !errors.Is(err, minimal.ErrNone) {
			t.Fatal(err)
		}
	}
	return r
}

func page(t *testing.T, r report.Report) string {
	t.Helper()
	text, err := r.Page()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheFilesAreAsInTheGoldenFiles(t *testing.T) {
	r, dir := reportOn(t, small()), t.TempDir()
	// The argument is another package's to word.
	r.Result.Violations[0].Argument, r.Counterexample.Violation.Argument = "", "Let:\n"
	if err := r.Save(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{report.File, report.LatencyFile, report.RateFile} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s differs from %s (go test -update writes it): look at both in a browser", name, golden)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 3 {
		t.Errorf("the directory holds %v", left)
	}
}

// parse fails when text is not well-formed, and returns its elements by name. Scripts
// and style sheets are no markup.
func parse(t *testing.T, text string) map[string][]xml.StartElement {
	t.Helper()
	text = regexp.MustCompile(`(?s)(<script[^>]*>|<style>).*?(</script>|</style>)`).ReplaceAllString(text, "$1$2")
	for _, flag := range []string{"hidden", "open", "<!doctype html>"} {
		text = regexp.MustCompile(`( |^)`+flag+`([ >]|$)`).ReplaceAllString(text, "$2")
	}
	d := xml.NewDecoder(strings.NewReader(text))
	found := map[string][]xml.StartElement{}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			found[e.Name.Local] = append(found[e.Name.Local], e.Copy())
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func TestNothingThatAStoreSaysIsObeyed(t *testing.T) {
	text := page(t, reportOn(t, small()))
	found := parse(t, text)
	if n := len(found["script"]); n != 2 {
		t.Errorf("%d scripts, want the page's own and its data", n)
	}
	if len(found["img"]) > 0 || strings.Contains(text, "<img") {
		t.Error("what a store said became an element")
	}
	if strings.Contains(text, "\u202e`\"") {
		t.Error("a key turns the direction of the text around")
	}
	for _, elements := range found {
		for _, e := range elements {
			for _, a := range e.Attr {
				if strings.HasPrefix(a.Name.Local, "on") {
					t.Errorf("%s has the handler %s", e.Name.Local, a.Name.Local)
				}
			}
		}
	}
}

func TestThePageNeedsNothingButItself(t *testing.T) {
	text := page(t, reportOn(t, small()))
	for name, elements := range parse(t, text) {
		for _, e := range elements {
			if attribute(e, "src")+attribute(e, "href") != "" || name == "link" || name == "iframe" {
				t.Errorf("%v refers to something else", e)
			}
		}
	}
	for _, reference := range []string{"http://", "https://", "url(", "@import", "fetch("} {
		if strings.Contains(text, reference) {
			t.Errorf("the page has %s in it", reference)
		}
	}
}

func TestThePageTellsWhatWasFoundAndHowToSeeItAgain(t *testing.T) {
	r := reportOn(t, small())
	r.Run.Command = "assay run --seed=7"
	text := page(t, r)
	for _, want := range []string{
		"<h1>INVALID</h1>", "the strict contract", "assay run --seed=7", "assay check history.jsonl",
		"<b>B1</b>", "The minimal counterexample", "<td>2</td>", "prefers-color-scheme:dark", "width=device-width", "<noscript>",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %s", want)
		}
	}
}

// bars returns the operations in the drawing of the counterexample.
func bars(t *testing.T, text string) (all []xml.StartElement) {
	for _, e := range parse(t, text)["g"] {
		if strings.HasPrefix(attribute(e, "class"), "bar ") {
			all = append(all, e)
		}
	}
	return all
}

func TestEachOperationOfTheCounterexampleIsABarThatCanBeReachedByKeyboard(t *testing.T) {
	r := reportOn(t, small())
	found := bars(t, page(t, r))
	if len(found) != len(r.Counterexample.Operations) {
		t.Fatalf("%d bars for %d operations", len(found), len(r.Counterexample.Operations))
	}
	inForce := 0
	for _, e := range found {
		if attribute(e, "tabindex") != "0" || !strings.HasPrefix(attribute(e, "aria-label"), "line ") {
			t.Errorf("bar %v has no focus or no details", e.Attr)
		}
		if strings.Contains(attribute(e, "class"), "force") {
			inForce++
		}
	}
	if text := page(t, r); strings.Count(text, "<b>"+r.Counterexample.Violation.Clause+"</b>") != 2 {
		t.Error("the clause is not told with the violation and with its counterexample")
	}
	if inForce < 2 || inForce == len(found) && len(found) > 3 {
		t.Errorf("%d of %d bars are highlighted", inForce, len(found))
	}
}

func TestTheOperationsAtFaultStandInForACounterexample(t *testing.T) {
	r := reportOn(t, small())
	r.Counterexample = nil
	text := page(t, r)
	if !strings.Contains(text, "The operations at fault") || len(bars(t, text)) != len(r.Result.Violations[0].Lines) {
		t.Errorf("%d bars for the lines %v", len(bars(t, text)), r.Result.Violations[0].Lines)
	}
}

func TestAValidRunHasNoCounterexample(t *testing.T) {
	h := small()
	h.Operations = h.Operations[:2]
	text := page(t, reportOn(t, h))
	if !strings.Contains(text, "VALID") || strings.Contains(text, "What is wrong") || len(bars(t, text)) > 0 {
		t.Error("a valid run has a counterexample")
	}
}

func TestAVerdictUnderRelaxationsNamesThem(t *testing.T) {
	h := small()
	h.Operations = h.Operations[:2]
	r := reportOn(t, h)
	r.Result.Relaxations = location.Relaxations{location.RelaxDeleteSize}
	if text := page(t, r); !strings.Contains(text, "as the contract, relaxed by delete-size, demands") {
		t.Error("the verdict does not name the relaxation")
	}
}

func TestARunThatCouldNotBeCarriedOutHasAPageWithoutPlots(t *testing.T) {
	r := report.Report{Result: results.NotRunResult(results.Run{Object: history.Blob, Store: "mem:"}, "", errors.New("refused"))}
	text := page(t, r)
	if !strings.Contains(text, "NOT RUN") || !strings.Contains(text, "refused") || len(parse(t, text)["canvas"]) > 0 {
		t.Errorf("page:\n%s", text)
	}
}

// timelineOf returns the operations in the data of the page.
func timelineOf(t *testing.T, text string) (data struct {
	Span float64
	Ops  []struct {
		N    int
		F, T float64
		B    bool
	}
}) {
	t.Helper()
	_, rest, _ := strings.Cut(text, `id="data">`)
	source, _, _ := strings.Cut(rest, "</script>")
	if err := json.Unmarshal([]byte(source), &data); err != nil {
		t.Fatal(err)
	}
	return data
}

// long is a history of n operations that fill all that is bounded, with strange keys.
func long(n int) *history.History {
	h := &history.History{Header: history.Header{Assay: 1, Object: history.Blob}, Operations: make([]history.Operation, n)}
	actions := []history.Action{&history.Get{}, &history.Set{Value: evil}, &history.Delete{}, &history.Restore{}, &history.List{}}
	for i := range h.Operations {
		latency := int64(math.Pow(10, 2+float64(i*7919%9000)/1000))
		h.Operations[i] = history.Operation{
			Process: i / 100, Key: fmt.Sprint(evil, i), Call: int64(i) * 1e6, Return: int64(i)*1e6 + latency,
			Outcome: history.Outcome(i / 7 % 3), Action: actions[i%len(actions)], Line: i + 2,
		}
	}
	for i := range 10_000 {
		h.Faults = append(h.Faults, history.Fault{Fault: evil, Call: int64(i) * 1e7, Return: int64(i)*1e7 + 1e6, Effect: strings.Repeat(evil, 50)})
	}
	return h
}

// longReport is on a history in which everything that has a bound exceeds it.
func longReport(n int) report.Report {
	h := long(n)
	r := report.Report{History: h, Result: results.NewResult(h, checker.Result{Verdict: checker.Invalid}, nil)}
	for i := range 1000 {
		r.Result.Violations = append(r.Result.Violations, results.Violation{
			Key: strings.Repeat(evil, 100), Clause: "B1", Lines: []int{n - i, n/2 + i},
			Explanation: strings.Repeat(evil, 200), Argument: strings.Repeat(evil, 500),
		})
	}
	return r
}

func TestThePageOfALongRunIsSmall(t *testing.T) {
	text := page(t, longReport(300_000))
	if len(text) > 2<<20 {
		t.Errorf("the page has %d bytes", len(text))
	}
	blamed, operations := 0, timelineOf(t, text).Ops
	for _, op := range operations {
		if op.B {
			blamed++
		}
	}
	if len(operations) > 3000 || len(operations) < 1000 || blamed < 100 {
		t.Errorf("the timeline has %d operations, %d of them blamed", len(operations), blamed)
	}
}

func BenchmarkThePageOfAMillionOperations(b *testing.B) {
	r := longReport(1_000_000)
	for b.Loop() {
		text, err := r.Page()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(text)), "bytes")
	}
}

func TestTheTimelineHasWhatAFaultStruck(t *testing.T) {
	h := long(100_000)
	h.Faults = []history.Fault{{Fault: "cut", Call: 50_000*1e6 + 2, Return: history.Never}}
	for i := range h.Operations {
		h.Operations[i].Return = h.Operations[i].Call + 100
	}
	r := report.Report{History: h, Result: results.NewResult(h, checker.Result{Verdict: checker.Valid}, nil)}
	for _, op := range timelineOf(t, page(t, r)).Ops {
		if op.N == 50_002 {
			return
		}
	}
	t.Error("the operation in flight when the fault began is not there")
}

func TestTimesAtTheEndsOfTimeAreDrawn(t *testing.T) {
	for name, times := range map[string][2]int64{
		"nothing takes time": {0, 0},
		"all of time":        {math.MinInt64, math.MaxInt64 - 1},
		"never":              {5, history.Never},
		"before the start":   {-10, -5},
	} {
		h := small()
		for i := range h.Operations {
			h.Operations[i].Call, h.Operations[i].Return = times[0], times[1]
		}
		h.Faults[0].Call, h.Faults[0].Return = math.MinInt64, math.MaxInt64
		r := report.Report{History: h, Result: results.NewResult(h, checker.Result{Verdict: checker.Invalid}, nil)}
		r.Result.Violations = []results.Violation{{Lines: []int{2, 3, 4}}}
		dir := t.TempDir()
		if err := r.Save(dir); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, file := range []string{report.File, report.LatencyFile, report.RateFile} {
			text, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil || strings.Contains(string(text), "NaN") || strings.Contains(string(text), "Inf") {
				t.Errorf("%s: %s cannot be read or has numbers that are none: %v", name, file, err)
			}
			parse(t, string(text))
		}
	}
}

func TestWhatCannotBeWrittenIsAnErrorThatNamesTheFile(t *testing.T) {
	r, dir := reportOn(t, small()), t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, report.File), 0o755); err != nil {
		t.Fatal(err)
	}
	err := r.Save(dir)
	if err == nil || !strings.Contains(err.Error(), report.File) {
		t.Errorf("error %v does not name the file", err)
	}
	if _, err := os.Stat(filepath.Join(dir, report.RateFile)); err != nil {
		t.Errorf("the other files are missing: %v", err)
	}
}
