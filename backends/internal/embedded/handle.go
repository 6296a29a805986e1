// Package embedded is what the stores that run inside this process have in common.
package embedded

import (
	"context"
	"fmt"
	"io/fs"
	"sync/atomic"

	"github.com/assay-dev/assay/location"
)

// A Handle knows whether it was closed. The zero value is open.
type Handle struct{ closed atomic.Bool }

// Close closes the handle and reports whether it was open.
func (h *Handle) Close() bool { return h.closed.CompareAndSwap(false, true) }

// Start says whether an operation on a key may begin: not on a closed handle, under a
// cancelled context or with a key of more than maxKeyBytes bytes. Its errors are
// determinate: nothing was touched yet.
func (h *Handle) Start(ctx context.Context, op, key string, maxKeyBytes int) error {
	if err := h.StartListing(ctx, op, key); err != nil {
		return err
	}
	return location.CheckKey(key, maxKeyBytes)
}

// StartListing does the same for an operation that concerns no single key.
func (h *Handle) StartListing(ctx context.Context, op, prefix string) error {
	if h.closed.Load() {
		return location.NewDeterminate(fmt.Errorf("%s %q: the store's handle: %w", op, prefix, fs.ErrClosed))
	}
	if err := ctx.Err(); err != nil {
		return location.NewDeterminate(fmt.Errorf("%s %q: not started: %w", op, prefix, err))
	}
	return nil
}
