package results

import (
	"encoding/json"
	"strings"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results/evidence"
	"github.com/assay-dev/assay/workload/history"
)

// NotRun stands in place of a verdict when the run could not be carried out. No check
// returns it.
const NotRun checker.Verdict = "not run"

// A Result is the verdict on one run: the content of results.json, and the JSON object
// that the command line prints.
type Result struct {
	Verdict    checker.Verdict `json:"verdict"`
	Object     history.Object  `json:"object"`
	Store      string          `json:"store"` // the URL, without its secrets
	Operations int             `json:"operations"`
	Outcomes   Outcomes        `json:"outcomes"`
	Seed       *uint64         `json:"seed"` // null when the history does not tell
	Clients    int             `json:"clients"`
	Keys       int             `json:"keys"`
	Faults     []string        `json:"faults"`
	// Relaxations are those that the verdict rests on.
	Relaxations location.Relaxations `json:"relaxations"`
	Dir         string               `json:"dir"`     // the run's directory; empty for a bare history
	History     string               `json:"history"` // the file that was checked; empty when none was
	// RunSeconds is from the first call to the last return.
	RunSeconds   float64        `json:"run_seconds"`
	CheckSeconds float64        `json:"check_seconds"` // reading the file included
	Interrupted  bool           `json:"interrupted"`   // the run was stopped early, by a signal
	Damage       string         `json:"damage,omitempty"`
	Violations   []Violation    `json:"violations"`
	Undecided    []UndecidedKey `json:"undecided"`
	// Counterexample is the file that shows a violation to people; empty when none does.
	Counterexample string `json:"counterexample,omitempty"`
	// Reason says why a verdict is insufficient or the run could not be carried out.
	Reason string `json:"reason,omitempty"`
	// Warning says what else went wrong, what could not be drawn for example; it is no
	// part of the verdict.
	Warning string `json:"warning,omitempty"`
	// Evidence is how hard the run put the store to the test.
	Evidence evidence.Evidence `json:"evidence"`
}

// Outcomes counts operations by what their clients learnt of them.
type Outcomes struct {
	Ok   int `json:"ok"`
	Fail int `json:"fail"`
	Info int `json:"info"`
}

// A Violation is a [checker.Violation] as JSON.
type Violation struct {
	Key         string `json:"key"`
	Clause      string `json:"clause"`
	Lines       []int  `json:"lines"` // of the history file
	Explanation string `json:"explanation"`
	Argument    string `json:"argument,omitempty"` // in several lines
}

// An UndecidedKey is a [checker.UndecidedKey] as JSON.
type UndecidedKey struct {
	Key    string `json:"key"`
	Reason string `json:"reason"`
}

// NewResult returns what a check found of a history, with what the header tells of
// the run.
func NewResult(h *history.History, found checker.Result, relax location.Relaxations) Result {
	var run Run
	r := Result{
		Verdict:     found.Verdict,
		Object:      h.Header.Object,
		Operations:  len(h.Operations),
		Outcomes:    countOutcomes(h.Operations),
		Faults:      []string{},
		Relaxations: append(location.Relaxations{}, relax...),
		RunSeconds:  float64(lastInstant(h.Operations)) / 1e9,
		Violations:  make([]Violation, 0, len(found.Violations)),
		Undecided:   make([]UndecidedKey, 0, len(found.Undecided)),
		Evidence:    evidence.Gather(h, found.Certificate),
	}
	// What recorded the history may be another program: its run field is its own.
	if h.Header.Run != nil && json.Unmarshal(h.Header.Run, &run) == nil {
		r.describe(run)
	}
	// Of a bare history nothing is demanded but an order.
	if r.Verdict == checker.Valid && h.Header.Run != nil {
		missing := r.Evidence.Missing(evidence.Asked{Faults: run.Faults, Cut: h.Damage != nil})
		if len(missing) > 0 {
			r.Verdict, r.Reason = checker.Insufficient, strings.Join(missing, "; ")
		}
	}
	if h.Damage != nil {
		r.Damage = h.Damage.Error()
	}
	for _, v := range found.Violations {
		r.Violations = append(r.Violations, Violation(v))
	}
	for _, u := range found.Undecided {
		r.Undecided = append(r.Undecided, UndecidedKey(u))
	}
	return r
}

// Distrust takes a verdict back that its certificate does not prove.
func (r *Result) Distrust(err error) {
	r.Verdict = checker.Undecided
	r.Reason = "the verdict's certificate does not prove it, which is a mistake in the checker: " + OneLine(err)
}

// NotRunResult is the result of a run that err kept from being carried out.
func NotRunResult(run Run, dir string, err error) Result {
	r := Result{
		Verdict:    NotRun,
		Object:     run.Object,
		Dir:        dir,
		Violations: []Violation{},
		Undecided:  []UndecidedKey{},
		Reason:     OneLine(err),
		Evidence:   evidence.Gather(&history.History{}, nil),
	}
	r.describe(run)
	r.Relaxations = append(location.Relaxations{}, run.Relaxations...)
	return r
}

// describe fills in what a run was asked to do.
func (r *Result) describe(run Run) {
	r.Store, r.Seed, r.Clients, r.Keys = run.Store, &run.Seed, run.Clients, run.Keys
	r.Faults = append([]string{}, run.Faults...)
}

// Save writes results.json.
func (r Result) Save() error { return writeJSON(r.Dir, ResultFile, r) }

func countOutcomes(operations []history.Operation) Outcomes {
	var n Outcomes
	for i := range operations {
		switch operations[i].Outcome {
		case history.Ok:
			n.Ok++
		case history.Fail:
			n.Fail++
		case history.Info:
			n.Info++
		}
	}
	return n
}

// lastInstant returns the last time at which a client is known to have done
// something, in nanoseconds since the start.
func lastInstant(operations []history.Operation) int64 {
	var last int64
	for i := range operations {
		last = max(last, operations[i].Call)
		if operations[i].Return != history.Never {
			last = max(last, operations[i].Return)
		}
	}
	return last
}

// Warn adds a warning.
func (r *Result) Warn(text string) {
	if r.Warning != "" {
		text = r.Warning + "; " + text
	}
	r.Warning = text
}
