// Package zoo lets the contract suites and the standard workloads loose on stores with
// one planted bug each, and on correct ones: it measures what a passing verdict is
// worth.
package zoo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/assay-dev/assay/backends/defective"
)

// A Spec says what is to be tried.
type Spec struct {
	// Seeds is how many times each bug is looked for, with seeds from 1 on.
	Seeds int
	// Limit is how long a bug is looked for each time.
	Limit time.Duration
	// Only are the names of the bugs that are looked for; none means all, and the correct
	// stores as well.
	Only []string
}

// A Report is what was found.
type Report struct {
	Seeds   int       `json:"seeds"`
	Seconds float64   `json:"limit_seconds"`
	Bugs    []Bug     `json:"bugs"`
	Correct []Correct `json:"correct"`
}

// A Bug is one defective store and how it was found.
type Bug struct {
	Name     string `json:"name"`
	Object   string `json:"object"`
	Clause   string `json:"clause"` // the one that it is planted in
	Sentence string `json:"sentence"`
	Seen     string `json:"seen,omitempty"` // in the wild
	Sees     string `json:"sees"`           // what it takes to notice
	// Suite are the clauses that the contract suite found broken, sorted.
	Suite []string `json:"suite"`
	// Tried and Found are how many times the workloads looked for it and found it.
	Tried int `json:"tried"`
	Found int `json:"found"`
	// By counts what found it: the workload without faults, or the fault.
	By map[string]int `json:"by"`
	// Named counts the clauses that the verdicts named.
	Named map[string]int `json:"named"`
	// Operations and Time are until it was found, over all times that it was.
	Operations Spread `json:"operations"`
	Time       Spread `json:"seconds"`
}

// A Spread is the middle and the end of a distribution.
type Spread struct {
	Median float64 `json:"median"`
	P95    float64 `json:"p95"`
}

// Missed reports whether neither the suite nor the workload with every seed found it. A
// bug that cannot be seen in sequence is the workload's business alone.
func (b Bug) Missed() bool {
	bySuite := len(b.Suite) > 0 && b.Sees == string(defective.InSequence)
	return !bySuite && (b.Found < b.Tried || b.Tried == 0)
}

// A Correct is a store without a bug and the alarms that it raised, all of them false.
type Correct struct {
	Store      string `json:"store"`
	Object     string `json:"object"`
	Runs       int    `json:"runs"`
	Alarms     int    `json:"alarms"`
	Operations int    `json:"operations"`
	// Open are the runs that came to no verdict or not to the end.
	Open int `json:"open"`
}

// correctFactor is how many times more runs the correct stores have to bear than each
// bug.
const correctFactor = 10

// Run tries what spec says and calls progress with each line of news.
func Run(ctx context.Context, spec Spec, progress func(string)) (Report, error) {
	report := Report{Seeds: spec.Seeds, Seconds: spec.Limit.Seconds(), Bugs: []Bug{}, Correct: []Correct{}}
	defects, err := chosen(spec.Only)
	if err != nil {
		return report, err
	}
	for i, d := range defects {
		bug, err := hunt(ctx, d, spec)
		if err != nil {
			return report, fmt.Errorf("%s %s: %w", d.Object, d.Name, err)
		}
		report.Bugs = append(report.Bugs, bug)
		progress(fmt.Sprintf("%d of %d: %s", i+1, len(defects), bug.line()))
	}
	if len(spec.Only) > 0 {
		return report, nil
	}
	for _, object := range []defective.Object{defective.OfConsensus, defective.OfBlob} {
		correct, err := alarms(ctx, object, spec)
		if err != nil {
			return report, fmt.Errorf("the correct %s: %w", object, err)
		}
		report.Correct = append(report.Correct, correct)
		progress(fmt.Sprintf("correct %s: %d runs, %d false alarms", object, correct.Runs, correct.Alarms))
	}
	return report, nil
}

// chosen returns the defects of the given names, all when there are none.
func chosen(names []string) ([]defective.Defect, error) {
	all := defective.All()
	for _, name := range names {
		if !slices.ContainsFunc(all, func(d defective.Defect) bool { return d.Name == name }) {
			var known []string
			for _, d := range all {
				known = append(known, d.Name)
			}
			slices.Sort(known)
			return nil, fmt.Errorf("no bug is called %q: known are %s", name, strings.Join(slices.Compact(known), ", "))
		}
	}
	if len(names) == 0 {
		return all, nil
	}
	return slices.DeleteFunc(all, func(d defective.Defect) bool { return !slices.Contains(names, d.Name) }), nil
}

// hunt looks for one bug with the suite, and with the workload once for each seed.
func hunt(ctx context.Context, d defective.Defect, spec Spec) (Bug, error) {
	bug := Bug{
		Name: d.Name, Object: string(d.Object), Clause: d.Clause, Sentence: d.Sentence, Seen: d.Seen, Sees: string(d.Sees),
		By: map[string]int{}, Named: map[string]int{},
	}
	var err error
	if bug.Suite, err = suite(ctx, d); err != nil {
		return bug, err
	}
	most := unlimited
	if bug.Sees == string(defective.InSequence) && len(bug.Suite) > 0 {
		most = enoughForKnown
	}
	var operations, seconds []float64
	for seed := range uint64(spec.Seeds) {
		t := trial{object: d.Object, url: "defective:" + d.Name, seed: seed + 1, most: most, limit: spec.Limit}
		found, err := t.run(ctx)
		if err != nil {
			return bug, err
		}
		bug.Tried++
		if found == nil && most == enoughForKnown && bug.Found == 0 {
			break // it is not for the workload
		}
		if found == nil {
			continue
		}
		bug.Found++
		bug.By[found.by]++
		bug.Named[found.clause]++
		operations = append(operations, float64(found.operations))
		seconds = append(seconds, found.elapsed.Seconds())
	}
	bug.Operations, bug.Time = spread(operations), spread(seconds)
	return bug, nil
}

func spread(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	slices.Sort(values)
	at := func(share float64) float64 { return values[int(share*float64(len(values)-1)+0.5)] }
	return Spread{Median: at(0.5), P95: at(0.95)}
}
