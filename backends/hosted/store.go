package hosted

import (
	"context"
	"iter"
	"slices"

	"github.com/assay-dev/assay/location"
)

// A Consensus is a handle on a Consensus in another process.
type Consensus struct{ *handle }

// A Blob is a handle on a Blob in another process.
type Blob struct{ *handle }

var (
	_ location.Consensus = Consensus{}
	_ location.Blob      = Blob{}
)

// OpenConsensus opens the Consensus that rawURL names.
func OpenConsensus(ctx context.Context, rawURL string) (Consensus, error) {
	h, err := open(ctx, rawURL, aConsensus)
	return Consensus{h}, err
}

// OpenBlob opens the Blob that rawURL names.
func OpenBlob(ctx context.Context, rawURL string) (Blob, error) {
	h, err := open(ctx, rawURL, aBlob)
	return Blob{h}, err
}

// Head implements [location.Consensus].
func (c Consensus) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	r, err := c.do(ctx, Request{Op: opHead, Key: key})
	return whole(r.Head), r.Found, err
}

// CompareAndSet implements [location.Consensus].
func (c Consensus) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	next.Data = slices.Clone(next.Data)
	q := Request{Op: opCompareAndSet, Key: key, HasExpected: expected != nil, New: next}
	if expected != nil {
		q.Expected = *expected
	}
	r, err := c.do(ctx, q)
	return r.Result, err
}

// Scan implements [location.Consensus].
func (c Consensus) Scan(ctx context.Context, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	r, err := c.do(ctx, Request{Op: opScan, Key: key, Number: from, Limit: limit})
	for i := range r.Versions {
		r.Versions[i] = whole(r.Versions[i])
	}
	return r.Versions, err
}

// Truncate implements [location.Consensus].
func (c Consensus) Truncate(ctx context.Context, key string, upTo location.SeqNo) (int64, error) {
	r, err := c.do(ctx, Request{Op: opTruncate, Key: key, Number: upTo})
	return r.Count, err
}

// ListKeys implements [location.Consensus].
func (c Consensus) ListKeys(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		r, err := c.do(ctx, Request{Op: opListKeys})
		yieldAll(r.Keys, err, yield)
	}
}

// Get implements [location.Blob].
func (b Blob) Get(ctx context.Context, key string) ([]byte, bool, error) {
	r, err := b.do(ctx, Request{Op: opGet, Key: key})
	if r.Found && r.Value == nil {
		r.Value = []byte{} // on the way, an empty value is none
	}
	return r.Value, r.Found, err
}

// Set implements [location.Blob].
func (b Blob) Set(ctx context.Context, key string, value []byte) error {
	_, err := b.do(ctx, Request{Op: opSet, Key: key, Value: slices.Clone(value)})
	return err
}

// Delete implements [location.Blob].
func (b Blob) Delete(ctx context.Context, key string) (int64, bool, error) {
	r, err := b.do(ctx, Request{Op: opDelete, Key: key})
	return r.Count, r.Found, err
}

// Restore implements [location.Blob].
func (b Blob) Restore(ctx context.Context, key string) error {
	_, err := b.do(ctx, Request{Op: opRestore, Key: key})
	return err
}

// ListKeysAndMetadata implements [location.Blob].
func (b Blob) ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[location.BlobMetadata, error] {
	return func(yield func(location.BlobMetadata, error) bool) {
		r, err := b.do(ctx, Request{Op: opList, Key: prefix})
		yieldAll(r.Entries, err, yield)
	}
}

// yieldAll yields what was listed, and what ended the listing early.
func yieldAll[T any](listed []T, err error, yield func(T, error) bool) {
	for _, each := range listed {
		if !yield(each, nil) {
			return
		}
	}
	if err != nil {
		var none T
		yield(none, err)
	}
}

// whole gives back to a version the empty value that is none on the way.
func whole(v location.VersionedData) location.VersionedData {
	if v.Data == nil {
		v.Data = []byte{}
	}
	return v
}
