package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/assay-dev/assay/location"
)

// lockTimeout is how long an opening waits for another process to let go of the file.
const lockTimeout = time.Second

// bucket is the name of the only bucket.
var bucket = []byte("versions")

// A database is an open file, shared by the handles of this process on it.
type database struct {
	bolt *bbolt.DB
	// writer holds a token while a write transaction is open or is about to be. Waiting for
	// it can be cancelled, unlike waiting for bbolt's own lock.
	writer chan struct{}
	// settled is held for reading by readers, and for writing while a commit is under way.
	settled sync.RWMutex
	// doubtful: a commit failed, and what is visible may not be durable. Guarded by
	// settled.
	doubtful bool
}

// canonical returns one name for all names of a file, which need not exist but whose
// directory must.
func canonical(name string) (string, error) {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		return target, nil
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(name))
	return filepath.Join(dir, filepath.Base(name)), err
}

// openDatabase opens or creates the file. When it returns, the file, its name in its
// directory and what is visible in it are durable.
func openDatabase(name string, noSync bool) (opened *database, err error) {
	// bbolt panics over pages that are not what they ought to be, as a crash leaves them
	// where nothing is synced, and faults over those that are missing.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("open %s: the file is damaged: %v: bring it back from a copy, or remove it to begin anew", name, r)
		}
	}()
	db, err := bbolt.Open(name, 0o666, &bbolt.Options{
		Timeout:      lockTimeout,
		NoSync:       noSync,
		FreelistType: bbolt.FreelistMapType,
		NoStatistics: true,
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("open %s: another process has it open: %w", name, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	if err := prepare(db, filepath.Dir(name)); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", name, err), db.Close())
	}
	return &database{bolt: db, writer: make(chan struct{}, 1)}, nil
}

func prepare(db *bbolt.DB, dir string) error {
	err := db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(bucket)
		return err
	})
	if err != nil || db.NoSync {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(db.Sync(), d.Sync(), d.Close())
}

// read runs one read transaction on what is durable. Its errors have no class: a read
// changes nothing.
func (d *database) read(look func(versions *bbolt.Bucket)) error {
	for d.settled.RLock(); d.doubtful; d.settled.RLock() {
		d.settled.RUnlock()
		d.writer <- struct{}{}
		err := d.settle()
		<-d.writer
		if err != nil {
			return err
		}
	}
	defer d.settled.RUnlock()
	return d.bolt.View(func(tx *bbolt.Tx) error {
		look(tx.Bucket(bucket))
		return nil
	})
}

// settle makes durable what is visible, if a failed commit left that open, by another
// commit, one without changes: a sync alone may find nothing to do, since Linux reports
// that a write was lost only once. It is called with the token of the writer.
func (d *database) settle() error {
	d.settled.Lock()
	defer d.settled.Unlock()
	if !d.doubtful {
		return nil
	}
	err := d.bolt.Update(func(*bbolt.Tx) error { return nil })
	d.doubtful = err != nil
	return err
}

// write runs one write transaction, and commits it iff change says that it changed
// something. Its errors have their class: nothing is in the file before the commit.
func (d *database) write(ctx context.Context, change func(versions *bbolt.Bucket) (changed bool, err error)) error {
	select {
	case d.writer <- struct{}{}:
		defer func() { <-d.writer }()
	case <-ctx.Done():
		return location.NewDeterminate(ctx.Err())
	}
	if err := d.settle(); err != nil {
		return location.NewDeterminate(err)
	}
	tx, err := d.bolt.Begin(true)
	if err != nil {
		return location.NewDeterminate(err)
	}
	defer tx.Rollback() // does nothing after a commit
	changed, err := change(tx.Bucket(bucket))
	if err != nil {
		return location.NewDeterminate(err)
	}
	if !changed {
		return nil
	}
	return d.commit(tx)
}

func (d *database) commit(tx *bbolt.Tx) error {
	d.settled.Lock()
	defer d.settled.Unlock()
	if err := tx.Commit(); err != nil {
		d.doubtful = true
		return location.NewIndeterminate(err)
	}
	return nil
}
