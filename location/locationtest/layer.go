package locationtest

import (
	"context"
	"iter"
	"strings"
	"sync/atomic"

	"github.com/assay-dev/assay/location"
)

// A layer stands between the checks and the store's handles: it puts the
// variant's prefix before each key, spreads the operations over the handles in
// turn, and shows the errors to the witness.
type layer[S any] struct {
	handles []S
	turn    atomic.Uint64
	prefix  string
	errors  *witness
}

// newLayer opens the handles of p's variant on a place.
func newLayer[S any](p *probe, open func() S) *layer[S] {
	l := &layer[S]{prefix: p.variant.prefix, errors: p.errors}
	for range p.variant.handles {
		l.handles = append(l.handles, open())
	}
	return l
}

func (l *layer[S]) next() S { return l.handles[l.turn.Add(1)%uint64(len(l.handles))] }

func (l *layer[S]) key(key string) string {
	if key == "" {
		return "" // which the prefix would make legal
	}
	return l.prefix + key
}

type consensusLayer struct{ *layer[location.Consensus] }

var _ location.Consensus = consensusLayer{}

func (l consensusLayer) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	head, found, err := l.next().Head(ctx, l.key(key))
	return head, found, l.errors.see(err)
}

func (l consensusLayer) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	result, err := l.next().CompareAndSet(ctx, l.key(key), expected, next)
	return result, l.errors.see(err)
}

func (l consensusLayer) Scan(ctx context.Context, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	versions, err := l.next().Scan(ctx, l.key(key), from, limit)
	return versions, l.errors.see(err)
}

func (l consensusLayer) Truncate(ctx context.Context, key string, upTo location.SeqNo) (int64, error) {
	deleted, err := l.next().Truncate(ctx, l.key(key), upTo)
	return deleted, l.errors.see(err)
}

func (l consensusLayer) ListKeys(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for key, err := range l.next().ListKeys(ctx) {
			if !yield(strings.TrimPrefix(key, l.prefix), l.errors.see(err)) {
				return
			}
		}
	}
}

type blobLayer struct{ *layer[location.Blob] }

var _ location.Blob = blobLayer{}

func (l blobLayer) Get(ctx context.Context, key string) ([]byte, bool, error) {
	value, found, err := l.next().Get(ctx, l.key(key))
	return value, found, l.errors.see(err)
}

func (l blobLayer) Set(ctx context.Context, key string, value []byte) error {
	return l.errors.see(l.next().Set(ctx, l.key(key), value))
}

func (l blobLayer) Delete(ctx context.Context, key string) (int64, bool, error) {
	size, found, err := l.next().Delete(ctx, l.key(key))
	return size, found, l.errors.see(err)
}

func (l blobLayer) ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[location.BlobMetadata, error] {
	return func(yield func(location.BlobMetadata, error) bool) {
		for entry, err := range l.next().ListKeysAndMetadata(ctx, l.prefix+prefix) {
			entry.Key = strings.TrimPrefix(entry.Key, l.prefix)
			if !yield(entry, l.errors.see(err)) {
				return
			}
		}
	}
}

func (l blobLayer) Restore(ctx context.Context, key string) error {
	return l.errors.see(l.next().Restore(ctx, l.key(key)))
}
