package locationtest

import (
	"context"
	"errors"
	"fmt"
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

// A victim is a kind of write to cancel in its midst. Each i is a write of its own.
type victim struct {
	call    string
	prepare func(i int)
	write   func(ctx context.Context, i int) error
	look    func(i int) (isOld, isNew bool)
}

// interrupt calls the victim's write with contexts that end in its midst: after
// some looks at them, and after parts of the time that an undisturbed write takes.
func (p *probe) interrupt(v victim, judge judge) {
	const looks, parts = 6, 6
	// A write that was given up may still be under way while others look.
	p.rivals.Add(1)
	defer p.rivals.Add(-1)
	settle := func(ctx context.Context, i int) (took time.Duration) {
		start := time.Now()
		err := v.write(ctx, i)
		took = time.Since(start)
		p.until(func() error {
			isOld, isNew := v.look(i)
			return judge(v.call, err, isOld, isNew)
		})
		return took
	}
	for i := range looks + parts + 1 {
		v.prepare(i)
	}
	for i := range looks {
		w := newTripwire(p.ctx, i+2)
		settle(w, i)
		w.cancel()
	}
	undisturbed := settle(p.ctx, looks)
	for part := range parts {
		ctx, cancel := context.WithTimeout(p.ctx, undisturbed*time.Duration(part+1)/(parts+1))
		settle(ctx, looks+1+part)
		cancel()
	}
}

// A judge says what is wrong with the state that a write left after returning err.
type judge func(call string, err error, isOld, isNew bool) error

// whole demands the old state or the new one, and nothing between.
func whole(call string, err error, isOld, isNew bool) error {
	if !isOld && !isNew {
		return fmt.Errorf("%s that was cancelled in its midst left neither the old state nor the new one; its error: %v", call, err)
	}
	return nil
}

// truthful demands the new state after a success and no trace of it after a
// determinate error (E1).
func truthful(call string, err error, isOld, isNew bool) error {
	switch {
	case err == nil && !isNew:
		return fmt.Errorf("%s succeeded but its effect is not there", call)
	case err != nil && location.Classify(err) == location.Determinate && isNew:
		return fmt.Errorf("%s failed with %q, which says that it had no effect, but it had", call, err)
	}
	return nil
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
