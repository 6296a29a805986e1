package location

import (
	"context"
	"iter"
)

// BlobMetadata is what a listing tells of one key.
type BlobMetadata struct {
	Key  string
	Size int64 // in bytes
}

// Blob maps string keys to bytes. Each key is a linearizable register.
//
// Implementations are safe for concurrent use. Every error is determinate or
// indeterminate as [Classify] says (E1, E2); none is retried inside (E5). A key
// that [CheckKey] does not accept is refused with [ErrInvalidArgument]; any other
// is legal, with slashes or shared prefixes, and none escapes the place where the
// store was opened (B7). Handles on the same place see each other's writes at
// once, handles on different places see nothing of each other (B6). A context that
// is cancelled already fails the call without effect; one that is cancelled in
// mid-write leaves the old value or the new one.
// Slices passed in are not kept, slices returned belong to the caller.
type Blob interface {
	// Get returns the value, found = false when there is none (B1). An empty value is
	// found.
	Get(ctx context.Context, key string) (value []byte, found bool, err error)

	// Set replaces the whole value or leaves the old one intact; no reader sees a
	// mixture or a part (B2).
	Set(ctx context.Context, key string, value []byte) error

	// Delete removes the value and returns its size in bytes, 0 for an empty one;
	// found = false when there was nothing to remove, which is a success too (B3). A
	// deleted key can be set again.
	Delete(ctx context.Context, key string) (size int64, found bool, err error)

	// ListKeysAndMetadata streams each key that starts with prefix once, with its size,
	// in no promised order (B4). What it says of a key is what the key held at some
	// instant between the listing's call and its end. The empty prefix lists
	// everything. An error is yielded last, with empty metadata.
	ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[BlobMetadata, error]

	// Restore succeeds iff the key exists when it returns, because it still did or
	// because the last deleted value came back (B5). When nothing can be brought back
	// it is refused with [ErrRestoreRefused] and creates nothing. It is idempotent.
	Restore(ctx context.Context, key string) error
}
