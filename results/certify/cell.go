package certify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/coverage"
	"github.com/assay-dev/assay/results/certify/suite"
	"github.com/assay-dev/assay/results/job"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// proofFile is what keeps the proof of a run's verdict, in its directory.
const proofFile = "proof.json"

// run carries out one cell, as an ordinary run with a directory of its own, and records
// it. It returns nil when the run was interrupted and shows nothing.
func (m *matrix) run(ctx context.Context, cell suite.Cell) (*certificate.Run, error) {
	spec, err := m.spec(cell)
	if err != nil {
		return nil, err
	}
	// What an interrupted call has left of this cell is in nobody's record.
	for _, dir := range []string{m.runPath(cell), m.place(cell)} {
		if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
			return nil, fmt.Errorf("make a fresh directory for the run: %w", err)
		}
	}
	var result results.Result
	err = job.Run(ctx, spec, workload.Progress{To: io.Discard}, func(r results.Result) { result = r })
	err = errors.Join(err, os.RemoveAll(m.place(cell)))
	interrupted := ctx.Err() != nil && (result.Verdict == "" || result.Interrupted && result.Verdict != checker.Invalid)
	switch {
	case interrupted:
		return nil, os.RemoveAll(m.runPath(cell))
	case err != nil:
		return nil, err
	}
	if result.History != "" {
		if err := os.Rename(spec.Certificate, filepath.Join(result.Dir, proofFile)); err != nil {
			return nil, fmt.Errorf("keep the proof: %w", err)
		}
	}
	return m.record(cell, result)
}

// spec is what a cell asks for.
func (m *matrix) spec(cell suite.Cell) (job.Spec, error) {
	store, work := m.Suite.Store(cell.Store), m.Suite.Workload(cell)
	plan, err := cell.Plan()
	if err != nil {
		return job.Spec{}, err
	}
	place, err := m.url(cell, store)
	if err != nil {
		return job.Spec{}, err
	}
	return job.Spec{
		Targets: []job.Target{{Object: store.Object, URL: place}},
		Clients: work.Clients, Keys: work.Keys, Ops: work.Operations, Duration: work.Time(), Timeout: work.Timeout(),
		Faults: plan, Relax: store.Relax, Seed: cell.Seed,
		Name: cell.ID(), Store: filepath.Join(m.Dir, runsDir), Command: command(cell, store, work, place),
		Certificate: filepath.Join(m.runPath(cell), proofFile),
	}, nil
}

// place is where a cell's embedded store is while it is tested.
func (m *matrix) place(cell suite.Cell) string { return filepath.Join(m.Dir, placesDir, cell.ID()) }

// url returns where the cell's store is. One of files that names no place gets a fresh
// one.
func (m *matrix) url(cell suite.Cell, store *suite.Store) (string, error) {
	scheme, rest, _ := strings.Cut(store.Secret(), ":")
	if !placeless(store.Secret()) {
		return store.Secret(), nil
	}
	path, err := filepath.Abs(filepath.Join(m.place(cell), "store"))
	if err != nil {
		return "", err
	}
	return (&url.URL{Scheme: scheme, Path: filepath.ToSlash(path)}).String() + rest, nil
}

// placeless reports whether a store of files is named without its place.
func placeless(storeURL string) bool {
	scheme, rest, _ := strings.Cut(storeURL, ":")
	return (scheme == "bolt" || scheme == "file") && (rest == "" || rest[0] == '?')
}

// command is what runs a cell alone, without secrets.
func command(cell suite.Cell, store *suite.Store, work suite.Workload, place string) string {
	args := []string{"assay", "run", "--" + string(store.Object), backends.Redact(place),
		"--clients", strconv.Itoa(work.Clients), "--keys", strconv.Itoa(work.Keys), "--seed", strconv.FormatUint(cell.Seed, 10)}
	if work.Operations > 0 {
		args = append(args, "--ops", strconv.FormatInt(work.Operations, 10))
	} else {
		args = append(args, "--time", work.Time().String())
	}
	if work.TimeoutSeconds > 0 {
		args = append(args, "--timeout", work.Timeout().String())
	}
	if cell.Faults != suite.None {
		args = append(args, "--faults", cell.Faults)
	}
	if len(store.Relax) > 0 {
		args = append(args, "--relax", store.Relax.String())
	}
	return results.CommandLine(args)
}

// record describes a run that has come to its end, in its directory and to the caller.
func (m *matrix) record(cell suite.Cell, result results.Result) (*certificate.Run, error) {
	var asked results.Run
	if err := readJSON(filepath.Join(result.Dir, results.RunFile), &asked); err != nil {
		return nil, err
	}
	exercised := coverage.None(result.Object)
	if result.Verdict != results.NotRun {
		h, err := history.ReadFile(result.History)
		if err != nil {
			return nil, err
		}
		exercised = coverage.Of(h)
	}
	run := certificate.NewRun(cell, asked, result, exercised)
	run.Machine = certificate.ThisMachine()
	// Not from the result, which has the directory without links.
	run.Dir = strings.Join([]string{runsDir, cell.ID(), filepath.Base(result.Dir)}, "/")
	if err := sumAll(result.Dir, run.Files); err != nil {
		return nil, err
	}
	return &run, writeJSON(filepath.Join(result.Dir, recordFile), run)
}

// sumAll adds the sums of the files in dir.
func sumAll(dir string, sums map[string]string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			continue
		}
		if sums[entry.Name()], err = certificate.SumFile(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}
