package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/assay-dev/assay/location"
)

// Get implements [location.Blob].
func (b *Blob) Get(ctx context.Context, key string) ([]byte, bool, error) {
	if err := b.Start(ctx, "get", key, maxKeyBytes); err != nil {
		return nil, false, err
	}
	f, size, err := b.openValue(ctx, b.keyDirOf(key))
	if errors.Is(err, os.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, failed("get", key, err)
	}
	defer f.Close()
	value := make([]byte, size)
	if _, err := io.ReadFull(f, value); err != nil {
		return nil, false, failed("get", key, err)
	}
	return value, true, nil
}

// openValue opens the value in a key's directory: the lock is held while it is looked
// up, not while it is read.
func (b *Blob) openValue(ctx context.Context, dir string) (f File, size int64, err error) {
	k, err := b.enter(ctx, dir, Shared)
	if err != nil {
		return nil, 0, err
	}
	defer k.leave()
	size, found, err := k.size(valueName)
	if err != nil {
		return nil, 0, err
	}
	if !found {
		return nil, 0, os.ErrNotExist
	}
	f, err = k.open()
	return f, size, err
}

// Set implements [location.Blob].
func (b *Blob) Set(ctx context.Context, key string, value []byte) error {
	if err := b.Start(ctx, "set", key, maxKeyBytes); err != nil {
		return err
	}
	// Nobody looks for the temporary file, so that a failure up to the rename leaves the
	// key untouched for good.
	temporary, err := b.write(value)
	if err != nil {
		return unchanged("set", key, err)
	}
	err = b.put(ctx, key, temporary)
	if location.Classify(err) == location.Determinate {
		b.fs.Remove(temporary)
	}
	return err
}

// write writes a durable temporary file.
func (b *Blob) write(value []byte) (name string, err error) {
	name = filepath.Join(b.tmp, strconv.FormatInt(b.temporary.Add(1), 10))
	f, err := b.fs.Create(name)
	if err != nil {
		return "", err
	}
	_, err = f.Write(value)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		b.fs.Remove(name)
	}
	return name, err
}

// put makes a temporary file the value.
func (b *Blob) put(ctx context.Context, key, temporary string) error {
	dir := b.keyDirOf(key)
	if err := b.fs.MkdirAll(dir); err != nil {
		return unchanged("set", key, err)
	}
	k, err := b.enter(ctx, dir, Exclusive)
	if err != nil {
		return unchanged("set", key, err)
	}
	defer k.leave()
	if err := ctx.Err(); err != nil {
		return unchanged("set", key, err)
	}
	return failed("set", key, k.replace(temporary, valueName))
}

// Delete implements [location.Blob].
func (b *Blob) Delete(ctx context.Context, key string) (int64, bool, error) {
	if err := b.Start(ctx, "delete", key, maxKeyBytes); err != nil {
		return 0, false, err
	}
	k, err := b.enter(ctx, b.keyDirOf(key), Exclusive)
	if errors.Is(err, os.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, unchanged("delete", key, err)
	}
	defer k.leave()
	size, found, err := k.size(valueName)
	if err != nil {
		return 0, false, unchanged("delete", key, err)
	}
	if !found {
		return 0, false, nil
	}
	if b.noRestore {
		err = k.removeValue()
	} else {
		err = k.replace(filepath.Join(k.dir, valueName), deletedName)
	}
	if err != nil {
		return 0, false, failed("delete", key, err)
	}
	return size, true, nil
}

// Restore implements [location.Blob].
func (b *Blob) Restore(ctx context.Context, key string) error {
	if err := b.Start(ctx, "restore", key, maxKeyBytes); err != nil {
		return err
	}
	k, err := b.enter(ctx, b.keyDirOf(key), Exclusive)
	if errors.Is(err, os.ErrNotExist) {
		return location.RefuseRestore(key)
	}
	if err != nil {
		return unchanged("restore", key, err)
	}
	defer k.leave()
	_, present, err := k.size(valueName)
	if err != nil {
		return unchanged("restore", key, err)
	}
	if present {
		return nil
	}
	_, kept, err := k.size(deletedName)
	if err != nil {
		return unchanged("restore", key, err)
	}
	if b.noRestore || !kept {
		return location.RefuseRestore(key)
	}
	return failed("restore", key, k.replace(filepath.Join(k.dir, deletedName), valueName))
}

// failed names the operation and the key in an error and keeps its class.
func failed(op, key string, err error) error {
	if err == nil {
		return nil
	}
	return location.Classified(fmt.Errorf("%s %q: %w", op, key, err))
}

// unchanged is the error of an operation that failed before the step at which it takes
// effect, and was given up.
func unchanged(op, key string, err error) error {
	return location.NewDeterminate(fmt.Errorf("%s %q: %w", op, key, err))
}
