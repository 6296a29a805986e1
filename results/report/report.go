// Package report draws what a run found: one page for people, report.html, and two of
// its plots as files of their own. The page needs nothing but itself: it opens from
// disk, in the light and in the dark, on a phone and without scripts.
//
// Everything is bounded: a page about a million operations is hardly larger than one
// about a thousand. Plots are made of cells and lines; of the operations some thousands
// are drawn one by one, those that matter first.
//
// The SVG is written by hand. A plotting library knows neither style sheets, which the
// dark needs, nor that a million points fall on a few thousand cells.
package report

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/assay-dev/assay/checker/minimal"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload/history"
)

// The files that Save writes.
const (
	File        = "report.html"
	LatencyFile = "latency.svg"
	RateFile    = "rate.svg"
)

// A Report is what is to be drawn.
type Report struct {
	Result results.Result
	// Run describes the run; the zero Run means that nothing is known of it.
	Run results.Run
	// History is what the clients saw; nil when there is none.
	History *history.History
	// Counterexample is the small history that shows the violation; nil where there is
	// none. The operations that the violation names stand in for it.
	Counterexample *minimal.Counterexample
}

// Save writes the report into a run directory. What cannot be drawn leaves no file
// behind, and is no reason for what can not to be written.
func (r Report) Save(dir string) error {
	s := newSurvey(r.History)
	page, err := r.page(s)
	if err != nil {
		err = fmt.Errorf("draw %s: %w", File, err)
	} else {
		err = results.ReplaceFile(dir, File, page)
	}
	if s == nil {
		return err
	}
	return errors.Join(err,
		results.ReplaceFile(dir, LatencyFile, alone("Latency over time", quantileNames[:], s.latencies())),
		results.ReplaceFile(dir, RateFile, alone("Operations over time", nil, []panel{s.rates(), s.flight()})))
}

// Page returns the page alone.
func (r Report) Page() ([]byte, error) { return r.page(newSurvey(r.History)) }

func (r Report) page(s *survey) ([]byte, error) {
	tmpl, err := pageTemplate()
	if err != nil {
		return nil, err
	}
	v, err := r.view(s)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := tmpl.Execute(&b, v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
