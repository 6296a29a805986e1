package workload

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/assay-dev/assay/workload/history"
)

// A Runner carries out one run: clients request operations at the same time until
// Ops or Duration is reached or Stop is called; those in flight are awaited; what
// is broken is healed; and in a quiet phase fresh clients read every key in full
// and list once. Everything goes into the history.
type Runner struct {
	object  object
	rec     *history.Recorder
	opts    Options
	tallies []tally // of the clients, then of those of the quiet phase
	stop    *gate   // closed: no more requests
	halt    *gate   // closed: no more operations at all
	phase   atomic.Int32
	begun   atomic.Int64 // the instant of the first request, on clock
	ended   atomic.Int64 // the instant after the last operation, or 0
	clock   clock
}

// An object is what a run works on: a Consensus or a Blob.
type object interface {
	// worker opens the handle of one client.
	worker(ctx context.Context, client int) (worker, error)
	// reader opens a fresh handle that reads keys in full, and lists all if asked to.
	reader(ctx context.Context, client int, keys []string, list bool) (worker, error)
}

// A Summary is what became of a run.
type Summary struct {
	Counters
	// Quiet is true when the quiet phase came to its end: every key was asked for, with
	// whatever outcome.
	Quiet bool
	// HealError is why healing failed, nil when it did not.
	HealError error
}

// NewConsensusRunner returns a Runner of a Consensus workload that records into rec.
func NewConsensusRunner(open OpenConsensus, rec *history.Recorder, opts Options) (*Runner, error) {
	if err := opts.Validate(history.Consensus); err != nil {
		return nil, err
	}
	opts = opts.withDefaults(history.Consensus)
	return newRunner(newConsensusObject(open, opts), rec, opts), nil
}

// NewBlobRunner returns a Runner of a Blob workload that records into rec.
func NewBlobRunner(open OpenBlob, rec *history.Recorder, opts Options) (*Runner, error) {
	if err := opts.Validate(history.Blob); err != nil {
		return nil, err
	}
	opts = opts.withDefaults(history.Blob)
	return newRunner(newBlobObject(open, opts), rec, opts), nil
}

func newRunner(object object, rec *history.Recorder, opts Options) *Runner {
	if opts.Start.IsZero() {
		opts.Start = time.Now()
	}
	return &Runner{
		object: object, rec: rec, opts: opts, tallies: make([]tally, 2*opts.Clients),
		stop: newGate(), halt: newGate(), clock: clock{opts.Start},
	}
}

// Stop ends the requests, as if Ops were reached: what follows, follows. It returns
// at once, and may be called at any time, also more than once.
func (r *Runner) Stop() { r.stop.close() }

// Run carries the run out, once, and returns when no client appends to the history
// any more. When ctx ends the run ends at once: operations in flight are recorded
// as of unknown outcome, and there is neither healing nor a quiet phase. An error
// says why the run is not complete; what the summary and the history say up to
// there is true all the same.
func (r *Runner) Run(ctx context.Context) (Summary, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	defer context.AfterFunc(ctx, func() { r.stop.close(); r.halt.close() })()

	clients, err := r.openClients(ctx)
	if err != nil {
		return Summary{}, err
	}
	var summary Summary
	if err := r.opts.Begin(ctx); err != nil {
		summary.HealError = r.opts.Heal(ctx)
		return summary, err
	}
	r.begun.Store(r.clock.now())
	r.enter(Requesting)
	for _, c := range clients {
		c.until = r.end()
	}
	r.carry(ctx, clients, fail)

	if ctx.Err() == nil {
		r.enter(Healing)
		summary.HealError = r.opts.Heal(ctx)
	}
	if ctx.Err() == nil {
		r.enter(Quiet)
		summary.Quiet, err = r.readAll(ctx, keysOf(clients), fail)
	}
	r.ended.Store(r.clock.now())
	r.enter(Done)
	summary.Counters = r.Counters()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return summary, err
}

func (r *Runner) enter(p Phase) { r.phase.Store(int32(p)) }

// Counters returns where the run stands. It may be called at any time and makes no
// client wait.
func (r *Runner) Counters() Counters {
	c := Counters{Phase: Phase(r.phase.Load()), Remaining: -1}
	for i := range r.tallies {
		r.tallies[i].addTo(&c)
	}
	if c.Phase == Opening {
		return c
	}
	now := r.clock.now()
	if ended := r.ended.Load(); ended != 0 {
		now = ended
	}
	c.Elapsed = time.Duration(now - r.begun.Load())
	c.Remaining = r.remaining(c)
	return c
}

func (r *Runner) remaining(c Counters) time.Duration {
	if c.Phase != Requesting || r.stop.closed.Load() {
		return 0
	}
	remaining := time.Duration(-1)
	if r.opts.Duration > 0 {
		remaining = max(0, r.opts.Duration-c.Elapsed)
	}
	if done := c.Operations(); r.opts.Ops > 0 && done > 0 {
		byOps := time.Duration(float64(c.Elapsed) / float64(done) * float64(max(0, r.opts.Ops-done)))
		if remaining < 0 || byOps < remaining {
			remaining = byOps
		}
	}
	return remaining
}
