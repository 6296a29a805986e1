package workload

import (
	"context"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/body"
	"github.com/assay-dev/assay/workload/history"
)

// A blobReader reads keys in the quiet phase.
type blobReader struct {
	blobCaller
	script
}

// A blobCaller makes the calls that actions describe.
type blobCaller struct{ store location.Blob }

func (c *blobCaller) send(ctx context.Context, call call, back func() bool) error {
	key := call.key
	switch a := call.action.(type) {
	case *history.Get:
		value, found, err := c.store.Get(ctx, key)
		if back() && err == nil && found {
			a.Found, a.Size = true, int64(len(value))
			a.Value, a.Damage = body.Decode(key, value)
			spoil(value)
		}
		return err
	case *history.Set:
		err := c.store.Set(ctx, key, call.value)
		back()
		return err
	case *history.Delete:
		size, found, err := c.store.Delete(ctx, key)
		if back() && err == nil {
			a.Answered, a.Found, a.Size = true, found, size
		}
		return err
	case *history.Restore:
		err := c.store.Restore(ctx, key)
		if back() {
			a.Refused = err != nil && refusedWith(err, location.ErrRestoreRefused)
		}
		return err
	default:
		return c.list(ctx, a.(*history.List), back)
	}
}

func (c *blobCaller) list(ctx context.Context, a *history.List, back func() bool) error {
	var entries []location.BlobMetadata
	var failure error
	for entry, err := range c.store.ListKeysAndMetadata(ctx, a.Prefix) {
		if err != nil {
			failure = err
			break
		}
		entries = append(entries, entry)
	}
	if back() && failure == nil {
		a.Entries = entries
	}
	return failure
}
