package job

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/minimal"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/counterexample"
	"github.com/assay-dev/assay/workload/history"
)

// CheckOptions say how a history file is judged.
type CheckOptions struct {
	// Relax are the relaxations; nil means those that the history's header names.
	Relax  location.Relaxations
	Budget checker.Budget
	// Certificate is the file that keeps the proof of the verdict; empty means none.
	Certificate string
	// Interrupted: a signal stopped the run early.
	Interrupted bool
	// Cut is what kept the run from coming to its end; nil when it came there. It still
	// counts when what it saw is a violation.
	Cut error
}

// Check judges a history file from its content alone, and verifies the verdict by its
// certificate. In a run's directory it leaves the report, and the counterexample of an
// invalid history, in place of any earlier ones. An error without a result means that the file cannot be
// read or is no history; one with a result, that something cannot be kept.
func Check(ctx context.Context, path string, opts CheckOptions) (results.Result, *history.History, error) {
	begin := time.Now()
	h, err := history.ReadFile(path)
	if err != nil {
		return results.Result{}, nil, err
	}
	relax := opts.Relax
	if relax == nil {
		relax = h.Header.Relax
	}
	found, err := checker.Check(ctx, h, checker.Options{Relax: relax, Budget: opts.Budget})
	if err != nil {
		return results.Result{}, nil, fmt.Errorf("%s: %w", path, err)
	}
	// The verdict is verified while the evidence is gathered: either goes through all
	// operations, one after the other.
	proven := make(chan error, 1)
	go func() { proven <- proof.Verify(h, relax, found.Certificate) }()
	r := results.NewResult(h, *found, relax)
	if err := <-proven; err != nil {
		r.Distrust(err)
	}
	r.History = path
	r.Dir = results.DirectoryOf(path)
	r.CheckSeconds = time.Since(begin).Seconds()
	r.Interrupted = opts.Interrupted
	if r.Verdict != checker.Invalid && opts.Cut != nil {
		r.Verdict, r.Reason = results.NotRun, reasonOf(opts.Cut, h)
	}
	small, err := keepCounterexample(ctx, h, &r)
	draw(&r, runOf(h), h, small)
	return r, h, errors.Join(err, keep(found.Certificate, opts.Certificate))
}

// keepCounterexample leaves the counterexample in the run's directory, or none there. It
// returns the small history that it is made of, nil when there is none.
func keepCounterexample(ctx context.Context, h *history.History, r *results.Result) (*minimal.Counterexample, error) {
	switch {
	case r.Dir == "":
		return nil, nil
	case r.Verdict != checker.Invalid:
		return nil, counterexample.Remove(r.Dir)
	}
	c, err := counterexample.New(ctx, h, *r)
	if err != nil {
		return nil, err
	}
	r.Counterexample = filepath.Join(r.Dir, counterexample.TextFile)
	return c.Small(), c.Save()
}

func keep(certificate *proof.Certificate, path string) error {
	if path == "" {
		return nil
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("keep the certificate: %w", err)
	}
	return errors.Join(certificate.Write(file), file.Close())
}

// Verify verifies what a certificate file claims of a history file, with the verifier
// alone. It returns the certificate; an error means that it proves nothing.
func Verify(path, certificatePath string, relax location.Relaxations) (*proof.Certificate, error) {
	var certificate *proof.Certificate
	var certificateErr error
	var reading sync.WaitGroup
	reading.Go(func() { certificate, certificateErr = readCertificate(certificatePath) })
	h, err := history.ReadFile(path)
	reading.Wait()
	if err := cmp.Or(err, certificateErr); err != nil {
		return nil, err
	}
	if relax == nil {
		relax = h.Header.Relax
	}
	return certificate, proof.Verify(h, relax, certificate)
}

func readCertificate(path string) (*proof.Certificate, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	certificate, err := proof.Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return certificate, nil
}
