package file

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/assay-dev/assay/location"
)

// A keyDir is the directory of one key, locked, and durable as it is found.
type keyDir struct {
	fs   FS
	dir  string
	lock Lock
}

// keyDirOf returns the directory of a key, which need not exist.
func (b *Blob) keyDirOf(key string) string { return filepath.Join(b.keys, path(encode(key))) }

// enter locks the directory. Where it is missing the error is [os.ErrNotExist]. An
// error of enter leaves everything as it was.
func (b *Blob) enter(ctx context.Context, dir string, mode LockMode) (*keyDir, error) {
	lock, err := b.fs.Lock(ctx, filepath.Join(dir, lockName), mode)
	if err != nil {
		return nil, err
	}
	k := &keyDir{b.fs, dir, lock}
	if err := k.clean(b.keys); err != nil {
		lock.Unlock()
		return nil, err
	}
	return k, nil
}

// clean makes durable what somebody left visible and not durable: the directory up to
// the one of all keys.
func (k *keyDir) clean(keys string) error {
	if clean, err := k.lock.Marked(); clean || err != nil {
		return err
	}
	for dir := k.dir; ; dir = filepath.Dir(dir) {
		if err := k.fs.SyncDir(dir); err != nil {
			return err
		}
		if dir == keys {
			return k.lock.Mark(true)
		}
	}
}

// leave unlocks the directory. A lock that cannot be given up ends with the process,
// and has no bearing on the operation.
func (k *keyDir) leave() { k.lock.Unlock() }

// size returns the size of the value, or of the deleted one.
func (k *keyDir) size(name string) (size int64, found bool, err error) {
	size, err = k.fs.Size(filepath.Join(k.dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return 0, false, nil
	}
	return size, err == nil, err
}

// open opens the value. It stays as it is in the open file, also when the key goes on.
func (k *keyDir) open() (File, error) { return k.fs.Open(filepath.Join(k.dir, valueName)) }

// replace moves a file to the name in the directory: the one step at which the
// operation takes effect. Its errors have their class.
func (k *keyDir) replace(from, name string) error {
	return k.change(func() error { return k.fs.Rename(from, filepath.Join(k.dir, name)) })
}

// removeValue removes the value for good.
func (k *keyDir) removeValue() error {
	return k.change(func() error { return k.fs.Remove(filepath.Join(k.dir, valueName)) })
}

// change takes one step and makes it durable. Others see it when the lock is given up;
// where it is not durable by then, the missing mark tells them.
func (k *keyDir) change(step func() error) error {
	if err := k.lock.Mark(false); err != nil {
		return location.NewDeterminate(err) // before the step
	}
	if err := step(); err != nil {
		return location.NewIndeterminate(err)
	}
	if err := k.fs.SyncDir(k.dir); err != nil {
		return location.NewIndeterminate(err)
	}
	k.lock.Mark(true) // if it fails, the next one syncs once more
	return nil
}
