package servers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/assay-dev/assay/backends/disk"
	"github.com/assay-dev/assay/backends/servers/ledger"
)

// A Directory is a fresh one for the files of a server that works there. It is in the
// ledger from before it exists until it is removed, so that the next program finds it
// when this one is killed.
type Directory struct {
	// Path is absolute.
	Path string

	entry *ledger.Entry
}

// MakeDirectory makes a directory in parent that belongs to user alone, whose name
// begins with prefix. The caller removes it.
func MakeDirectory(parent, prefix string, user *User) (*Directory, error) {
	parent, err := filepath.Abs(parent)
	if err != nil {
		return nil, err
	}
	d := &Directory{Path: filepath.Join(parent, prefix+strings.ToLower(rand.Text()))}
	if d.entry, err = ledger.Write(ledger.Directory, d.Path); err != nil {
		return nil, err
	}
	err = os.Mkdir(d.Path, 0o700)
	if err == nil && user != nil {
		err = os.Chown(d.Path, user.UID, user.GID)
	}
	if err != nil {
		return nil, errors.Join(err, d.Remove())
	}
	return d, nil
}

// Remove removes the directory with all that is in it. Nobody may work there any more.
func (d *Directory) Remove() error {
	if err := os.RemoveAll(d.Path); err != nil {
		return err
	}
	return d.entry.Strike()
}

// Reclaim removes the directory of a program that has ended, with everything that works
// in it or is mounted there, and what a killed Postgres leaves in memory. It is what
// the ledger's [ledger.Clean] needs for directories.
func Reclaim(ctx context.Context, path string) error {
	if err := ledger.Evict(ctx, path); err != nil {
		return err
	}
	data := filepath.Join(path, "data")
	return errors.Join(releaseMemory(data), releaseMemory(disk.Place(data)), os.RemoveAll(path))
}

// releaseMemory frees the few bytes of System V shared memory that a killed Postgres
// leaves to the next one on its data. Its lock file names them.
func releaseMemory(data string) error {
	lock, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it has ended in order
	}
	if err != nil {
		return err
	}
	lines := strings.Split(string(lock), "\n")
	if len(lines) < 7 {
		return nil // it was killed before it had any
	}
	var key, id int
	if _, err := fmt.Sscan(lines[6], &key, &id); err != nil {
		return nil
	}
	_, err = unix.SysvShmCtl(id, unix.IPC_RMID, nil)
	if errors.Is(err, unix.EINVAL) {
		return nil // it is gone
	}
	return err
}
