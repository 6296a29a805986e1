// Package counterexample shows why a history is invalid: the smallest part of it that is
// still rejected, as a history file, as a drawing in text, and as a page for a browser.
package counterexample

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/minimal"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload/history"
)

// The files of a counterexample in the directory of its run.
const (
	TextFile    = results.CounterexampleFile
	HistoryFile = "counterexample.jsonl"
	PageFile    = "counterexample.html"
)

// A Counterexample is what is to be shown of an invalid history.
type Counterexample struct {
	result results.Result
	run    results.Run // as far as the history's header tells
	faults []history.Fault
	// small is nil where no small history was found; then the operations at fault are
	// shown as they are.
	small *minimal.Counterexample
	fault []*history.Operation
}

// New looks for a counterexample in a history that was found to be invalid.
func New(ctx context.Context, h *history.History, r results.Result) (*Counterexample, error) {
	c := &Counterexample{result: r, faults: h.Faults}
	if h.Header.Run != nil {
		// What recorded the history may be another program: its run field is its own.
		if json.Unmarshal(h.Header.Run, &c.run) != nil {
			c.run = results.Run{}
		}
	}
	violations := make([]checker.Violation, len(r.Violations))
	for i, v := range r.Violations {
		violations[i] = checker.Violation(v)
	}
	small, err := minimal.Find(ctx, h, r.Relaxations, violations)
	if errors.Is(err, minimal.ErrNone) {
		c.fault = on(h, r.Violations[0].Lines)
		return c, nil
	}
	c.small = small
	return c, err
}

// Small returns the small history that is rejected; nil where none was found.
func (c *Counterexample) Small() *minimal.Counterexample { return c.small }

// on returns the operations that stand on the given lines.
func on(h *history.History, lines []int) (operations []*history.Operation) {
	wanted := map[int]bool{}
	for _, line := range lines {
		wanted[line] = true
	}
	for i := range h.Operations {
		if wanted[h.Operations[i].Line] {
			operations = append(operations, &h.Operations[i])
		}
	}
	return operations
}

// Save writes the files of the counterexample into the directory of the run.
func (c *Counterexample) Save() error {
	var text, lines, page bytes.Buffer
	errs := []error{c.WriteText(&text)}
	if c.small != nil {
		errs = append(errs, c.small.Write(&lines), c.writePage(&page))
	}
	for name, content := range map[string][]byte{TextFile: text.Bytes(), HistoryFile: lines.Bytes(), PageFile: page.Bytes()} {
		if len(content) > 0 {
			errs = append(errs, write(c.result.Dir, name, content))
		} else {
			errs = append(errs, remove(c.result.Dir, name))
		}
	}
	return errors.Join(errs...)
}

func write(dir, name string, content []byte) error {
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// Remove removes what an earlier check has left in the directory of a run.
func Remove(dir string) error {
	return errors.Join(remove(dir, TextFile), remove(dir, HistoryFile), remove(dir, PageFile))
}

func remove(dir, name string) error {
	if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s, which is out of date: %w", name, err)
	}
	return nil
}
