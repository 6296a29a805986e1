package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-dev/assay/results/zoo"
)

const zooHelp = `Look for planted bugs: stores that are wrong on purpose, in one way each.

Each is tried with the contract suite and, once for each seed, with the standard
workload, without and with faults, on a store in memory. The table says what found
it, after how many operations and how long (median and 95th percentile), and which
clause the verdict named. Correct stores are run ten times as often; each alarm that
they raise is a false one.

The exit code is 1 when a bug is missed, an alarm is false, or, with --against,
something takes more than three times the operations that it took before.`

const zooExamples = `  assay zoo                               every bug, 20 seeds each
  assay zoo --list                        what they are
  assay zoo --only check-then-act --seeds 3
  assay zoo --json > zoo.json             numbers for later
  assay zoo --against zoo.json            compare with them`

// zooFlags are the flags of assay zoo as they were given.
type zooFlags struct {
	spec    zoo.Spec
	against string
	list    bool
}

func zooCommand(o *output) *cobra.Command {
	var f zooFlags
	cmd := &cobra.Command{
		Use:     "zoo",
		Short:   "Find planted bugs",
		Long:    zooHelp,
		Example: zooExamples,
		Args:    noArguments,
		RunE:    func(*cobra.Command, []string) error { return o.zoo(f) },
	}
	flags := cmd.Flags()
	flags.IntVar(&f.spec.Seeds, "seeds", 20, "how many times each bug is looked for, with seeds from 1 on")
	flags.DurationVar(&f.spec.Limit, "time", 30*time.Second, "how long each time at most")
	flags.StringSliceVar(&f.spec.Only, "only", nil, "look for these bugs only, `NAME,...`")
	flags.BoolVar(&f.list, "list", false, "only say what the bugs are")
	flags.StringVar(&f.against, "against", "", "compare with the numbers in `FILE`, an earlier output of --json")
	flags.BoolVar(&o.json, "json", false, "print one JSON object on standard output, everything else on standard error")
	return cmd
}

// zoo looks for the bugs and says what came of it.
func (o *output) zoo(f zooFlags) error {
	if f.spec.Seeds < 1 {
		return fmt.Errorf("--seeds %d: give at least 1", f.spec.Seeds)
	}
	if f.spec.Limit <= 0 {
		return fmt.Errorf("--time %v: give a length of time above 0, 30s for example", f.spec.Limit)
	}
	if f.list {
		return zoo.WriteList(o.stdout, f.spec.Only)
	}
	before, err := readZoo(f.against)
	if err != nil {
		return fmt.Errorf("--against: %w", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	report, err := zoo.Run(ctx, f.spec, func(line string) { fmt.Fprintln(o.stderr, line) })
	if ctx.Err() != nil {
		return failure{exitNotRun, errors.New("interrupted")}
	}
	if err != nil {
		return err
	}
	if err := report.WriteTable(o.people()); err != nil {
		return failure{exitNotRun, err}
	}
	if o.json {
		encoder := json.NewEncoder(o.stdout)
		encoder.SetIndent("", " ")
		if err := encoder.Encode(report); err != nil {
			return failure{exitNotRun, err}
		}
	}
	if worse := report.Regressions(before); len(worse) > 0 {
		return failure{exitInvalid, errors.New(strings.Join(worse, "; "))}
	}
	return nil
}

// readZoo reads an earlier report; none when there is no path.
func readZoo(path string) (before zoo.Report, err error) {
	if path == "" {
		return before, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return before, err
	}
	if err := json.Unmarshal(text, &before); err != nil {
		return before, fmt.Errorf("%s: %w", path, err)
	}
	return before, nil
}
