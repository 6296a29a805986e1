// Package ledger remembers what would outlive this program if it were killed:
// directories with the servers that work in them, mounts, containers. Each thing is
// written down before it is made and struck out when it is gone. What stands there of a
// program that has ended was left behind, and the next program removes it.
//
// A thing is a file in the user's cache directory, which its maker holds a lock on for
// as long as it lives: the kernel gives the lock back however the maker ends.
package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// A Thing is something that can be left behind.
type Thing struct {
	Kind string `json:"kind"` // a key of [Removers]
	Name string `json:"name"` // an absolute path, or the name of a container
	// Owner is the process that made it, for people.
	Owner int `json:"owner"`
}

func (t Thing) String() string { return t.Kind + " " + t.Name }

// The kinds of things.
const (
	// Directory is a directory with all that is in it, with what is mounted below it
	// and the processes that work there.
	Directory = "directory"
	// Container is a container, by its name.
	Container = "container"
)

// An Entry is a thing in the ledger.
type Entry struct {
	file *os.File // locked
	path string
}

// The names of files: of things, and of those that are being written.
const (
	whole   = "thing-"
	partial = "part-"
)

// Write writes a thing down that is about to be made. It stays until it is struck out,
// or until this program ends and the next one removes the thing.
func Write(kind, name string) (*Entry, error) {
	dir, err := place()
	if err != nil {
		return nil, fmt.Errorf("note %s %s, to be removed: %w", kind, name, err)
	}
	text, err := json.Marshal(Thing{kind, name, os.Getpid()})
	if err != nil {
		return nil, err
	}
	for {
		entry, err := write(dir, text)
		if errors.Is(err, fs.ErrNotExist) {
			continue // somebody cleaned it away in the moment before it was locked
		}
		if err != nil {
			return nil, fmt.Errorf("note %s %s, to be removed: %w", kind, name, err)
		}
		return entry, nil
	}
}

// write makes the file, which is seen under its name when it is whole and locked.
func write(dir string, text []byte) (*Entry, error) {
	file, err := os.CreateTemp(dir, partial)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, whole+filepath.Base(file.Name())[len(partial):])
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX)
	if err == nil {
		_, err = file.Write(text)
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &Entry{file, path}, nil
}

// Strike strikes out a thing that is gone. It may be called more than once, and on nil.
func (e *Entry) Strike() error {
	if e == nil {
		return nil
	}
	if err := os.Remove(e.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := e.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// Things returns all that is written down, by whomever.
func Things() (things []Thing, err error) {
	dir, err := place()
	if err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(dir, whole+"*"))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // struck out in this moment
		}
		var thing Thing
		if err := json.Unmarshal(text, &thing); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		things = append(things, thing)
	}
	return things, err
}

// Removers remove things of each kind. One that is gone already is no error.
type Removers map[string]func(ctx context.Context, name string) error

// Clean removes what programs have left behind that have ended, and returns what it
// was. Kinds that are not in removers are left to others.
func Clean(ctx context.Context, removers Removers) (removed []Thing, err error) {
	dir, err := place()
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, entry := range entries {
		thing, err := clean(ctx, filepath.Join(dir, entry.Name()), removers)
		if err != nil {
			errs = append(errs, fmt.Errorf("remove %s, left behind by process %d: %w", thing, thing.Owner, err))
		} else if thing.Kind != "" {
			removed = append(removed, thing)
		}
	}
	return removed, errors.Join(errs...)
}

// clean removes the thing of one file, if its maker is gone, and then the file.
func clean(ctx context.Context, path string, removers Removers) (Thing, error) {
	file, mine := claim(path)
	if !mine {
		return Thing{}, nil
	}
	defer file.Close()
	var thing Thing
	if err := json.NewDecoder(file).Decode(&thing); err != nil {
		return Thing{}, os.Remove(path) // its maker did not come to making it
	}
	remove := removers[thing.Kind]
	if remove == nil {
		return Thing{}, nil
	}
	if err := remove(ctx, thing.Name); err != nil {
		return thing, err
	}
	return thing, os.Remove(path)
}

// claim locks the file of a thing whose maker is gone.
func claim(path string) (file *os.File, mine bool) {
	file, err := os.Open(path)
	if err != nil {
		return nil, false // struck out in this moment
	}
	if unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		file.Close()
		return nil, false
	}
	// Another one may have cleaned it meanwhile.
	here, err := os.Stat(path)
	if err == nil {
		var locked fs.FileInfo
		if locked, err = file.Stat(); err == nil && os.SameFile(here, locked) {
			return file, true
		}
	}
	file.Close()
	return nil, false
}

// place is the directory of the ledger.
func place() (string, error) {
	cache, err := os.UserCacheDir()
	dir := filepath.Join(cache, "assay", "ledger")
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		dir = filepath.Join(os.TempDir(), "assay-ledger-"+strconv.Itoa(os.Getuid()))
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return "", err
	}
	return dir, private(dir)
}

// private refuses a directory in which others could write: what stands there is removed.
func private(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, known := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || info.Mode().Perm()&0o022 != 0 || !known || int(stat.Uid) != os.Getuid() {
		return fmt.Errorf("%s is not this user's own directory, closed to others' writing: remove it", dir)
	}
	return nil
}
