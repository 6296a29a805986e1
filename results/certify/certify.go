// Package certify carries out a suite: a matrix of runs, several at a time, within a
// budget of time, and going on where an earlier call was interrupted. It issues the
// certificate, and verifies one from the files that it rests on.
package certify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/suite"
)

// What is in the directory of a certification, beside the certificate.
const (
	suiteFile = "suite.json" // what the runs are for
	lockFile  = ".lock"      // held by whoever adds runs
	runsDir   = "runs"       // runs/ID/TIME is a run's directory
	placesDir = "stores"     // where embedded stores are while they are tested
)

// ErrOccupied: the directory belongs to another suite, or another process is at work
// in it.
var ErrOccupied = errors.New("give another directory")

// Options say what is certified and how.
type Options struct {
	Suite *suite.Suite
	Shard suite.Shard // the zero Shard is the whole matrix
	// Dir is where everything is kept. Runs that are there already, whole, are not
	// repeated.
	Dir string
	// Jobs is how many runs are under way at a time, at least 1.
	Jobs int
	// Budget is the time after which no further run begins; 0 means no limit.
	Budget time.Duration
	// Progress gets a line for each run, and shows where the whole stands; on a terminal
	// in a line that is rewritten.
	Progress io.Writer
	Terminal bool
}

// Run carries out what is left of a suite, and issues the certificate. When ctx ends, the
// runs under way are brought to their end, and those that show no violation are left for
// the next call.
//
// An error means that nothing can be kept, or wraps [location.ErrInvalidArgument] when a
// store or its faults can never be right.
func Run(ctx context.Context, o Options) (*certificate.Certificate, error) {
	unlock, err := occupy(o.Dir, o.Suite)
	if err != nil {
		return nil, err
	}
	defer unlock()
	m := newMatrix(o)
	if err := m.resume(); err != nil {
		return nil, err
	}
	err = m.carry(ctx)
	// What is whole is kept, whatever became of the others.
	c := certificate.New(*o.Suite, o.Shard, m.runs, time.Now())
	return c, errors.Join(err, c.Save(o.Dir))
}

// occupy makes the directory one of this suite, and of this process until the function
// that it returns is called.
func occupy(dir string, s *suite.Suite) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("create the directory of the certificate: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock the directory of the certificate: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another process is at work in %s: %w", dir, ErrOccupied), lock.Close())
	}
	unlock = func() { lock.Close() } // which gives the lock up
	if err := claim(dir, s); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

// claim notes for which suite the directory is, or finds that it is for this one.
func claim(dir string, s *suite.Suite) error {
	var there suite.Suite
	switch err := readJSON(filepath.Join(dir, suiteFile), &there); {
	case errors.Is(err, os.ErrNotExist):
		return writeJSON(filepath.Join(dir, suiteFile), s)
	case err != nil:
		return err
	case there.Sum() != s.Sum():
		return fmt.Errorf("%s holds runs of suite %q as it demanded something else: %w", dir, there.Name, ErrOccupied)
	}
	return nil
}

// A matrix is a suite under way.
type matrix struct {
	Options
	progress *progress
	deadline time.Time // zero for none

	mu   sync.Mutex
	todo []suite.Cell
	runs []certificate.Run
	errs []error
}

func newMatrix(o Options) *matrix {
	m := &matrix{Options: o}
	if o.Budget > 0 {
		m.deadline = time.Now().Add(o.Budget)
	}
	return m
}

// carry carries out all cells that are left, as many at a time as there are jobs.
func (m *matrix) carry(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m.progress = newProgress(m)
	defer m.progress.end()
	var jobs sync.WaitGroup
	for range m.Jobs {
		jobs.Go(func() {
			for cell, ok := m.next(ctx); ok; cell, ok = m.next(ctx) {
				m.progress.begin()
				run, err := m.run(ctx, cell)
				m.finish(cell, run, err)
				if err != nil {
					cancel() // the others end in order
				}
			}
		})
	}
	jobs.Wait()
	return errors.Join(m.errs...)
}

// next takes the next cell, if there is time for one.
func (m *matrix) next(ctx context.Context) (suite.Cell, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	late := !m.deadline.IsZero() && time.Now().After(m.deadline)
	if len(m.todo) == 0 || ctx.Err() != nil || late {
		return suite.Cell{}, false
	}
	cell := m.todo[0]
	m.todo = m.todo[1:]
	return cell, true
}

// finish keeps what became of a cell; a nil run was interrupted.
func (m *matrix) finish(cell suite.Cell, run *certificate.Run, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		m.errs = append(m.errs, fmt.Errorf("%v: %w", cell, err))
	}
	if run != nil {
		m.runs = append(m.runs, *run)
	}
	m.progress.finish(cell, run)
}

// runPath is the directory of the runs of a cell.
func (m *matrix) runPath(cell suite.Cell) string { return filepath.Join(m.Dir, runsDir, cell.ID()) }

// isWhole reports whether a run needs no repetition: one that could not be carried out
// does.
func isWhole(run *certificate.Run) bool { return run.Verdict != results.NotRun }
