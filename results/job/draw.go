package job

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/assay-dev/assay/checker/minimal"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/junit"
	"github.com/assay-dev/assay/results/report"
	"github.com/assay-dev/assay/workload/history"
)

// draw leaves in the run's directory what people and build servers read of r. It is no
// part of the verdict: when something goes wrong with it, whatever that is, r gets a
// warning.
func draw(r *results.Result, run results.Run, h *history.History, small *minimal.Counterexample) {
	if r.Dir == "" {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			r.Warning = results.OneLine(fmt.Errorf("draw the report: a mistake in assay: %v", p))
		}
	}()
	err := errors.Join(
		report.Report{Result: *r, Run: run, History: h, Counterexample: small}.Save(r.Dir),
		junit.Save(r.Dir, run, *r))
	if err != nil {
		r.Warning = results.OneLine(err)
	}
}

// runOf returns what the header of a history tells of its run. What recorded it may be
// another program: its run field is its own.
func runOf(h *history.History) results.Run {
	var run results.Run
	if h.Header.Run == nil || json.Unmarshal(h.Header.Run, &run) != nil {
		return results.Run{}
	}
	return run
}
