package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/assay-dev/assay/backends/local"
	"github.com/assay-dev/assay/faults"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// reachTimeout is how long a store may take to open and to answer for the first time.
const reachTimeout = 30 * time.Second

// A store is a target with the handles that were opened on it.
type store struct {
	Target
	handles handles
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
	s.handles.url = shareable(storeURL)
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	if s.Object == history.Blob {
		blob, err := s.handles.blob(ctx, probe)
		if err == nil {
			_, _, err = blob.Get(ctx, location.LivenessKey)
		}
		return err
	}
	consensus, err := s.handles.consensus(ctx, probe)
	if err == nil {
		_, _, err = consensus.Head(ctx, location.LivenessKey)
	}
	return err
}

// newRunner returns the runner of the object's workload.
func (s *store) newRunner(rec *history.Recorder, opts workload.Options) (*workload.Runner, error) {
	if s.Object == history.Blob {
		return workload.NewBlobRunner(func(ctx context.Context, client int) (location.Blob, error) {
			blob, err := s.handles.blob(ctx, handleOf(client, opts.Clients))
			if err != nil || s.unreliable == nil {
				return blob, err
			}
			return s.unreliable.Blob(blob, client), nil
		}, rec, opts)
	}
	return workload.NewConsensusRunner(func(ctx context.Context, client int) (location.Consensus, error) {
		consensus, err := s.handles.consensus(ctx, handleOf(client, opts.Clients))
		if err != nil || s.unreliable == nil {
			return consensus, err
		}
		return s.unreliable.Consensus(consensus, client), nil
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
		errs = append(errs, s.handles.close())
		if s.server != nil {
			errs = append(errs, s.server.Close())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close the store: %w", err)
	}
	return nil
}
