package unreliable

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/assay-dev/assay/location"
)

// A Layer wraps stores so that operations fail as those of a remote store do. Two
// independent draws per operation decide whether it happens and whether the caller is
// told:
//
//	happens, told          the store's own answer
//	happens, not told      a timeout (indeterminate) although it took effect
//	not happens, not told  the same timeout, without effect
//	not happens, told      a determinate error
//
// Beyond that an operation may be delayed, and one that changes something, happens and
// is not told may take effect late: after its error was returned. And callers may give
// up in the middle of a call. Every error of its own is an [*Injected].
//
// What happens may be switched at any time, for all clients at once. A Layer is
// safe for concurrent use.
type Layer struct {
	seed   uint64
	odds   atomic.Pointer[Probabilities]
	late   *late
	counts counters
}

// New returns a Layer that draws from seed, a stream for each client,
// and starts with the probabilities p.
func New(seed uint64, p Probabilities) *Layer {
	l := &Layer{seed: seed, late: newLate()}
	l.Probabilities(p)
	return l
}

// Consensus wraps inner for one client. The same seed and client give the same draws,
// operation by operation, whatever other clients do and however it is switched.
func (l *Layer) Consensus(inner location.Consensus, client int) location.Consensus {
	return &consensus{inner, newWrapper(l, client)}
}

// Blob wraps inner for one client, as Consensus does.
func (l *Layer) Blob(inner location.Blob, client int) location.Blob {
	return &blob{inner, newWrapper(l, client)}
}

// AllAvailable switches all faults off: everything happens and is told, at once. Late
// effects that are pending still land, see [Layer.Drain].
func (l *Layer) AllAvailable() { l.Probabilities(Probabilities{}) }

// NothingAvailable makes every operation time out without effect.
func (l *Layer) NothingAvailable() {
	l.Probabilities(Probabilities{Default: Odds{Lost: 1, Untold: 1}})
}

// Probabilities switches to the probabilities p, which must not be changed afterwards.
func (l *Layer) Probabilities(p Probabilities) { l.odds.Store(&p) }

// Drain makes all late effects that are pending land now and waits for them, so that
// a run ends with a store at rest. It returns early, with an error, when ctx ends.
func (l *Layer) Drain(ctx context.Context) error { return l.late.drain(ctx) }

// Counts are what a Layer has done so far, in operations.
type Counts struct {
	Told     int64 // happened, and the caller was told
	Refused  int64 // did not happen, and the caller was told
	Untold   int64 // happened before the timeout that the caller was given
	Late     int64 // happened, or will, after the timeout that the caller was given
	Vanished int64 // did not happen, and the caller was given a timeout
	// Cancelled: the caller gave up, unless the store was faster. They are told as well.
	Cancelled int64
}

// Since returns what was done after the counts were before.
func (c Counts) Since(before Counts) Counts {
	return Counts{
		Told: c.Told - before.Told, Refused: c.Refused - before.Refused, Untold: c.Untold - before.Untold,
		Late: c.Late - before.Late, Vanished: c.Vanished - before.Vanished, Cancelled: c.Cancelled - before.Cancelled,
	}
}

// Effect tells in words which operations were not left alone; it is empty when all were.
func (c Counts) Effect() string {
	if c.Refused+c.Untold+c.Late+c.Vanished+c.Cancelled == 0 {
		return ""
	}
	return fmt.Sprintf("%d operations refused, %d timed out when done, %d timed out before they were done, %d timed out undone, %d given up",
		c.Refused, c.Untold, c.Late, c.Vanished, c.Cancelled)
}

// Counts returns how many operations met which fate. They are evidence that the
// faults had an effect.
func (l *Layer) Counts() Counts { return l.counts.load() }

type counters struct{ told, refused, untold, late, vanished, cancelled atomic.Int64 }

func (c *counters) load() Counts {
	return Counts{
		Told: c.told.Load(), Refused: c.refused.Load(), Untold: c.untold.Load(),
		Late: c.late.Load(), Vanished: c.vanished.Load(), Cancelled: c.cancelled.Load(),
	}
}

// add counts one operation. These are the only words that clients share: a fault run
// waits for its store far longer than for them.
func (c *counters) add(f fate) {
	if f.cancelled {
		c.cancelled.Add(1)
	}
	switch {
	case f.happens && f.told:
		c.told.Add(1)
	case f.told:
		c.refused.Add(1)
	case f.late:
		c.late.Add(1)
	case f.happens:
		c.untold.Add(1)
	default:
		c.vanished.Add(1)
	}
}
