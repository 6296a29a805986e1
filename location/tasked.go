package location

import (
	"context"
	"fmt"
	"iter"
)

// TaskedConsensus returns a Consensus on which a caller can give up at any time (I1):
// each call runs in a goroutine of its own with a context that the caller's
// cancellation does not reach, so that a caller that gives up neither aborts nor
// corrupts the call in flight. The caller gets an indeterminate error at once.
// ListKeys is passed through.
func TaskedConsensus(inner Consensus) Consensus { return taskedConsensus{inner} }

// TaskedBlob does the same for a Blob. ListKeysAndMetadata is passed through.
func TaskedBlob(inner Blob) Blob { return taskedBlob{inner} }

type taskedConsensus struct{ inner Consensus }

func (t taskedConsensus) Head(ctx context.Context, key string) (VersionedData, bool, error) {
	r, err := task(ctx, "head", key, func(ctx context.Context) (optional[VersionedData], error) {
		head, found, err := t.inner.Head(ctx, key)
		return optional[VersionedData]{head, found}, err
	})
	return r.value, r.found, err
}

func (t taskedConsensus) CompareAndSet(ctx context.Context, key string, expected *SeqNo, next VersionedData) (CompareAndSetResult, error) {
	// The call may outlive the caller, who may then reuse its arguments.
	next.Data = append([]byte(nil), next.Data...)
	if expected != nil {
		expected = new(*expected)
	}
	return task(ctx, "compare-and-set", key, func(ctx context.Context) (CompareAndSetResult, error) {
		return t.inner.CompareAndSet(ctx, key, expected, next)
	})
}

func (t taskedConsensus) Scan(ctx context.Context, key string, from SeqNo, limit int64) ([]VersionedData, error) {
	return task(ctx, "scan", key, func(ctx context.Context) ([]VersionedData, error) {
		return t.inner.Scan(ctx, key, from, limit)
	})
}

func (t taskedConsensus) Truncate(ctx context.Context, key string, upTo SeqNo) (int64, error) {
	return task(ctx, "truncate", key, func(ctx context.Context) (int64, error) {
		return t.inner.Truncate(ctx, key, upTo)
	})
}

func (t taskedConsensus) ListKeys(ctx context.Context) iter.Seq2[string, error] {
	return t.inner.ListKeys(ctx)
}

type taskedBlob struct{ inner Blob }

func (t taskedBlob) Get(ctx context.Context, key string) ([]byte, bool, error) {
	r, err := task(ctx, "get", key, func(ctx context.Context) (optional[[]byte], error) {
		value, found, err := t.inner.Get(ctx, key)
		return optional[[]byte]{value, found}, err
	})
	return r.value, r.found, err
}

func (t taskedBlob) Set(ctx context.Context, key string, value []byte) error {
	value = append([]byte(nil), value...)
	_, err := task(ctx, "set", key, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, t.inner.Set(ctx, key, value)
	})
	return err
}

func (t taskedBlob) Delete(ctx context.Context, key string) (int64, bool, error) {
	r, err := task(ctx, "delete", key, func(ctx context.Context) (optional[int64], error) {
		size, found, err := t.inner.Delete(ctx, key)
		return optional[int64]{size, found}, err
	})
	return r.value, r.found, err
}

func (t taskedBlob) ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[BlobMetadata, error] {
	return t.inner.ListKeysAndMetadata(ctx, prefix)
}

func (t taskedBlob) Restore(ctx context.Context, key string) error {
	_, err := task(ctx, "restore", key, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, t.inner.Restore(ctx, key)
	})
	return err
}

type optional[T any] struct {
	value T
	found bool
}

// task runs call out of reach of ctx's cancellation and waits for it as long as
// ctx lets it. A context that is cancelled beforehand starts nothing.
func task[T any](ctx context.Context, op, key string, call func(context.Context) (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, NewDeterminate(fmt.Errorf("%s %q: not started: %w", op, key, err))
	}
	type answer struct {
		result T
		err    error
	}
	// The buffer lets the call end although nobody waits any more.
	done := make(chan answer, 1)
	go func() {
		result, err := call(context.WithoutCancel(ctx))
		done <- answer{result, err}
	}()
	select {
	case a := <-done:
		return a.result, a.err
	case <-ctx.Done():
		return none, NewIndeterminate(fmt.Errorf("%s %q: the caller gave up: %w", op, key, ctx.Err()))
	}
}
