package file

import (
	"context"
	"errors"
	"io"
)

// FS is what the store asks of a file system: the seam for one that loses data or fails.
// Names are paths. A missing file is an error that is [io/fs.ErrNotExist]. What is not
// synced may be lost in a crash of the machine; a crash of the process loses only locks.
type FS interface {
	// MkdirAll creates a directory and those above it where they are missing.
	MkdirAll(dir string) error
	// Create creates a file that did not exist, for writing.
	Create(name string) (File, error)
	// Open opens a file for reading.
	Open(name string) (File, error)
	// Size returns a file's size in bytes.
	Size(name string) (int64, error)
	// Rename moves a file in one step, in place of any other at the new name.
	Rename(from, to string) error
	// Remove removes a file.
	Remove(name string) error
	// RemoveAll removes a directory and everything in it.
	RemoveAll(dir string) error
	// List returns the names in a directory.
	List(dir string) ([]string, error)
	// SyncDir makes durable what was created in, moved into and removed from a directory.
	SyncDir(dir string) error
	// Lock waits for the lock file, which it creates if need be but not its directory.
	Lock(ctx context.Context, name string, mode LockMode) (Lock, error)
	// TryLock takes the lock file exclusively or fails with [ErrLocked] at once.
	TryLock(name string) (Lock, error)
}

// A File is an open file.
type File interface {
	io.ReadWriteCloser
	// Sync makes durable what was written.
	Sync() error
}

// A LockMode says with whom a lock is shared.
type LockMode int

const (
	// Shared: with others that hold it shared.
	Shared LockMode = iota
	// Exclusive: with nobody.
	Exclusive
)

// ErrLocked is the error of a TryLock that finds the lock taken.
var ErrLocked = errors.New("locked by somebody else")

// A Lock is a lock file that is held. It ends with its process at the latest. It can be
// marked: the mark outlives the lock, but need not survive a crash of the machine.
type Lock interface {
	// Marked reports whether the lock file is marked as clean. A new one is not.
	Marked() (bool, error)
	// Mark sets or removes the mark.
	Mark(clean bool) error
	// Unlock gives the lock up.
	Unlock() error
}

// unsynced is a file system whose syncs do nothing.
type unsynced struct{ FS }

type unsyncedFile struct{ File }

func (u unsynced) SyncDir(string) error { return nil }

func (u unsynced) Create(name string) (File, error) {
	f, err := u.FS.Create(name)
	if err != nil {
		return nil, err
	}
	return unsyncedFile{f}, nil
}

func (unsyncedFile) Sync() error { return nil }
