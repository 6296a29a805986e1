package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
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

func (m *mount) mount(dir string, root fs.InodeEmbedder) (err error) {
	asRoot := os.Geteuid() == 0
	if asRoot {
		// Programs started meanwhile would have the device open too, and then it would not
		// end with this program: whoever uses the disk would wait for ever.
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
		defer func() { err = errors.Join(err, closeDeviceOnExec()) }()
	}
	m.server, err = fs.Mount(dir, root, &fs.Options{
		// Nothing is remembered of names, so that they are those of the files.
		EntryTimeout: new(time.Duration), AttrTimeout: new(time.Duration),
		NullPermissions: true,
		Logger:          log.New(io.Discard, "", 0),
		MountOptions: fuse.MountOptions{
			FsName: "assay", Name: "assay",
			// The kernel checks permissions, as on any other disk.
			Options:    []string{"default_permissions"},
			AllowOther: asRoot, // servers that refuse to run as root
			// Strict, so that it never starts a program.
			DirectMountStrict: asRoot,
			MaxWrite:          1 << 20,
			Logger:            log.New(io.Discard, "", 0),
		},
	})
	switch {
	case err != nil && !asRoot:
		return fmt.Errorf("mount with fusermount3, which has to be setuid root: %w: %w", err, ErrUnavailable)
	case errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENODEV):
		return fmt.Errorf("mount: %w: %w", err, ErrUnavailable)
	}
	return err
}

// closeDeviceOnExec keeps the device from the programs that this one starts.
func closeDeviceOnExec() error {
	const open = "/proc/self/fd"
	entries, err := os.ReadDir(open)
	for _, entry := range entries {
		if target, _ := os.Readlink(filepath.Join(open, entry.Name())); target == deviceFile {
			fd, err := strconv.Atoi(entry.Name())
			if err != nil {
				return err
			}
			syscall.CloseOnExec(fd)
		}
	}
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
