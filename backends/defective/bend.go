package defective

import (
	"context"
	"iter"

	"github.com/assay-dev/assay/location"
)

// A bend changes what goes into every operation of a store, or the errors that come
// out. A nil function changes nothing.
type bend struct {
	context func(context.Context) context.Context
	key     func(string) string
	err     func(error) error
}

func (b bend) in(ctx context.Context, key string) (context.Context, string) {
	if b.context != nil {
		ctx = b.context(ctx)
	}
	if b.key != nil {
		key = b.key(key)
	}
	return ctx, key
}

func (b bend) out(err error) error {
	if err == nil || b.err == nil {
		return err
	}
	return b.err(err)
}

type bentConsensus struct {
	inner location.Consensus
	bend  bend
}

func bendConsensus(b bend) func(location.Consensus, string) location.Consensus {
	return func(inner location.Consensus, _ string) location.Consensus { return bentConsensus{inner, b} }
}

func (c bentConsensus) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	ctx, key = c.bend.in(ctx, key)
	head, found, err := c.inner.Head(ctx, key)
	return head, found, c.bend.out(err)
}

func (c bentConsensus) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	ctx, key = c.bend.in(ctx, key)
	result, err := c.inner.CompareAndSet(ctx, key, expected, next)
	return result, c.bend.out(err)
}

func (c bentConsensus) Scan(ctx context.Context, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	ctx, key = c.bend.in(ctx, key)
	versions, err := c.inner.Scan(ctx, key, from, limit)
	return versions, c.bend.out(err)
}

func (c bentConsensus) Truncate(ctx context.Context, key string, upTo location.SeqNo) (int64, error) {
	ctx, key = c.bend.in(ctx, key)
	deleted, err := c.inner.Truncate(ctx, key, upTo)
	return deleted, c.bend.out(err)
}

func (c bentConsensus) ListKeys(ctx context.Context) iter.Seq2[string, error] {
	ctx, _ = c.bend.in(ctx, "")
	return func(yield func(string, error) bool) {
		for key, err := range c.inner.ListKeys(ctx) {
			if !yield(key, c.bend.out(err)) {
				return
			}
		}
	}
}

type bentBlob struct {
	inner location.Blob
	bend  bend
}

func bendBlob(b bend) func(location.Blob, string) location.Blob {
	return func(inner location.Blob, _ string) location.Blob { return bentBlob{inner, b} }
}

func (b bentBlob) Get(ctx context.Context, key string) ([]byte, bool, error) {
	ctx, key = b.bend.in(ctx, key)
	value, found, err := b.inner.Get(ctx, key)
	return value, found, b.bend.out(err)
}

func (b bentBlob) Set(ctx context.Context, key string, value []byte) error {
	ctx, key = b.bend.in(ctx, key)
	return b.bend.out(b.inner.Set(ctx, key, value))
}

func (b bentBlob) Delete(ctx context.Context, key string) (int64, bool, error) {
	ctx, key = b.bend.in(ctx, key)
	size, found, err := b.inner.Delete(ctx, key)
	return size, found, b.bend.out(err)
}

func (b bentBlob) Restore(ctx context.Context, key string) error {
	ctx, key = b.bend.in(ctx, key)
	return b.bend.out(b.inner.Restore(ctx, key))
}

func (b bentBlob) ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[location.BlobMetadata, error] {
	ctx, _ = b.bend.in(ctx, "")
	return func(yield func(location.BlobMetadata, error) bool) {
		for entry, err := range b.inner.ListKeysAndMetadata(ctx, prefix) {
			if !yield(entry, b.bend.out(err)) {
				return
			}
		}
	}
}
