package zoo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/backends/defective"
	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/faults/unreliable"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results/evidence"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

const (
	// firstRun is how many operations the first run of a trial has; each further one has
	// twice as many.
	firstRun = 1000
	// unlimited: the time alone ends a trial.
	unlimited = 1 << 30
	// enoughForKnown is how many operations are spent on a bug that the suite has found.
	enoughForKnown = 30_000
	// searchBudget bounds the searches of a check together: one key that is decided is
	// enough to find a bug, and a hard one should not take the time of the others.
	searchBudget = 5 * time.Second
	// handles is how many the clients share, so that both what goes wrong within a handle
	// and what goes wrong between two of them is seen.
	handles = 2
)

// A trial looks for a bug with one seed: in runs without and with faults by turns, each
// pair of twice the length.
type trial struct {
	object defective.Object
	url    string
	seed   uint64
	most   int // operations after which it gives up
	limit  time.Duration
}

// found is how a trial found its bug.
type found struct {
	by         string // noFaults, or the fault
	clause     string // or insufficient
	operations int    // of all runs of the trial, up to where the history is wrong
	elapsed    time.Duration
}

const noFaults = "workload"

// insufficient stands for a clause where no order is broken, but something is refused
// each time that the contract allows: such a run does not pass either.
const insufficient = "insufficient"

// passes reports whether the evidence of a run without faults is enough.
func passes(h *history.History) bool {
	return len(evidence.Gather(h, nil).Missing(evidence.Asked{})) == 0
}

// run returns nil when the bug was not found.
func (t trial) run(ctx context.Context) (*found, error) {
	begun := time.Now()
	before := 0
	for ops := firstRun; before < t.most && time.Since(begun) < t.limit; ops *= 2 {
		for _, rate := range []float64{0, unreliable.DefaultRate} {
			left := t.limit - time.Since(begun)
			if left <= 0 {
				break
			}
			h, err := t.record(ctx, rate, ops, left)
			if err != nil {
				return nil, err
			}
			result, err := checker.Check(ctx, h, checker.Options{Workers: 1, Budget: checker.Budget{Time: min(left, searchBudget)}})
			if err != nil {
				return nil, err
			}
			if clause, at := earliest(h, result.Violations); clause != "" {
				return &found{by: name(rate), clause: clause, operations: before + at, elapsed: time.Since(begun)}, nil
			}
			before += len(h.Operations)
			if rate == 0 && !passes(h) {
				return &found{by: name(rate), clause: insufficient, operations: before, elapsed: time.Since(begun)}, nil
			}
		}
	}
	return nil, nil
}

func name(rate float64) string {
	if rate == 0 {
		return noFaults
	}
	return "unreliable"
}

// earliest returns the clause of the violation that was complete first, and how many
// operations had been called by then.
func earliest(h *history.History, violations []checker.Violation) (clause string, operations int) {
	returns := map[int]int64{} // by line
	for i := range h.Operations {
		op := &h.Operations[i]
		if returns[op.Line] = op.Return; op.Outcome == history.Info {
			returns[op.Line] = op.Call
		}
	}
	first := int64(history.Never)
	for _, v := range violations {
		var complete int64
		for _, line := range v.Lines {
			complete = max(complete, returns[line])
		}
		if clause == "" || complete < first {
			clause, first = v.Clause, complete
		}
	}
	for i := range h.Operations {
		if h.Operations[i].Call <= first {
			operations++
		}
	}
	return clause, operations
}

// record lets the standard workload loose on a fresh store, unreliable at that rate, and
// returns what it saw.
func (t trial) record(ctx context.Context, rate float64, ops int, limit time.Duration) (*history.History, error) {
	place := fmt.Sprintf("%s?place=zoo%d", t.url, t.seed)
	if t.url == correctStore {
		place = fmt.Sprintf("%szoo%d", t.url, t.seed)
	}
	var file bytes.Buffer
	writer, err := history.NewWriter(&file, history.Header{Object: history.Object(t.object)})
	if err != nil {
		return nil, err
	}
	recorder := history.NewRecorder(writer, 0)
	options := workload.Options{Ops: int64(ops), Duration: limit, Seed: t.seed}
	var layer *unreliable.Layer
	if rate > 0 {
		layer = unreliable.New(t.seed, unreliable.Rate(rate))
		options.Heal = func(ctx context.Context) error {
			layer.AllAvailable()
			return layer.Drain(ctx)
		}
	}
	err = t.work(ctx, place, layer, recorder, options)
	if err := errors.Join(err, recorder.Close()); err != nil {
		return nil, err
	}
	return history.Read(&file)
}

func (t trial) work(ctx context.Context, url string, layer *unreliable.Layer, recorder *history.Recorder, options workload.Options) error {
	if t.object == defective.OfBlob {
		stores, shut, err := openAll(ctx, url, backends.OpenBlob)
		defer shut()
		if err != nil {
			return err
		}
		return carry(ctx, workload.NewBlobRunner, func(_ context.Context, client int) (location.Blob, error) {
			store := location.Blob(stores[client%handles])
			if layer != nil {
				store = layer.Blob(store, client)
			}
			return store, nil
		}, recorder, options)
	}
	stores, shut, err := openAll(ctx, url, backends.OpenConsensus)
	defer shut()
	if err != nil {
		return err
	}
	return carry(ctx, workload.NewConsensusRunner, func(_ context.Context, client int) (location.Consensus, error) {
		store := location.Consensus(stores[client%handles])
		if layer != nil {
			store = layer.Consensus(store, client)
		}
		return store, nil
	}, recorder, options)
}

// openAll opens the handles on a store.
func openAll[S io.Closer](ctx context.Context, url string, open func(context.Context, string) (S, error)) (stores []S, shut func(), err error) {
	shut = func() {
		for _, s := range stores {
			_ = s.Close() // nothing of a store in memory outlives it
		}
	}
	for range handles {
		s, err := open(ctx, url)
		if err != nil {
			return stores, shut, err
		}
		stores = append(stores, s)
	}
	return stores, shut, nil
}

// carry runs the workload of either object.
func carry[Open any](ctx context.Context, runner func(Open, *history.Recorder, workload.Options) (*workload.Runner, error), open Open, recorder *history.Recorder, options workload.Options) error {
	r, err := runner(open, recorder, options)
	if err != nil {
		return err
	}
	summary, err := r.Run(ctx)
	return errors.Join(err, summary.HealError)
}
