package property

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/assay-dev/assay/location"
)

// bend returns the context under which a call meets its fate.
func (f fate) bend(ctx context.Context, looks int) (context.Context, context.CancelFunc) {
	switch f {
	case cancelled:
		ctx, end := context.WithCancel(ctx)
		end()
		return ctx, end
	case expired:
		return context.WithDeadline(ctx, time.Unix(0, 0))
	case givenUp:
		return giveUp(ctx, looks)
	}
	return ctx, func() {}
}

// An impatient context is cancelled after so many looks at it. It gives up in the midst
// of a call at a point that is chosen, without any waiting: where the store looks whether
// it should go on, where it would begin to wait, and where it yields.
type impatient struct {
	context.Context
	cancel context.CancelFunc
	left   *atomic.Int64
}

func giveUp(ctx context.Context, looks int) (context.Context, context.CancelFunc) {
	inner, cancel := context.WithCancel(ctx)
	c := impatient{inner, cancel, new(atomic.Int64)}
	c.left.Store(int64(looks))
	return location.WithYield(c, func() {
		location.Yield(ctx)
		c.look()
	}), cancel
}

func (c impatient) look() {
	if c.left.Add(-1) <= 0 {
		c.cancel()
	}
}

// Err implements [context.Context].
func (c impatient) Err() error {
	c.look()
	return c.Context.Err()
}

// Done implements [context.Context].
func (c impatient) Done() <-chan struct{} {
	c.look()
	return c.Context.Done()
}
