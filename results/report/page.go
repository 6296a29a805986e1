package report

import (
	"cmp"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/evidence"

	_ "embed"
)

var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string
)

// How much of what has no bound is on the page; results.json has all of it.
const (
	maxListed   = 20
	maxArgument = 20_000 // letters, of the one that is told first
	maxFurther  = 2_000  // of the others
)

func pageTemplate() (*template.Template, error) {
	return template.New(File).Funcs(template.FuncMap{
		"count": results.Thousands, "cut": results.Cut, "shown": shown, "fault": evidenceFault,
	}).Parse(pageText)
}

// view is what the template shows.
type view struct {
	Result  results.Result
	Run     results.Run
	Title   string
	Verdict string
	Class   string // of the verdict, in the style sheet
	Facts   []fact
	Kinds   []kindRow
	Faults  []evidence.Fault
	MoreFaults,
	MoreViolations int
	Violations []violation
	Clauses    []clauseRow
	Example    *example
	Latencies  []template.HTML
	Plots      []template.HTML
	Strip      template.HTML
	Timeline   *timeline
	Drawn      int // of the operations, one by one
	Style      template.CSS
	Script     template.JS
}

type fact struct{ Name, Value string }

type kindRow struct {
	Name string
	evidence.Operation
}

type violation struct {
	Key, Clause, Text     string
	Explanation, Argument string
}

type clauseRow struct {
	results.Clause
	State string
}

func (r Report) view(s *survey) (*view, error) {
	res := r.Result
	v := &view{
		Result: res, Run: r.Run, Verdict: verdict(res), Facts: r.facts(), Clauses: clauses(res), Example: r.example(),
		Title: strings.ToUpper(string(res.Verdict)), Class: strings.ReplaceAll(string(res.Verdict), " ", "-"),
		Style: template.CSS(Style()), Script: template.JS(pageScript),
	}
	for _, name := range slices.Sorted(maps.Keys(res.Evidence.Operations)) {
		v.Kinds = append(v.Kinds, kindRow{name, res.Evidence.Operations[name]})
	}
	v.Faults = res.Evidence.Faults[:min(len(res.Evidence.Faults), maxListed)]
	v.MoreFaults = len(res.Evidence.Faults) - len(v.Faults)
	v.violations(res)
	if len(v.Violations) > 0 && v.Example != nil && v.Example.Argument != "" && v.Violations[0].Key == v.Example.Key {
		v.Violations[0].Argument = "" // it is told with the counterexample, in shorter names
	}
	if s == nil {
		return v, nil
	}
	for i, p := range s.latencies() {
		v.Latencies = append(v.Latencies, p.inline("latency of "+s.kinds[i].name+" over time"))
	}
	rates, flight := s.rates(), s.flight()
	v.Plots = append(v.Plots, rates.inline("operations per second over time, by outcome"), flight.inline("operations in flight over time"))
	if keys := keyPanel(res.Evidence.ByKey); keys != nil {
		v.Plots = append(v.Plots, keys.inline("conflicts over keys"))
	}
	v.Strip = s.strip()
	v.Timeline = newTimeline(r.History, s, res.Violations)
	v.Drawn = len(v.Timeline.Ops)
	return v, nil
}

func (v *view) violations(res results.Result) {
	// The one that the counterexample shows comes first, then those that can be told in
	// the fewest operations.
	rank := func(found results.Violation) int {
		if v.Example != nil && found.Key == v.Example.key {
			return 0
		}
		return 1 + len(found.Lines)
	}
	sorted := slices.Clone(res.Violations)
	slices.SortStableFunc(sorted, func(a, b results.Violation) int { return cmp.Compare(rank(a), rank(b)) })
	most := maxArgument
	for _, found := range sorted[:min(len(sorted), maxListed)] {
		v.Violations = append(v.Violations, violation{
			Key: shown(found.Key), Clause: found.Clause, Text: results.ClauseText(res.Object, found.Clause),
			Explanation: results.Cut(found.Explanation, most), Argument: results.Cut(found.Argument, most),
		})
		most = maxFurther
	}
	v.MoreViolations = len(sorted) - len(v.Violations)
}

// facts are what describes the run.
func (r Report) facts() []fact {
	res := r.Result
	var facts []fact
	add := func(name, format string, args ...any) {
		facts = append(facts, fact{name, results.Cut(fmt.Sprintf(format, args...), maxText)})
	}
	if res.Store != "" {
		add("store", "%s", res.Store)
	}
	add("object", "%s", res.Object)
	if len(res.Relaxations) > 0 {
		add("relaxations", "%s", res.Relaxations)
	} else {
		add("relaxations", "none: the strict contract")
	}
	if res.Clients > 0 {
		add("workload", "%d clients on %d keys, %s operations in %.2f s", res.Clients, res.Keys, results.Thousands(res.Operations), res.RunSeconds)
	}
	if res.Seed != nil {
		add("seed", "%d", *res.Seed)
		if len(res.Faults) == 0 {
			add("faults", "none")
		}
	}
	if len(res.Faults) > 0 {
		add("faults", "%s", strings.Join(res.Faults, ", "))
	}
	if !r.Run.Started.IsZero() {
		add("started", "%s", r.Run.Started.UTC().Format("2006-01-02 15:04:05 MST"))
	}
	if r.Run.Versions.Assay != "" {
		add("versions", "assay %s, %s, %s", r.Run.Versions.Assay, r.Run.Versions.Go, r.Run.Versions.OS)
	}
	if res.Interrupted {
		add("note", "the run was stopped early, by a signal")
	}
	if res.Damage != "" {
		add("damage", "%s; what stands before it was checked", res.Damage)
	}
	return facts
}

// clauses says of each clause whether the run showed it to be kept.
func clauses(res results.Result) []clauseRow {
	broken := map[string]int{}
	for _, v := range res.Violations {
		broken[v.Clause]++
	}
	var rows []clauseRow
	for _, c := range results.Clauses(res.Object) {
		state := "kept"
		switch n := broken[c.Name]; {
		case n > 0:
			state = fmt.Sprintf("broken on %s", plural(n, "key"))
		case res.Verdict != checker.Valid:
			state = "not seen broken"
		}
		rows = append(rows, clauseRow{c, state})
	}
	return rows
}

func plural(n int, what string) string {
	if n == 1 {
		return "one " + what
	}
	return results.Thousands(n) + " " + what + "s"
}

func evidenceFault(f evidence.Fault) string {
	if f.Effect == "" {
		return "no effect seen"
	}
	return results.Cut(f.Effect, 200)
}
