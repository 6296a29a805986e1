package workload

import (
	"sync/atomic"
	"time"

	"github.com/assay-dev/assay/workload/history"
)

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

// A tally counts one client's operations. Only that client adds to it, so that an
// addition is a load and a store; anyone may read.
type tally struct {
	outcomes  [3]atomic.Int64
	abandoned atomic.Int64
	_         apart
}

func (t *tally) count(o history.Outcome) {
	t.outcomes[o].Store(t.outcomes[o].Load() + 1)
}

func (t *tally) addTo(c *Counters) {
	c.Ok += t.outcomes[history.Ok].Load()
	c.Fail += t.outcomes[history.Fail].Load()
	c.Info += t.outcomes[history.Info].Load()
	c.Abandoned += t.abandoned.Load()
}
