package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// deviceFile is how a program offers a file system to Linux.
const deviceFile = "/dev/fuse"

// A mount is a file system that this process offers, or none.
type mount struct{ server *fuse.Server }

// available says why there can be no mounts.
func available() error {
	f, err := os.OpenFile(deviceFile, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("%w: %w", err, ErrUnavailable)
	}
	f.Close()
	if os.Geteuid() == 0 {
		return nil
	}
	if _, err := exec.LookPath("fusermount3"); err != nil {
		return fmt.Errorf("not running as root, and without fusermount3 (Debian's fuse3): %w: %w", err, ErrUnavailable)
	}
	return nil
}

func (m *mount) mount(dir string, root fs.InodeEmbedder) error {
	server, err := fs.Mount(dir, root, &fs.Options{
		// Nothing is remembered of names, so that they are those of the files.
		EntryTimeout: new(time.Duration), AttrTimeout: new(time.Duration),
		NullPermissions: true,
		Logger:          log.New(io.Discard, "", 0),
		MountOptions: fuse.MountOptions{
			FsName: "assay", Name: "assay",
			// The kernel checks permissions, as on any other disk.
			Options:     []string{"default_permissions"},
			AllowOther:  os.Geteuid() == 0, // servers that refuse to run as root
			DirectMount: os.Geteuid() == 0,
			MaxWrite:    1 << 20,
			Logger:      log.New(io.Discard, "", 0),
		},
	})
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENODEV) {
		return fmt.Errorf("mount: %w: %w", err, ErrUnavailable)
	}
	m.server = server
	return err
}

// retryUnmount is how long an unmount rests while programs that were killed still let go
// of their files.
const retryUnmount = 5 * time.Millisecond

// unmount ends the mount, if there is one, as soon as nobody uses it.
func (m *mount) unmount(ctx context.Context) error {
	if m.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		err := m.server.Unmount()
		if err == nil {
			m.server = nil
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("unmount: %w", err)
		case <-time.After(retryUnmount):
		}
	}
}

// CleanUp unmounts what a process that was killed has left at dir. It leaves the files
// alone, see [Paths].
func CleanUp(dir string) error {
	var err error
	if os.Geteuid() == 0 {
		err = syscall.Unmount(dir, syscall.MNT_DETACH)
	} else {
		err = exec.Command("fusermount3", "-u", "-z", dir).Run()
	}
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOENT) {
		return nil // nothing is mounted
	}
	return err
}
