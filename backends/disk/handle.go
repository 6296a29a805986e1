package disk

import (
	"context"
	"io"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// A handle is an open file.
type handle struct {
	*fs.LoopbackFile
	file descriptor // the same one, valid until Release
	disk *Disk
}

var (
	_ fs.FileReader          = (*handle)(nil)
	_ fs.FileWriter          = (*handle)(nil)
	_ fs.FileAllocater       = (*handle)(nil)
	_ fs.FileIoctler         = (*handle)(nil)
	_ fs.FilePassthroughFder = (*handle)(nil)
)

func newHandle(fh fs.FileHandle, d *Disk) *handle {
	loopback := fh.(*fs.LoopbackFile)
	fd, _ := loopback.PassthroughFd()
	return &handle{LoopbackFile: loopback, file: descriptor(fd), disk: d}
}

// PassthroughFd refuses to let the kernel read and write past this program.
func (h *handle) PassthroughFd() (int, bool) { return 0, false }

func (h *handle) Read(ctx context.Context, buffer []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	if !h.disk.hasPower() {
		return nil, syscall.EIO
	}
	return h.LoopbackFile.Read(ctx, buffer, off)
}

func (h *handle) Write(ctx context.Context, data []byte, off int64) (written uint32, errno syscall.Errno) {
	errno = h.disk.change(func() error {
		if err := h.disk.fails(Write); err != nil {
			return err
		}
		if err := h.noteWrite(off, off+int64(len(data))); err != nil {
			return err
		}
		var errno syscall.Errno
		if written, errno = h.LoopbackFile.Write(ctx, data, off); errno != 0 {
			return errno
		}
		return nil
	})
	return written, errno
}

// Allocate extends the file; any other way of allocating is not offered, and programs
// write instead.
func (h *handle) Allocate(ctx context.Context, off, size uint64, mode uint32) syscall.Errno {
	if mode != 0 {
		return syscall.EOPNOTSUPP
	}
	return h.disk.change(func() error {
		if err := h.disk.fails(Write); err != nil {
			return err
		}
		if err := h.noteWrite(0, 0); err != nil { // what it adds reads as zeros
			return err
		}
		if errno := h.LoopbackFile.Allocate(ctx, off, size, mode); errno != 0 {
			return errno
		}
		return nil
	})
}

func (h *handle) noteWrite(off, end int64) error {
	c, err := h.disk.tree.content(h.file)
	if err != nil {
		return err
	}
	return c.write(h.file, off, end)
}

// Ioctl offers none: some of them share the contents of files.
func (h *handle) Ioctl(context.Context, uint32, uint64, []byte, []byte) (int32, syscall.Errno) {
	return 0, syscall.ENOTTY
}

// A descriptor is an open file that is read at offsets.
type descriptor int

func (d descriptor) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		m, err := syscall.Pread(int(d), p[n:], off+int64(n))
		if err == nil && m == 0 {
			err = io.EOF
		}
		if err != nil {
			return n, err
		}
		n += m
	}
	return n, nil
}

func (d descriptor) stat() (*syscall.Stat_t, error) {
	var s syscall.Stat_t
	err := syscall.Fstat(int(d), &s)
	return &s, err
}
