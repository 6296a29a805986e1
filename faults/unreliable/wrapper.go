package unreliable

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/assay-dev/assay/location"
)

// A wrapper is what the wrappers of both objects have in common.
type wrapper struct {
	layer  *Layer
	stream *stream
}

func newWrapper(l *Layer, client int) wrapper { return wrapper{l, newStream(l.seed, client)} }

// An operation is one call that is about to meet its fate.
type operation struct {
	name, key string
	// detach makes the arguments the call's own, so that it may land late, after the
	// caller reused them. Operations that change nothing have none and never are late.
	detach func()
}

// nothingToDetach is for operations whose arguments nobody can change.
func nothingToDetach() {}

// begin draws the operation's fate and waits out its delay.
func (w wrapper) begin(ctx context.Context, op operation) (fate, error) {
	f := w.stream.draw(w.layer.odds.Load().Of(op.name))
	f.late = f.late && op.detach != nil
	w.layer.late.came()
	if f.delay > 0 {
		timer := time.NewTimer(f.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return f, location.NewDeterminate(fmt.Errorf("%s %q: not started: %w", op.name, op.key, ctx.Err()))
		}
	}
	w.layer.counts.add(f)
	return f, nil
}

// do lets call meet the operation's fate.
func do[T any](ctx context.Context, w wrapper, op operation, call func(context.Context) (T, error)) (T, error) {
	var none T
	f, err := w.begin(ctx, op)
	switch {
	case err != nil:
		return none, err
	case f.cancelled:
		ctx, done := f.giveUp(ctx)
		defer done()
		return call(ctx)
	case f.happens && f.told:
		return call(ctx)
	case f.late:
		op.detach()
		// Nobody is there any more to be told what came of it.
		w.layer.late.start(f, func() { _, _ = call(context.WithoutCancel(ctx)) })
	case f.happens:
		_, _ = call(ctx)
	}
	return none, f.err(op.name, op.key)
}

// giveUp returns the context of a caller who gives up while the call is underway, and
// what releases it when the call was faster.
func (f fate) giveUp(ctx context.Context) (cancelled context.Context, done func()) {
	ctx, cancel := context.WithCancel(ctx)
	timer := time.AfterFunc(f.patience, cancel)
	return ctx, func() {
		timer.Stop()
		cancel()
	}
}

// list lets a listing meet its fate: one that happens and is not told breaks off in
// the middle, one that does not happen before its first entry.
func list[T any](ctx context.Context, w wrapper, op operation, inner iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		f, err := w.begin(ctx, op)
		if err != nil {
			yield(none, err)
			return
		}
		left := f.entries
		if f.happens {
			for entry, err := range inner {
				if !f.told && left == 0 {
					break
				}
				left--
				if !yield(entry, err) || err != nil {
					return
				}
			}
		}
		if !f.happens || !f.told {
			yield(none, f.err(op.name, op.key))
		}
	}
}
