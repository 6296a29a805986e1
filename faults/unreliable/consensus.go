package unreliable

import (
	"context"
	"iter"
	"slices"

	"github.com/assay-dev/assay/location"
)

type consensus struct {
	inner location.Consensus
	wrapper
}

var _ location.Consensus = (*consensus)(nil)

func (c *consensus) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	head, err := do(ctx, c.wrapper, operation{name: "head", key: key}, func(ctx context.Context) (optional[location.VersionedData], error) {
		head, found, err := c.inner.Head(ctx, key)
		return optional[location.VersionedData]{head, found}, err
	})
	return head.value, head.found, err
}

func (c *consensus) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	detach := func() {
		next.Data = slices.Clone(next.Data)
		if expected != nil {
			expected = new(*expected)
		}
	}
	return do(ctx, c.wrapper, operation{"compare_and_set", key, detach}, func(ctx context.Context) (location.CompareAndSetResult, error) {
		return c.inner.CompareAndSet(ctx, key, expected, next)
	})
}

func (c *consensus) Scan(ctx context.Context, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	return do(ctx, c.wrapper, operation{name: "scan", key: key}, func(ctx context.Context) ([]location.VersionedData, error) {
		return c.inner.Scan(ctx, key, from, limit)
	})
}

func (c *consensus) Truncate(ctx context.Context, key string, upTo location.SeqNo) (int64, error) {
	return do(ctx, c.wrapper, operation{"truncate", key, nothingToDetach}, func(ctx context.Context) (int64, error) {
		return c.inner.Truncate(ctx, key, upTo)
	})
}

func (c *consensus) ListKeys(ctx context.Context) iter.Seq2[string, error] {
	return list(ctx, c.wrapper, operation{name: "list_keys"}, c.inner.ListKeys(ctx))
}

type optional[T any] struct {
	value T
	found bool
}
