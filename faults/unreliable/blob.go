package unreliable

import (
	"context"
	"iter"
	"slices"

	"github.com/assay-dev/assay/location"
)

type blob struct {
	inner location.Blob
	wrapper
}

var _ location.Blob = (*blob)(nil)

func (b *blob) Get(ctx context.Context, key string) ([]byte, bool, error) {
	got, err := do(ctx, b.wrapper, operation{name: "get", key: key}, func(ctx context.Context) (optional[[]byte], error) {
		value, found, err := b.inner.Get(ctx, key)
		return optional[[]byte]{value, found}, err
	})
	return got.value, got.found, err
}

func (b *blob) Set(ctx context.Context, key string, value []byte) error {
	detach := func() { value = slices.Clone(value) }
	_, err := do(ctx, b.wrapper, operation{"set", key, detach}, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, b.inner.Set(ctx, key, value)
	})
	return err
}

func (b *blob) Delete(ctx context.Context, key string) (int64, bool, error) {
	deleted, err := do(ctx, b.wrapper, operation{"delete", key, nothingToDetach}, func(ctx context.Context) (optional[int64], error) {
		size, found, err := b.inner.Delete(ctx, key)
		return optional[int64]{size, found}, err
	})
	return deleted.value, deleted.found, err
}

func (b *blob) ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[location.BlobMetadata, error] {
	return list(ctx, b.wrapper, operation{name: "list", key: prefix}, b.inner.ListKeysAndMetadata(ctx, prefix))
}

func (b *blob) Restore(ctx context.Context, key string) error {
	_, err := do(ctx, b.wrapper, operation{"restore", key, nothingToDetach}, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, b.inner.Restore(ctx, key)
	})
	return err
}
