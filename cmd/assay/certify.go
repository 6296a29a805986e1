package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify"
	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/suite"
)

const certifyHelp = `Carry out a suite, a matrix of stores, workloads, faults and seeds, and issue a
certificate: for each clause of the contract whether each store keeps it strictly, under
a relaxation, or not, and the runs that this rests on.

SUITE is quick (the embedded stores, about a minute), nightly (real servers under real
faults too, an hour or two) or a file that ends in .yaml.

The first ^C brings the runs under way to their end, the second ends at once. A further
call with the same --dir goes on where that one ended: runs that are there, whole, are
not repeated.

A suite can be split over machines: each takes a --shard and keeps its runs, and --merge
makes one certificate of them.`

const certifyExamples = `  assay certify quick                          the embedded stores
  assay certify nightly --budget 2h --jobs 4   no run begins after two hours
  assay certify suite.yaml --dir mine          the first part, until ^C
  assay certify suite.yaml --dir mine          and the rest
  assay certify nightly --shard 0/2 --dir a    on one machine
  assay certify nightly --shard 1/2 --dir b    on another
  assay certify --merge a b --dir both         one certificate
  assay verify both/certificate.json           from the files of all runs
  assay certify compare old/certificate.json both/certificate.json`

// certifyFlags are the flags of assay certify as they were given.
type certifyFlags struct {
	dir, shard, upload, summary string
	budget                      time.Duration
	jobs                        int
	list, merge                 bool
}

func certifyCommand(o *output) *cobra.Command {
	var f certifyFlags
	cmd := &cobra.Command{
		Use:     "certify SUITE | --merge DIR...",
		Short:   "Carry out a suite and issue a certificate",
		Long:    certifyHelp,
		Example: certifyExamples,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(args); err != nil {
				return err
			}
			if f.merge {
				return o.mergeShards(f, args)
			}
			return o.certify(f, args[0])
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.dir, "dir", "", "`DIR` that keeps the runs and the certificate (default certificates/SUITE/TIME, a fresh one)")
	flags.DurationVar(&f.budget, "budget", 0, "after that time no further run begins, 10m for example (default no limit)")
	flags.IntVar(&f.jobs, "jobs", runtime.NumCPU(), "how many runs are under way at a time")
	flags.StringVar(&f.shard, "shard", "", "carry out share `i/n` of the matrix, i from 0 on")
	flags.BoolVar(&f.merge, "merge", false, "make one certificate of those of shards, in directories or at the URL of a Blob")
	flags.StringVar(&f.upload, "upload", "", "put everything into the Blob at `URL` as well, s3://bucket/prefix for example")
	flags.BoolVar(&f.list, "list", false, "only say which runs there are")
	flags.StringVar(&f.summary, "summary", "", "`FILE` that gets a summary in Markdown, at its end, for the page of a build job")
	flags.BoolVar(&o.json, "json", false, "print the certificate on standard output, everything else on standard error")
	cmd.AddCommand(compareCommand(o))
	return cmd
}

func (f certifyFlags) check(args []string) error {
	switch {
	case f.merge && len(args) == 0:
		return errors.New("--merge: name the directories of the shards, or the URL of the Blob that they are in")
	case f.merge && f.dir == "":
		return errors.New("--merge: give --dir, the directory of the one certificate")
	case f.merge && (f.shard != "" || f.list):
		return errors.New("--merge takes neither --shard nor --list")
	case !f.merge && len(args) != 1:
		return errors.New("name one suite: quick, nightly or a file that ends in .yaml")
	case f.budget < 0:
		return fmt.Errorf("--budget %v: give a length of time above 0, 10m for example", f.budget)
	case f.jobs < 1:
		return fmt.Errorf("--jobs %d: give at least 1", f.jobs)
	}
	return nil
}

// certify carries out a suite, or says what it is.
func (o *output) certify(f certifyFlags, name string) error {
	s, err := suite.Load(name)
	if err != nil {
		return err
	}
	var shard suite.Shard
	if f.shard != "" {
		if shard, err = suite.ParseShard(f.shard); err != nil {
			return fmt.Errorf("--%w", err)
		}
	}
	if f.list {
		return o.listCells(s, shard)
	}
	if f.dir == "" {
		f.dir = filepath.Join("certificates", s.Name, time.Now().UTC().Format("20060102T150405Z"))
	}
	ctx, stop := untilSignal()
	defer stop()
	o.cleanUp(ctx)
	file, onFile := o.stderr.(*os.File)
	c, err := certify.Run(ctx, certify.Options{
		Suite: s, Shard: shard, Dir: f.dir, Jobs: f.jobs, Budget: f.budget,
		Progress: o.stderr, Terminal: onFile && term.IsTerminal(int(file.Fd())),
	})
	if c == nil || errors.Is(err, location.ErrInvalidArgument) {
		return certifyFailure(err)
	}
	// An upload is the end of it all, also of a call that was interrupted.
	err = errors.Join(err, o.issue(context.WithoutCancel(ctx), f, c))
	if len(c.Left) > 0 {
		fmt.Fprintf(o.stderr, "assay: go on with: %s\n", results.CommandLine(f.again(name)))
	}
	return certifyFailure(err)
}

// again is the command that goes on.
func (f certifyFlags) again(name string) []string {
	args := []string{"assay", "certify", name, "--dir", f.dir}
	if f.shard != "" {
		args = append(args, "--shard", f.shard)
	}
	return args
}

func (o *output) mergeShards(f certifyFlags, sources []string) error {
	ctx, stop := untilSignal()
	defer stop()
	c, err := certify.Merge(ctx, f.dir, sources, o.stderr)
	if err != nil {
		return certifyFailure(err)
	}
	return certifyFailure(o.issue(ctx, f, c))
}

// issue tells what the certificate says, and puts it where it was asked for.
func (o *output) issue(ctx context.Context, f certifyFlags, c *certificate.Certificate) error {
	o.worsen(exitCode(c.Verdict))
	err := c.WriteText(o.people())
	if err == nil {
		_, err = fmt.Fprintf(o.people(), "  %s, and certificate.html, badge.svg and junit.xml beside it\n", filepath.Join(f.dir, certificate.File))
	}
	if o.json {
		text, problem := c.JSON()
		_, problem2 := o.stdout.Write(text)
		err = errors.Join(err, problem, problem2)
	}
	if f.summary != "" {
		err = errors.Join(err, appendSummary(f.summary, c))
	}
	if f.upload != "" {
		err = errors.Join(err, certify.Upload(ctx, f.dir, f.upload, c, o.stderr))
	}
	return err
}

func appendSummary(path string, c *certificate.Certificate) error {
	text, err := c.Markdown()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("--summary: %w", err)
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}

func (o *output) listCells(s *suite.Suite, shard suite.Shard) error {
	for _, cell := range s.Share(shard) {
		if _, err := fmt.Fprintln(o.stdout, cell); err != nil {
			return failure{exitNotRun, err}
		}
	}
	return nil
}

// certifyFailure is a certification that could not be carried out, or bad usage.
func certifyFailure(err error) error {
	if err == nil || errors.Is(err, location.ErrInvalidArgument) || errors.Is(err, certify.ErrOccupied) || errors.Is(err, certify.ErrShards) {
		return err
	}
	return failure{exitNotRun, err}
}

// untilSignal returns a context that ends with the first signal; the second has its usual
// effect.
func untilSignal() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
