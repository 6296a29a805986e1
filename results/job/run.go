package job

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload"
)

var errInterrupted = errors.New("interrupted before the run began")

// Run carries out a run and calls report with the result of each target. When ctx ends,
// the target under way is brought to its end, quiet phase and check included, and no
// further one begins.
//
// An error means that nothing was run or that nothing could be kept of it; it wraps
// [location.ErrInvalidArgument] when a store's URL can never be right.
func Run(ctx context.Context, spec Spec, progress workload.Progress, report func(results.Result)) (err error) {
	if err := spec.checkFaults(); err != nil {
		return err
	}
	// Named stores first: a URL that is wrong leaves no directory behind.
	stores, err := reachAll(ctx, spec.Targets)
	if err != nil {
		return err
	}
	// Deferred, so that servers end with a run that panics, too.
	defer func() { err = errors.Join(err, closeAll(stores)) }()
	if ctx.Err() != nil {
		return errInterrupted
	}
	started := time.Now()
	dir, err := results.Create(spec.Store, spec.Name, started)
	if err == nil && len(stores) == 0 {
		stores, err = reachEmbedded(ctx, dir)
	}
	if err != nil {
		return err
	}
	for _, s := range stores {
		if ctx.Err() != nil {
			break
		}
		t := &task{spec: spec, store: s, started: started, share: spec.Duration / time.Duration(len(stores))}
		t.dir = directory(dir, s.Target, len(stores))
		t.progress = progress
		t.progress.Name = string(s.Object)
		result, err := t.run(ctx)
		if result.Verdict != "" {
			report(result)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// reachEmbedded opens the embedded stores in the run's directory.
func reachEmbedded(ctx context.Context, dir string) ([]*store, error) {
	targets, err := embedded(dir)
	if err != nil {
		return nil, err
	}
	for _, target := range targets {
		if err := os.Mkdir(directory(dir, target, len(targets)), 0o755); err != nil {
			return nil, fmt.Errorf("create the run's directory: %w", err)
		}
	}
	return reachAll(ctx, targets)
}
