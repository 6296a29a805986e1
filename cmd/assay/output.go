package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"golang.org/x/term"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/summary"
	"github.com/assay-dev/assay/workload"
)

// The exit codes.
const (
	exitValid   = 0
	exitInvalid = 1
	exitUsage   = 2 // or unreadable input
	exitOpen    = 3 // undecided or insufficient
	exitNotRun  = 4
)

// worstFirst is the order in which exit codes count over several runs.
func worstFirst() []int {
	return []int{exitInvalid, exitNotRun, exitUsage, exitOpen, exitValid}
}

// An output takes what a command has to say, and remembers the worst of it.
type output struct {
	stdout, stderr io.Writer
	json           bool
	summary        string // the file that tells of all results; empty for none
	code           int
	reported       []results.Result
}

// people is where what people read goes: with --json, standard output is for machines.
func (o *output) people() io.Writer {
	if o.json {
		return o.stderr
	}
	return o.stdout
}

// report says what became of one run.
func (o *output) report(r results.Result) {
	o.worsen(exitCode(r.Verdict))
	o.reported = append(o.reported, r)
	if r.Warning != "" {
		fmt.Fprintf(o.stderr, "assay: warning: %s\n", r.Warning)
	}
	err := r.WriteText(o.people())
	if o.json {
		err = errors.Join(err, json.NewEncoder(o.stdout).Encode(r))
	}
	if err != nil {
		o.fail(failure{exitNotRun, fmt.Errorf("write the result: %w", err)})
	}
}

// summarize adds all results to the file that was asked for: a build server gives one
// to all commands of a job. A command without results, such as one that explains itself,
// touches no file.
func (o *output) summarize() error {
	if o.summary == "" || len(o.reported) == 0 {
		return nil
	}
	file, err := os.OpenFile(o.summary, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return failure{exitNotRun, fmt.Errorf("--summary: %w", err)}
	}
	if err := errors.Join(summary.Write(file, o.reported), file.Close()); err != nil {
		return failure{exitNotRun, fmt.Errorf("--summary: %w", err)}
	}
	return nil
}

// fail says in one line why a command ended.
func (o *output) fail(err error) {
	code := exitUsage
	var f failure
	if errors.As(err, &f) {
		code = f.code
	}
	o.worsen(code)
	fmt.Fprintf(o.stderr, "assay: %s\n", results.OneLine(err))
}

func (o *output) worsen(code int) {
	order := worstFirst()
	o.code = order[min(slices.Index(order, o.code), slices.Index(order, code))]
}

func exitCode(v checker.Verdict) int {
	switch v {
	case checker.Valid:
		return exitValid
	case checker.Invalid:
		return exitInvalid
	case results.NotRun:
		return exitNotRun
	}
	return exitOpen
}

// A failure is an error with the exit code that it means. Any other error of a command
// is bad usage.
type failure struct {
	code  int
	cause error
}

func (f failure) Error() string { return f.cause.Error() }
func (f failure) Unwrap() error { return f.cause }

// progress shows a run's progress on standard error, where it mixes with no result.
func (o *output) progress() workload.Progress {
	file, ok := o.stderr.(*os.File)
	return workload.Progress{To: o.stderr, Terminal: ok && term.IsTerminal(int(file.Fd()))}
}
