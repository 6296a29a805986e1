package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/counterexample"
	"github.com/assay-dev/assay/results/job"
	"github.com/assay-dev/assay/workload/history"
)

const checkHelp = `Check histories again, from their files alone.

PATH is the directory of a run, or a history file: JSON lines, under zstd or plain.
The history of a run that was killed is checked up to where it ends.`

const checkExamples = `  assay check store/latest                     the newest run
  assay check --relax stale-head store/latest  allow reads served by a replica
  assay check --relax= store/latest            the strict contract, whatever the run named
  assay check --json recorded.jsonl            a history from elsewhere, for machines`

// checkFlags are the flags of assay check as they were given.
type checkFlags struct {
	relax       []string
	budget      checker.Budget
	certificate string
}

func checkCommand(o *output) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:     "check PATH...",
		Short:   "Check the history of a run again",
		Long:    checkHelp,
		Example: checkExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name a run directory or a history file, store/latest for example")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			opts, err := f.options(cmd.Flags().Changed("relax"))
			if err != nil {
				return err
			}
			if f.certificate != "" && len(args) > 1 {
				return errors.New("--certificate keeps one proof: name one PATH")
			}
			for _, path := range args {
				o.check(cmd.Context(), path, opts)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringSliceVar(&f.relax, "relax", nil, "named exceptions from the contract, `NAME,...` (default those that the history names): "+knownRelaxations())
	flags.DurationVar(&f.budget.Time, "budget-time", 0, "how long to search where only a search decides, 30s for example (default the checker's own)")
	flags.Int64Var(&f.budget.Memory, "budget-memory", 0, "how many bytes of memory such a search may take (default the checker's own)")
	flags.StringVar(&f.certificate, "certificate", "", "`FILE` that keeps the proof of the verdict, for assay verify")
	flags.StringVar(&o.summary, "summary", "", "`FILE` that gets a summary in Markdown, at its end, for the page of a build job")
	flags.BoolVar(&o.json, "json", false, "print one JSON object per run on standard output, everything else on standard error")
	return cmd
}

func (f checkFlags) options(relaxed bool) (job.CheckOptions, error) {
	opts := job.CheckOptions{Budget: f.budget, Certificate: f.certificate}
	if f.budget.Time < 0 {
		return opts, fmt.Errorf("--budget-time %v: give a length of time above 0, 30s for example", f.budget.Time)
	}
	if f.budget.Memory < 0 {
		return opts, fmt.Errorf("--budget-memory %d: give a number of bytes above 0", f.budget.Memory)
	}
	relax, err := parseRelaxations(f.relax)
	if relaxed {
		// Not nil: it takes the place of what the history names, also when it is empty.
		opts.Relax = append(location.Relaxations{}, relax...)
	}
	return opts, err
}

// check checks all histories that path means and reports each.
func (o *output) check(ctx context.Context, path string, opts job.CheckOptions) {
	files, err := results.Find(path)
	if err != nil {
		o.fail(err)
		return
	}
	if opts.Certificate != "" && len(files) > 1 {
		o.fail(fmt.Errorf("--certificate keeps one proof: %s has %d histories, name one of them", path, len(files)))
		return
	}
	for _, file := range files {
		o.checkFile(ctx, file, opts)
	}
}

func (o *output) checkFile(ctx context.Context, file string, opts job.CheckOptions) {
	defer letGarbageRest(file)()
	result, h, err := job.Check(ctx, file, opts)
	if result.Verdict == "" {
		o.fail(err)
		return
	}
	o.report(result)
	if result.Verdict == checker.Invalid && result.Dir == "" {
		err = errors.Join(err, o.showCounterexample(ctx, h, result))
	}
	if err != nil {
		o.fail(failure{exitNotRun, err})
	}
}

// showCounterexample tells people why a history that stands alone is invalid: beside it,
// nothing is written.
func (o *output) showCounterexample(ctx context.Context, h *history.History, r results.Result) error {
	c, err := counterexample.New(ctx, h, r)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(o.people()); err != nil {
		return err
	}
	return c.WriteText(o.people())
}

func parseRelaxations(names []string) (location.Relaxations, error) {
	relax, err := location.ParseRelaxations(names)
	if err != nil {
		return nil, fmt.Errorf("--relax: %w", err)
	}
	return relax, nil
}

func knownRelaxations() string { return location.AllRelaxations().String() }
