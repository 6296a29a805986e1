package workload

import (
	"context"
	"time"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// OpenConsensus opens the handle of one client. A run calls it with 0 … Clients-1
// for the clients and Clients … 2·Clients-1 for those of the quiet phase, from
// one goroutine. The caller closes what it opened, after the run.
type OpenConsensus func(ctx context.Context, client int) (location.Consensus, error)

// OpenBlob does the same for a Blob.
type OpenBlob func(ctx context.Context, client int) (location.Blob, error)

// A Runner carries out one run: clients request operations at the same time until
// Ops or Duration is reached or Stop is called; those in flight are awaited; what
// is broken is healed; and in a quiet phase fresh clients read every key in full
// and list once. Everything goes into the history.
type Runner struct{}

// NewConsensusRunner returns a Runner of a Consensus workload that records into rec.
func NewConsensusRunner(open OpenConsensus, rec *history.Recorder, opts Options) (*Runner, error) {
	return nil, nil
}

// NewBlobRunner returns a Runner of a Blob workload that records into rec.
func NewBlobRunner(open OpenBlob, rec *history.Recorder, opts Options) (*Runner, error) {
	return nil, nil
}

// Run carries the run out, once, and returns when no client appends to the history
// any more. When ctx ends the run ends at once: operations in flight are recorded
// as of unknown outcome, and there is neither healing nor a quiet phase. An error
// says why the run is not complete; what the summary and the history say up to
// there is true all the same.
func (r *Runner) Run(ctx context.Context) (Summary, error) { return Summary{}, nil }

// Stop ends the requests, as if Ops were reached: what follows, follows. It returns
// at once, and may be called at any time, also more than once.
func (r *Runner) Stop() {}

// Counters returns where the run stands. It may be called at any time and makes no
// client wait.
func (r *Runner) Counters() Counters { return Counters{} }

// A Summary is what became of a run.
type Summary struct {
	Counters
	// Quiet is true when the quiet phase came to its end: every key was asked for, with
	// whatever outcome.
	Quiet bool
	// HealError is why healing failed, nil when it did not.
	HealError error
}

// Counters say where a run stands.
type Counters struct {
	Phase Phase
	// Ok, Fail and Info count the operations that returned, by outcome; abandoned ones
	// are among Info.
	Ok, Fail, Info int64
	// Abandoned counts the calls that ignored their expired context. Each has left a
	// goroutine behind.
	Abandoned int64
	// Elapsed is the time since the first request.
	Elapsed time.Duration
	// Remaining is an estimate of the time until the last request, 0 when that is past,
	// negative when it is not known.
	Remaining time.Duration
}

// Operations is how many operations returned.
func (c Counters) Operations() int64 { return c.Ok + c.Fail + c.Info }

// A Phase is a stage of a run.
type Phase int32

// The phases, in their order.
const (
	Opening    Phase = iota // handles are being opened
	Requesting              // clients request operations
	Healing                 // no operation is in flight; Options.Heal is at work
	Quiet                   // fresh clients read every key
	Done
)

func (p Phase) String() string {
	return [...]string{"opening", "requesting", "healing", "quiet", "done"}[p]
}
