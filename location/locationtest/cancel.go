package locationtest

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/assay-dev/assay/location"
)

// A tripwire is a context that is cancelled at the n-th look at it, so that a call
// is cancelled at a chosen point in its midst without any waiting.
type tripwire struct {
	context.Context
	cancel context.CancelFunc
	left   atomic.Int64
}

func newTripwire(ctx context.Context, looks int) *tripwire {
	w := &tripwire{}
	w.Context, w.cancel = context.WithCancel(ctx)
	w.left.Store(int64(looks))
	return w
}

func (w *tripwire) look() {
	if w.left.Add(-1) <= 0 {
		w.cancel()
	}
}

func (w *tripwire) Err() error {
	w.look()
	return w.Context.Err()
}

func (w *tripwire) Done() <-chan struct{} {
	w.look()
	return w.Context.Done()
}

// cancelled returns a context that is cancelled already.
func (p *probe) cancelled() context.Context {
	ctx, cancel := context.WithCancel(p.ctx)
	cancel()
	return ctx
}

// interrupt calls write with contexts that end in mid-write: after some looks at
// them, and after parts of the time that an undisturbed write takes. settled is
// told what each write returned; i counts the writes.
func (p *probe) interrupt(write func(ctx context.Context, i int) error, settled func(i int, err error)) {
	const looks, parts = 6, 6
	for i := range looks {
		w := newTripwire(p.ctx, i+2)
		settled(i, write(w, i))
		w.cancel()
	}
	start := time.Now()
	settled(looks, write(p.ctx, looks))
	whole := time.Since(start)
	for part := range parts {
		i := looks + 1 + part
		ctx, cancel := context.WithTimeout(p.ctx, whole*time.Duration(part+1)/(parts+1))
		settled(i, write(ctx, i))
		cancel()
	}
}

// A judge says whether the state that a write left, after returning err, is right.
type judge func(p *probe, call string, err error, isOld, isNew bool)

// whole demands the old state or the new one, and nothing between.
func whole(p *probe, call string, err error, isOld, isNew bool) {
	if !isOld && !isNew {
		p.failf("%s that was cancelled in its midst left neither the old state nor the new one; its error: %v", call, err)
	}
}

// truthful demands the new state after a success and no trace of it after a
// determinate error (E1).
func truthful(p *probe, call string, err error, isOld, isNew bool) {
	switch {
	case err == nil && !isNew:
		p.failf("%s succeeded but its effect is not there", call)
	case err != nil && location.Classify(err) == location.Determinate && isNew:
		p.failf("%s failed with %q, which says that it had no effect, but it had", call, err)
	}
}

// timedOut demands an error that is a timeout by its type (E4).
func (p *probe) timedOut(err error, call string) {
	p.refused(err, "%s after its deadline", call)
	if !location.IsTimeout(err) {
		p.failf("%s after its deadline: %q (%T) is not a timeout by type", call, err, errors.Unwrap(err))
	}
}

// expired returns a context whose deadline has passed.
func (p *probe) expired() (context.Context, context.CancelFunc) {
	return context.WithDeadline(p.ctx, time.Unix(0, 0))
}
