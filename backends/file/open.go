package file

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/assay-dev/assay/backends/internal/embedded"
	"github.com/assay-dev/assay/backends/internal/params"
	"github.com/assay-dev/assay/location"
)

// A Blob is a handle on a Blob in a directory.
type Blob struct {
	embedded.Handle
	fs        FS
	dir       string
	keys      string // the directory of the keys
	tmp       string // the handle's directory of temporary files
	alive     Lock   // held as long as tmp is in use
	temporary atomic.Int64
	noRestore bool
}

// Options are the choices that a file URL offers as parameters.
type Options struct {
	NoSync    bool // leave out every fsync: not safe against crashes of the machine
	NoRestore bool // keep no deleted values
}

// OpenBlob opens the Blob that rawURL names; its directory is created if need be.
func OpenBlob(ctx context.Context, rawURL string) (*Blob, error) {
	u, q, err := params.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	options := Options{NoSync: !q.Bool("sync", true), NoRestore: !q.Bool("restore", true)}
	if err := q.Err(); err != nil {
		return nil, err
	}
	if u.Host != "" || u.User != nil || !filepath.IsAbs(u.Path) {
		return nil, params.Invalid("store URL %s: write file:///absolute/directory", params.Redact(rawURL))
	}
	return Open(ctx, OS{}, u.Path, options)
}

// Open opens the Blob in a directory, created if need be, of any file system.
func Open(ctx context.Context, fs FS, dir string, o Options) (*Blob, error) {
	dir = filepath.Clean(dir)
	if len(dir) > maxDirBytes {
		return nil, params.Invalid("directory %.40q… of %d bytes, longer than %d", dir, len(dir), maxDirBytes)
	}
	if o.NoSync {
		fs = unsynced{fs}
	}
	b := &Blob{fs: fs, dir: dir, keys: filepath.Join(dir, "keys"), noRestore: o.NoRestore}
	if err := b.prepare(ctx); err != nil {
		return nil, fmt.Errorf("open the directory %s: %w", dir, err)
	}
	return b, nil
}

// prepare creates the store's directories and takes one for temporary files.
func (b *Blob) prepare(ctx context.Context) error {
	tmp := filepath.Join(b.dir, "tmp")
	if err := errors.Join(b.fs.MkdirAll(b.keys), b.fs.MkdirAll(tmp)); err != nil {
		return err
	}
	if err := b.syncUp(b.dir); err != nil {
		return err
	}
	turn, err := b.takeTurn(ctx)
	if err != nil {
		return err
	}
	defer turn.Unlock()
	if err := b.sweep(tmp); err != nil {
		return err
	}
	return b.takeTmp(tmp)
}

// syncUp makes durable that the directory exists, whoever created it and those above
// it. Those that may not be read are left alone: they were not created just now.
func (b *Blob) syncUp(dir string) error {
	for {
		if err := b.fs.SyncDir(dir); err != nil && !errors.Is(err, os.ErrPermission) {
			return err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil
		}
		dir = parent
	}
}

// sweep removes the temporary files of handles that are no more: their locks are free.
func (b *Blob) sweep(tmp string) error {
	names, err := b.fs.List(tmp)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == lockName {
			continue
		}
		dead, err := b.fs.TryLock(filepath.Join(tmp, name, lockName))
		if errors.Is(err, ErrLocked) {
			continue
		}
		if err != nil {
			return err
		}
		if err := errors.Join(b.fs.RemoveAll(filepath.Join(tmp, name)), dead.Unlock()); err != nil {
			return err
		}
	}
	return nil
}

// takeTmp creates the handle's directory of temporary files. Its name is never used
// again: an operation that outlives its handle must not meet files of another.
func (b *Blob) takeTmp(tmp string) (err error) {
	b.tmp = filepath.Join(tmp, rand.Text())
	if err := b.fs.MkdirAll(b.tmp); err != nil {
		return err
	}
	b.alive, err = b.fs.TryLock(filepath.Join(b.tmp, lockName))
	return err
}

// Close gives up the handle.
func (b *Blob) Close() error {
	if !b.Handle.Close() {
		return nil
	}
	turn, err := b.takeTurn(context.Background())
	if err != nil {
		return err
	}
	defer turn.Unlock()
	return errors.Join(b.fs.RemoveAll(b.tmp), b.alive.Unlock())
}

// takeTurn keeps those who open and close the store from one another's tmp.
func (b *Blob) takeTurn(ctx context.Context) (Lock, error) {
	return b.fs.Lock(ctx, filepath.Join(b.dir, "tmp", lockName), Exclusive)
}

// Capabilities are those of the strict contract, except for the parameter restore.
func (b *Blob) Capabilities() location.Capabilities {
	return location.Capabilities{MaxKeyBytes: maxKeyBytes, NoRestore: b.noRestore}
}
