package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/assay-dev/assay/backends/local"
	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/faults"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// reachTimeout is how long a store may take to open and to answer for the first time.
const reachTimeout = 30 * time.Second

// How long a store may take to answer again after faults, and how long to wait between
// two questions.
const (
	recoveryTimeout = time.Minute
	recoveryPause   = 50 * time.Millisecond
)

// A store is a target with the handles that were opened on it.
type store struct {
	Target
	handles handles
	// server is what was started for the target; nil when it is somebody else's.
	server *local.Server
	// target is what faults act on; nil before the run.
	target *faults.Target
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
	err = s.askUntil(ctx)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %v: %w", reachTimeout, err)
	}
	return err
}

// answersAgain waits until the store answers, after faults.
func (s *store) answersAgain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, recoveryTimeout)
	defer cancel()
	for {
		last := s.askOnce(ctx)
		if last == nil {
			return nil
		}
		if ended := s.ended(ctx); ended != nil {
			return &silentError{fmt.Errorf("it ended when all faults were healed: %w", ended)}
		}
		select {
		case <-ctx.Done():
			return &silentError{fmt.Errorf("all faults were healed %v ago: %w", recoveryTimeout, last)}
		case <-time.After(recoveryPause):
		}
	}
}

// ended says how the server ended that was started for the target, if it did: nobody
// starts it again.
func (s *store) ended(ctx context.Context) error {
	if s.server == nil {
		return nil
	}
	return servers.Ended(ctx, s.server.Node(""))
}

// askOnce does not wait for an answer that is lost.
func (s *store) askOnce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, workload.DefaultTimeout)
	defer cancel()
	return s.askUntil(ctx)
}

// askUntil asks for one answer until ctx ends, also when the call does not return then.
func (s *store) askUntil(ctx context.Context) error {
	answered := make(chan error, 1)
	go func() { answered <- s.ask(ctx) }()
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-answered:
		return err
	case <-time.After(workload.DefaultGrace):
		return fmt.Errorf("the call does not return: %w", ctx.Err())
	}
}

// ask asks the store for one answer, on the handle that no client uses.
func (s *store) ask(ctx context.Context) error {
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

// newRunner returns the runner of the object's workload, whose clients work on what
// faults leave of the store.
func (s *store) newRunner(rec *history.Recorder, opts workload.Options) (*workload.Runner, error) {
	if s.Object == history.Blob {
		return workload.NewBlobRunner(func(ctx context.Context, client int) (location.Blob, error) {
			blob, err := s.handles.blob(ctx, handleOf(client, opts.Clients))
			if err != nil {
				return nil, err
			}
			return s.target.Blob(blob, client), nil
		}, rec, opts)
	}
	return workload.NewConsensusRunner(func(ctx context.Context, client int) (location.Consensus, error) {
		consensus, err := s.handles.consensus(ctx, handleOf(client, opts.Clients))
		if err != nil {
			return nil, err
		}
		return s.target.Consensus(consensus, client), nil
	}, rec, opts)
}

func closeAll(stores []*store) error {
	var errs []error
	for _, s := range stores {
		errs = append(errs, s.handles.close())
		if s.target != nil {
			s.target.Close()
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
