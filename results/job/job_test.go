package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/faults"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/job"
	"github.com/assay-dev/assay/results/report"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// small is a quick run on stores in memory.
func small(t *testing.T) job.Spec {
	return job.Spec{
		Targets: []job.Target{{history.Consensus, "mem:"}, {history.Blob, "mem:"}},
		Clients: 3, Keys: 3, Ops: 200, Seed: 1, Name: "test", Store: filepath.Join(t.TempDir(), "store"), Command: "assay run",
	}
}

// run carries spec out and returns the results.
func run(t *testing.T, ctx context.Context, spec job.Spec) []results.Result {
	t.Helper()
	var all []results.Result
	err := job.Run(ctx, spec, quiet(t), func(r results.Result) { all = append(all, r) })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// plan is what --faults asks for.
func plan(t *testing.T, specs ...string) faults.Plan {
	t.Helper()
	plan, err := faults.Parse(specs)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func quiet(t *testing.T) workload.Progress { return workload.Progress{To: t.Output()} }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestTwoTargetsShareADirectoryAndOneHasItForItself(t *testing.T) {
	spec := small(t)
	both := run(t, t.Context(), spec)
	if len(both) != 2 || filepath.Base(both[0].Dir) != "consensus" || filepath.Base(both[1].Dir) != "blob" ||
		filepath.Dir(both[0].Dir) != filepath.Dir(both[1].Dir) {
		t.Errorf("results %+v", both)
	}
	spec.Targets = spec.Targets[1:]
	one := run(t, t.Context(), spec)
	if len(one) != 1 || one[0].Object != history.Blob || filepath.Base(filepath.Dir(one[0].Dir)) != "test" {
		t.Errorf("results %+v", one)
	}
}

func TestTheHeaderRepeatsTheRecordOfTheRun(t *testing.T) {
	r := run(t, t.Context(), small(t))[0]
	_, h, err := job.Check(t.Context(), r.History, job.CheckOptions{})
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(r.Dir, results.RunFile))
	if err != nil {
		t.Fatal(err)
	}
	var record, header map[string]any
	if err := errors.Join(json.Unmarshal(content, &record), json.Unmarshal(h.Header.Run, &header)); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"seed", "clients", "keys", "operations", "store", "key_prefix", "command", "versions", "started"} {
		if record[key] == nil {
			t.Errorf("run.json lacks %s", key)
		}
	}
	if a, b := asText(t, record), asText(t, header); a != b {
		t.Errorf("run.json is\n%s\nthe header's run is\n%s", a, b)
	}
}

func asText(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEveryKeyOfARunBeginsWithItsPrefix(t *testing.T) {
	spec := small(t)
	prefixes := map[string]bool{}
	for range 2 {
		r := run(t, t.Context(), spec)[0]
		_, h, err := job.Check(t.Context(), r.History, job.CheckOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var record results.Run
		if err := json.Unmarshal(h.Header.Run, &record); err != nil {
			t.Fatal(err)
		}
		prefixes[record.KeyPrefix] = true
		for _, op := range h.Operations {
			if op.Key != "" && !strings.HasPrefix(op.Key, record.KeyPrefix) {
				t.Fatalf("key %q does not begin with %q", op.Key, record.KeyPrefix)
			}
		}
	}
	if len(prefixes) != 2 {
		t.Errorf("two runs have the prefixes %v: one would see the other's keys", prefixes)
	}
}

func TestFaultsHappenAndAreHealedBeforeTheEnd(t *testing.T) {
	spec := small(t)
	spec.Ops, spec.Faults = 1000, plan(t, "unreliable=0.3")
	for _, r := range run(t, t.Context(), spec) {
		if r.Verdict != checker.Valid || r.Outcomes.Ok == 0 || r.Outcomes.Fail == 0 || r.Outcomes.Info == 0 {
			t.Errorf("%s is %s with outcomes %+v", r.Object, r.Verdict, r.Outcomes)
		}
	}
}

func TestAStoreOutOfReachIsARunThatWasNotCarriedOut(t *testing.T) {
	spec := small(t)
	occupied := filepath.Join(t.TempDir(), "occupied")
	if err := os.WriteFile(occupied, []byte("no directory"), 0o644); err != nil {
		t.Fatal(err)
	}
	spec.Targets[1].URL = "file://" + occupied
	all := run(t, t.Context(), spec)
	if len(all) != 2 || all[0].Verdict != checker.Valid || all[1].Verdict != results.NotRun || all[1].Reason == "" {
		t.Fatalf("results %+v", all)
	}
	if dir := all[1].Dir; !exists(filepath.Join(dir, results.ResultFile)) || exists(filepath.Join(dir, results.HistoryFile)) {
		t.Errorf("%s does not hold the result alone", dir)
	}
}

func TestAURLThatCannotBeRightLeavesNothingBehind(t *testing.T) {
	spec := small(t)
	spec.Targets[1].URL = "gopher:hole"
	err := job.Run(t.Context(), spec, quiet(t), func(results.Result) { t.Error("there is a result") })
	if !errors.Is(err, location.ErrInvalidArgument) || !strings.HasPrefix(err.Error(), "blob: ") {
		t.Errorf("error %v", err)
	}
	if exists(spec.Store) {
		t.Error("a directory is left")
	}
}

func TestARunThatIsInterruptedBeforeItBeginsSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	spec := small(t)
	err := job.Run(ctx, spec, quiet(t), func(results.Result) { t.Error("there is a result") })
	if err == nil || !strings.Contains(err.Error(), "interrupted") || exists(spec.Store) {
		t.Errorf("error %v", err)
	}
}

func TestACheckBeginsAndEndsWithACall(t *testing.T) {
	spec := small(t)
	reported := func(path string) bool { return exists(filepath.Join(filepath.Dir(path), report.File)) }
	checked := 0
	spec.BeforeCheck = func(path string) func() {
		if !exists(path) || reported(path) {
			t.Errorf("called before %s is there, or after its check", path)
		}
		return func() {
			if checked++; !reported(path) {
				t.Errorf("called again before the check of %s is over", path)
			}
		}
	}
	if run(t, t.Context(), spec); checked != len(spec.Targets) {
		t.Errorf("%d calls for %d checks", checked, len(spec.Targets))
	}
}

// A writer calls back when progress is written.
type writer func()

func (w writer) Write(p []byte) (int, error) { w(); return len(p), nil }

func TestAnInterruptedRunIsCheckedAndNoOtherBegins(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	spec := small(t)
	spec.Ops = 0 // without an end of its own
	var all []results.Result
	progress := workload.Progress{To: writer(cancel), Terminal: true}
	if err := job.Run(ctx, spec, progress, func(r results.Result) { all = append(all, r) }); err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || all[0].Object != history.Consensus || !all[0].Interrupted || all[0].Verdict != checker.Valid || all[0].Damage != "" {
		t.Errorf("results %+v", all)
	}
}

func TestAVerdictIsReportedThoughItCannotBeWritten(t *testing.T) {
	spec := small(t)
	spec.Targets = []job.Target{{history.Blob, "defective:first-value-stays"}}
	inTheWay := func() { // where the results belong
		for _, file := range []string{results.ResultFile, results.CounterexampleFile} {
			_ = os.Mkdir(filepath.Join(spec.Store, results.Latest, file), 0o755)
		}
	}
	var all []results.Result
	err := job.Run(t.Context(), spec, workload.Progress{To: writer(inTheWay)}, func(r results.Result) { all = append(all, r) })
	if len(all) != 1 || all[0].Verdict != checker.Invalid {
		t.Errorf("results %+v", all)
	}
	for _, file := range []string{results.ResultFile, results.CounterexampleFile} {
		if err == nil || !strings.Contains(err.Error(), "write "+file) {
			t.Errorf("error %v does not name %s", err, file)
		}
	}
}

func TestACheckGoesByTheHeadersRelaxationsUnlessItIsToldOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.jsonl")
	// A truncation that did not count, which only a relaxation allows.
	const lines = `{"assay":1,"object":"consensus","relax":["truncate-count"]}
{"process":0,"op":"compare_and_set","key":"k","call":0,"return":10,"outcome":"ok","expected":null,"new":{"seqno":1,"value":"a"},"committed":true}
{"process":0,"op":"truncate","key":"k","call":20,"return":30,"outcome":"ok","up_to":1,"deleted":null}
`
	if err := os.WriteFile(path, []byte(lines), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		relax location.Relaxations
		want  checker.Verdict
	}{
		{"the header's", nil, checker.Valid},
		{"none", location.Relaxations{}, checker.Invalid},
		{"another", location.Relaxations{location.RelaxStaleHead}, checker.Invalid},
		{"the same", location.Relaxations{location.RelaxTruncateCount}, checker.Valid},
	} {
		r, _, err := job.Check(t.Context(), path, job.CheckOptions{Relax: test.relax})
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict != test.want {
			t.Errorf("%s: verdict %s, want %s", test.name, r.Verdict, test.want)
		}
	}
}

func TestACheckLeavesTheCounterexampleAndTakesAnEarlierOneAway(t *testing.T) {
	spec := small(t)
	spec.Targets = []job.Target{{history.Blob, "defective:first-value-stays"}}
	r := run(t, t.Context(), spec)[0]
	files := []string{"counterexample.txt", "counterexample.jsonl", "counterexample.html"}
	for _, file := range files {
		path := filepath.Join(r.Dir, file)
		if err := os.Remove(path); err != nil {
			t.Errorf("the run: %v", err)
		}
	}
	checked, _, err := job.Check(t.Context(), r.History, job.CheckOptions{})
	if err != nil || checked.Counterexample != filepath.Join(checked.Dir, files[0]) {
		t.Fatalf("counterexample %q, %v", checked.Counterexample, err)
	}
	for _, file := range files {
		if !exists(filepath.Join(r.Dir, file)) {
			t.Errorf("the check left no %s", file)
		}
	}

	// The same directory with a history that is valid.
	w, err := history.Create(r.History, history.Header{Object: history.Blob})
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	if checked, _, err = job.Check(t.Context(), r.History, job.CheckOptions{}); err != nil || checked.Counterexample != "" {
		t.Fatalf("counterexample %q, %v", checked.Counterexample, err)
	}
	for _, file := range files {
		if exists(filepath.Join(r.Dir, file)) {
			t.Errorf("%s is out of date and still there", file)
		}
	}
}
