package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-dev/assay/faults"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/job"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// defaultTime is how long a run takes that is limited by nothing else.
const defaultTime = 10 * time.Second

const runHelp = `Let clients work on a store, record what they see, and check it.

Without a store, both objects are tested on the embedded durable stores (bolt for
Consensus, file for Blob) in the run's own directory, one after the other.

A store is named by its URL: bolt:///file, file:///directory or mem: for example.
local:postgres and local:s3 start a real server for the run and stop it afterwards;
local:bolt and local:file keep those stores in a process of their own.
Keys of a run begin with a prefix of its own, so that runs can share a store.

The first ^C stops the clients and checks what they saw; the second ends at once.`

const runExamples = `  assay run                                    the embedded stores, for ten seconds
  assay run --seed 1 --ops 20000 --faults unreliable
                                               the same, a part of the operations failing
  assay run --consensus bolt:///tmp/test.bolt  a store of versions
  assay run --blob file:///tmp/blobs --clients 30 --time 1m
                                               a store of values
  assay run --consensus local:postgres --faults cut-connections
                                               a server of the run's own, cut off now and then
  assay run --json | jq .verdict               for machines`

// runFlags are the flags of assay run as they were given.
type runFlags struct {
	consensus, blob string
	clients, keys   int
	ops             int64
	time, timeout   time.Duration
	faults, relax   []string
	faultPlan       string
	weights         map[string]int
	value, large    int // bytes
	seed            uint64
	name, store     string
	certificate     string
}

func runCommand(o *output) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:     "run",
		Short:   "Test a store",
		Long:    runHelp,
		Example: runExamples,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			spec, err := f.spec(cmd.Flags().Changed)
			if err != nil {
				return err
			}
			spec.Command = commandOf(cmd.Flags(), spec)
			return o.run(spec)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.consensus, "consensus", "", "`URL` of the Consensus to test")
	flags.StringVar(&f.blob, "blob", "", "`URL` of the Blob to test")
	flags.IntVar(&f.clients, "clients", workload.DefaultClients, "how many clients work at the same time")
	flags.IntVar(&f.keys, "keys", workload.DefaultKeys, "how many keys they share at a time")
	flags.Int64Var(&f.ops, "ops", 0, "stop after that many operations on each store")
	flags.DurationVar(&f.time, "time", 0, "stop after that time, 30s for example; two stores share it (default 10s, unless --ops is given)")
	flags.DurationVar(&f.timeout, "timeout", workload.DefaultTimeout, "how long a client waits for an operation, whose outcome then is unknown")
	flags.StringToIntVar(&f.weights, "weights", nil, "how often operations are requested, relative to each other, `OPERATION=N,...`; 0 is never (default "+usualWeights()+")")
	flags.Lookup("weights").DefValue = "" // or the help ends with another default
	flags.IntVar(&f.value, "value-bytes", workload.DefaultValueBytes, "size of the usual largest value")
	flags.IntVar(&f.large, "large-bytes", workload.DefaultLargeBytes, "size of the large values that come now and then")
	flags.StringSliceVar(&f.faults, "faults", nil, "what goes wrong, `NAME[=VALUE],...` or whole lines of a plan: "+strings.Join(faults.Names(), ", "))
	flags.StringVar(&f.faultPlan, "fault-plan", "", "`FILE` with more that goes wrong, one fault a line")
	flags.StringSliceVar(&f.relax, "relax", nil, "named exceptions from the contract, `NAME,...`: "+knownRelaxations())
	flags.Uint64Var(&f.seed, "seed", 0, "decides what the clients request and which faults happen (default a random one, which is printed)")
	flags.StringVar(&f.name, "name", "", "name of the run (default after its stores)")
	flags.StringVar(&f.store, "store", "store", "`DIR` in which each run leaves a directory of its own")
	flags.StringVar(&f.certificate, "certificate", "", "`FILE` that keeps the proof of the verdict on the one store, for assay verify")
	flags.StringVar(&o.summary, "summary", "", "`FILE` that gets a summary in Markdown, at its end, for the page of a build job")
	flags.BoolVar(&o.json, "json", false, "print one JSON object per store on standard output, everything else on standard error")
	return cmd
}

// spec is what the flags ask for.
func (f runFlags) spec(given func(flag string) bool) (job.Spec, error) {
	if err := f.checkNumbers(given); err != nil {
		return job.Spec{}, err
	}
	plan, err := f.plan()
	if err != nil {
		return job.Spec{}, err
	}
	relax, err := parseRelaxations(f.relax)
	if err != nil {
		return job.Spec{}, err
	}
	s := job.Spec{
		Targets: f.targets(given), Clients: f.clients, Keys: f.keys,
		Ops: f.ops, Duration: f.time, Timeout: f.timeout, Faults: plan, Relax: relax,
		Weights: f.weights,
		Seed:    f.seed, Name: f.name, Store: f.store, Certificate: f.certificate,
		BeforeCheck: letGarbageRest,
	}
	if given("value-bytes") {
		s.ValueBytes = f.value
	}
	if given("large-bytes") {
		s.LargeBytes = f.large
	}
	if err := checkWorkload(s); err != nil {
		return s, err
	}
	if f.certificate != "" && len(s.Targets) != 1 {
		return s, errors.New("--certificate keeps one proof: give --consensus or --blob")
	}
	if !given("ops") && !given("time") {
		s.Duration = defaultTime
	}
	if !given("seed") {
		s.Seed = drawSeed()
	}
	if !given("name") {
		s.Name = nameAfter(s.Targets)
	} else if err := results.CheckName(s.Name); err != nil {
		return s, fmt.Errorf("--name: %w", err)
	}
	return s, nil
}

// plan is what goes wrong: what stands on the command line, and then what stands in the
// file.
func (f runFlags) plan() (faults.Plan, error) {
	plan, err := faults.Parse(f.faults)
	if err != nil {
		return nil, fmt.Errorf("--faults: %w", err)
	}
	if f.faultPlan == "" {
		return plan, nil
	}
	more, err := faults.ReadFile(f.faultPlan)
	if err != nil {
		return nil, fmt.Errorf("--fault-plan: %w", err)
	}
	return append(plan, more...), nil
}

func (f runFlags) checkNumbers(given func(flag string) bool) error {
	switch {
	case f.clients < 1:
		return fmt.Errorf("--clients %d: give at least 1", f.clients)
	case f.keys < 1:
		return fmt.Errorf("--keys %d: give at least 1", f.keys)
	case given("ops") && given("time"):
		return errors.New("--ops and --time: give only one of them")
	case given("ops") && f.ops < 1:
		return fmt.Errorf("--ops %d: give at least 1", f.ops)
	case given("time") && f.time <= 0:
		return fmt.Errorf("--time %v: give a length of time above 0, 30s for example", f.time)
	case f.timeout <= 0:
		return fmt.Errorf("--timeout %v: give a length of time above 0, 500ms for example", f.timeout)
	case f.store == "":
		return errors.New("--store: give a directory")
	}
	return nil
}

func (f runFlags) targets(given func(flag string) bool) []job.Target {
	var targets []job.Target
	if given("consensus") {
		targets = append(targets, job.Target{Object: history.Consensus, URL: f.consensus})
	}
	if given("blob") {
		targets = append(targets, job.Target{Object: history.Blob, URL: f.blob})
	}
	return targets
}

// run carries out spec and reports each result.
func (o *output) run(spec job.Spec) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// Once the first signal is here, the second has its usual effect: the end.
	context.AfterFunc(ctx, stop)
	o.cleanUp(ctx)
	err := job.Run(ctx, spec, o.progress(), o.report)
	if errors.Is(err, location.ErrInvalidArgument) {
		return fmt.Errorf("--%w", err)
	}
	if err != nil {
		return failure{exitNotRun, err}
	}
	return nil
}
