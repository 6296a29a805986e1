package file

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"strings"

	"github.com/assay-dev/assay/location"
)

// ListKeysAndMetadata implements [location.Blob].
func (b *Blob) ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[location.BlobMetadata, error] {
	return func(yield func(location.BlobMetadata, error) bool) {
		err := b.StartListing(ctx, "list", prefix)
		if err == nil {
			err = b.walk(ctx, prefix, b.keys, "", yield)
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(location.BlobMetadata{}, failed("list", prefix, err))
		}
	}
}

var errStopped = errors.New("the caller stopped the listing")

// walk reports the keys in a directory whose path from the store's keys is the
// encoded start of theirs.
func (b *Blob) walk(ctx context.Context, prefix, dir, start string, yield func(location.BlobMetadata, error) bool) error {
	names, err := b.fs.List(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasPrefix(name, "=") {
			continue // the files of the key that ends here
		}
		below := filepath.Join(dir, name)
		key, ok := decode(start + name)
		if ok && strings.HasPrefix(key, prefix) {
			if err := b.report(ctx, key, below, yield); err != nil {
				return err
			}
		}
		if len(name) == chunkBytes {
			if err := b.walk(ctx, prefix, below, start+name, yield); err != nil {
				return err
			}
		}
	}
	return nil
}

// report looks at one key and yields it if it has a value.
func (b *Blob) report(ctx context.Context, key, dir string, yield func(location.BlobMetadata, error) bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	k, err := b.enter(ctx, dir, Shared)
	if err != nil {
		return err
	}
	size, found, err := k.size(valueName)
	k.leave()
	if err != nil {
		return err
	}
	if found && !yield(location.BlobMetadata{Key: key, Size: size}, nil) {
		return errStopped
	}
	return nil
}
