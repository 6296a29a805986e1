package job

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/backends/local"
	"github.com/assay-dev/assay/faults"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// reachTimeout is how long a store may take to open and to answer for the first time.
const reachTimeout = 30 * time.Second

// A store is a target with its handle, which all clients share as they would in a
// program of their own: opened again, mem: would be another store.
type store struct {
	Target
	consensus backends.Consensus
	blob      backends.Blob
	// server is what was started for the target; nil when it is somebody else's.
	server *local.Server
	// unreliable stands between the clients and the handle; nil means that nothing does.
	unreliable *faults.Unreliable
	// cuts cut the connections to server; nil means that nobody does.
	cuts *faults.Cuts
	// err says why the target could not be reached.
	err error
}

// reachAll opens each target and asks it for its first answer. An error means that a
// URL can never be right; a store that is merely out of reach says so itself.
func reachAll(ctx context.Context, targets []Target) ([]*store, error) {
	var stores []*store
	for _, target := range targets {
		s := &store{Target: target}
		s.err = s.reach(ctx)
		stores = append(stores, s)
		if errors.Is(s.err, location.ErrInvalidArgument) {
			return nil, errors.Join(fmt.Errorf("%s: %w", s.Object, s.err), closeAll(stores))
		}
	}
	return stores, nil
}

func (s *store) reach(ctx context.Context) (err error) {
	storeURL := s.URL
	if local.Is(storeURL) {
		if s.server, err = local.Start(ctx, storeURL); err != nil {
			return err
		}
		storeURL = s.server.URL
	}
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	if s.Object == history.Blob {
		if s.blob, err = backends.OpenBlob(ctx, storeURL); err == nil {
			_, _, err = s.blob.Get(ctx, location.LivenessKey)
		}
		return err
	}
	if s.consensus, err = backends.OpenConsensus(ctx, storeURL); err == nil {
		_, _, err = s.consensus.Head(ctx, location.LivenessKey)
	}
	return err
}

// newRunner returns the runner of the object's workload.
func (s *store) newRunner(rec *history.Recorder, opts workload.Options) (*workload.Runner, error) {
	if s.Object == history.Blob {
		return workload.NewBlobRunner(func(_ context.Context, client int) (location.Blob, error) {
			if s.unreliable == nil {
				return s.blob, nil
			}
			return s.unreliable.Blob(s.blob, client), nil
		}, rec, opts)
	}
	return workload.NewConsensusRunner(func(_ context.Context, client int) (location.Consensus, error) {
		if s.unreliable == nil {
			return s.consensus, nil
		}
		return s.unreliable.Consensus(s.consensus, client), nil
	}, rec, opts)
}

// inject lets the plan's faults happen from now on.
func (s *store) inject(plan faults.Plan, seed uint64) {
	if plan.UnreliableRate > 0 {
		s.unreliable = faults.NewUnreliable(seed, faults.Rate(plan.UnreliableRate))
	}
}

// heal ends all faults, waits until their late effects have landed, and records what
// was seen of them.
func (s *store) heal(ctx context.Context, rec *history.Recorder, start time.Time) error {
	err := s.cuts.Stop()
	if s.unreliable == nil {
		return err
	}
	s.unreliable.AllAvailable()
	err = errors.Join(err, s.unreliable.Drain(ctx))
	fault := history.Fault{Fault: faults.UnreliableName, Return: history.Never, Effect: s.unreliable.Counts().Effect()}
	if err == nil {
		fault.Return = int64(time.Since(start))
	}
	rec.Fault(fault)
	return err
}

func closeAll(stores []*store) error {
	var errs []error
	for _, s := range stores {
		for _, handle := range []io.Closer{s.consensus, s.blob} {
			if handle != nil {
				errs = append(errs, handle.Close())
			}
		}
		if s.server != nil {
			errs = append(errs, s.server.Close())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close the store: %w", err)
	}
	return nil
}
