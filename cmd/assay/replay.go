package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/job"
	"github.com/assay-dev/assay/results/replay"
	"github.com/assay-dev/assay/workload/history"
)

const replayHelp = `Run a recorded run again: the same store, workload, faults and seed.

On real processes a seed is no guarantee, so it is measured how often the verdict comes
again. With --shrink, faults are dropped and the workload is made smaller for as
long as the violation comes as often; the smallest plan is left as a file, and the
command that runs it is printed.

A store whose URL has a password is named again, with --consensus or --blob: passwords
are not recorded.`

const replayExamples = `  assay replay store/latest -n 20             how often the verdict comes again
  assay replay store/latest -n 5 --shrink     the smallest run that shows the violation`

// smallestFile is what a shrunk plan of faults is left as.
const smallestFile = "smallest.faults"

type replayFlags struct {
	tries    int
	shrink   bool
	storeURL map[history.Object]*string // in place of the recorded one
	store    string
}

func replayCommand(o *output) *cobra.Command {
	f := replayFlags{storeURL: map[history.Object]*string{history.Consensus: new(string), history.Blob: new(string)}}
	cmd := &cobra.Command{
		Use:     "replay DIR",
		Short:   "Run a recorded run again, and measure how often its verdict repeats",
		Long:    replayHelp,
		Example: replayExamples,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			context.AfterFunc(ctx, stop)
			return o.replay(ctx, args[0], f)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.IntVarP(&f.tries, "tries", "n", 10, "how many times to run it")
	flags.BoolVar(&f.shrink, "shrink", false, "look for the smallest run that shows the violation as often")
	flags.StringVar(f.storeURL[history.Consensus], "consensus", "", "`URL` of the Consensus, in place of the recorded one")
	flags.StringVar(f.storeURL[history.Blob], "blob", "", "`URL` of the Blob, in place of the recorded one")
	flags.StringVar(&f.store, "store", "", "`DIR` for the runs (default replay/ in the run's directory)")
	flags.BoolVar(&o.json, "json", false, "print one JSON object on standard output, everything else on standard error")
	return cmd
}

// A replayed is what --json prints of a replay.
type replayed struct {
	Verdict checker.Verdict `json:"verdict"` // the recorded one
	replay.Tally
	Dir     string `json:"dir"`
	Command string `json:"command"`        // runs it again, the smallest when there is one
	Plan    string `json:"plan,omitempty"` // the file with the smallest plan of faults
}

func (o *output) replay(ctx context.Context, dir string, f replayFlags) error {
	if f.tries < 1 {
		return fmt.Errorf("-n %d: give at least 1", f.tries)
	}
	recorded, err := replay.Load(dir)
	if err != nil {
		return err
	}
	instead := ""
	for object, storeURL := range f.storeURL {
		switch {
		case object == recorded.Run.Object:
			instead = *storeURL
		case *storeURL != "":
			return fmt.Errorf("--%s: the recorded run is of a %s", object, recorded.Run.Object)
		}
	}
	spec, err := recorded.Spec(instead)
	if err != nil {
		return err
	}
	if f.store == "" {
		f.store = filepath.Join(dir, "replay")
	}
	o.cleanUp(ctx)
	r := &replay.Replay{Recorded: recorded, Store: f.store, Progress: func(line string) { fmt.Fprintln(o.stderr, line) }}
	found := replayed{Verdict: recorded.Verdict, Dir: f.store}
	if f.shrink {
		spec, found.Tally, err = r.Shrink(ctx, spec, f.tries)
	} else {
		found.Tally, err = r.Run(ctx, spec, f.tries)
	}
	switch {
	case errors.Is(err, replay.ErrNothingToShrink), errors.Is(err, location.ErrInvalidArgument):
		return err
	case err != nil:
		return failure{exitNotRun, err}
	}
	found.Command = replay.Command(spec)
	if f.shrink {
		if found.Plan, err = leavePlan(f.store, spec); err != nil {
			return failure{exitNotRun, err}
		}
	}
	for verdict := range found.Verdicts {
		o.worsen(exitCode(verdict))
	}
	return o.tell(found)
}

// leavePlan writes the file of the smallest plan.
func leavePlan(dir string, spec job.Spec) (string, error) {
	path := filepath.Join(dir, smallestFile)
	if err := os.WriteFile(path, []byte(spec.Faults.String()), 0o644); err != nil {
		return "", fmt.Errorf("keep the smallest plan: %w", err)
	}
	return path, nil
}

func (o *output) tell(r replayed) error {
	people := o.people()
	fmt.Fprintf(people, "%d of %d tries: %s, as recorded", r.Same, r.Tries, r.Verdict)
	if r.SameClause > 0 {
		fmt.Fprintf(people, "; %d broke a clause that was broken then", r.SameClause)
	}
	fmt.Fprintf(people, "\n  all tries  %s\n  runs       %s\n", verdictCounts(r.Verdicts), r.Dir)
	if r.Plan != "" {
		fmt.Fprintf(people, "  faults     %s\n", r.Plan)
	}
	fmt.Fprintf(people, "  see again  %s\n", r.Command)
	if !o.json {
		return nil
	}
	if err := json.NewEncoder(o.stdout).Encode(r); err != nil {
		return failure{exitNotRun, fmt.Errorf("write the result: %w", err)}
	}
	return nil
}

// verdictCounts tells how often which verdict came, the worst first.
func verdictCounts(verdicts map[checker.Verdict]int) string {
	var parts []string
	for _, v := range []checker.Verdict{checker.Invalid, results.NotRun, checker.Undecided, checker.Insufficient, checker.Valid} {
		if n := verdicts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return strings.Join(parts, ", ")
}
