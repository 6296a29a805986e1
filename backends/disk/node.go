package disk

import (
	"context"
	"os"
	"path/filepath"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// A node is a file or a directory. What only looks is passed on as it is.
type node struct {
	*fs.LoopbackNode
	disk *Disk
}

var (
	_ fs.NodeWrapChilder    = (*node)(nil)
	_ fs.NodeCreater        = (*node)(nil)
	_ fs.NodeMknoder        = (*node)(nil)
	_ fs.NodeMkdirer        = (*node)(nil)
	_ fs.NodeSymlinker      = (*node)(nil)
	_ fs.NodeLinker         = (*node)(nil)
	_ fs.NodeUnlinker       = (*node)(nil)
	_ fs.NodeRmdirer        = (*node)(nil)
	_ fs.NodeRenamer        = (*node)(nil)
	_ fs.NodeOpener         = (*node)(nil)
	_ fs.NodeOpendirHandler = (*node)(nil)
	_ fs.NodeSetattrer      = (*node)(nil)
	_ fs.NodeFsyncer        = (*node)(nil)
	_ fs.NodeTmpfiler       = (*node)(nil)
	_ fs.NodeCopyFileRanger = (*node)(nil)
)

// loopback is what all nodes of a disk share.
func loopback(place string) *fs.LoopbackRoot {
	root := &fs.LoopbackRoot{Path: place}
	if s, err := stat(place); err == nil {
		root.Dev = uint64(s.Dev) // so that inodes have the numbers of the files
	}
	return root
}

// WrapChild makes every node of the disk one of ours.
func (n *node) WrapChild(_ context.Context, ops fs.InodeEmbedder) fs.InodeEmbedder {
	return &node{LoopbackNode: ops.(*fs.LoopbackNode), disk: n.disk}
}

// name is the path of the node on the disk.
func (n *node) name() string { return n.Path(nil) }

// below is the path of an entry of the node, as [filepath.Dir] takes it apart again.
func (n *node) below(name string) string { return filepath.Join(n.name(), name) }

// create carries out the creation of an entry.
func (n *node) create(name string, do func() (*fs.Inode, syscall.Errno)) (child *fs.Inode, errno syscall.Errno) {
	errno = n.disk.change(func() error {
		var errno syscall.Errno
		if child, errno = do(); errno != 0 {
			return errno
		}
		s, err := stat(n.disk.tree.path(n.below(name)))
		if err == nil {
			n.disk.tree.created(n.below(name), s.Ino, uint64(s.Nlink))
		}
		return err
	})
	return child, errno
}

func (n *node) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (child *fs.Inode, fh fs.FileHandle, fuseFlags uint32, errno syscall.Errno) {
	child, errno = n.create(name, func() (*fs.Inode, syscall.Errno) {
		child, file, _, errno := n.LoopbackNode.Create(ctx, name, readable(flags)|syscall.O_EXCL, mode, out)
		if errno == 0 {
			fh = newHandle(file, n.disk)
		}
		return child, errno
	})
	return child, fh, 0, errno
}

func (n *node) Mknod(ctx context.Context, name string, mode, dev uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.create(name, func() (*fs.Inode, syscall.Errno) { return n.LoopbackNode.Mknod(ctx, name, mode, dev, out) })
}

func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.create(name, func() (*fs.Inode, syscall.Errno) { return n.LoopbackNode.Mkdir(ctx, name, mode, out) })
}

func (n *node) Symlink(ctx context.Context, target, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.create(name, func() (*fs.Inode, syscall.Errno) { return n.LoopbackNode.Symlink(ctx, target, name, out) })
}

func (n *node) Link(ctx context.Context, target fs.InodeEmbedder, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.create(name, func() (*fs.Inode, syscall.Errno) { return n.LoopbackNode.Link(ctx, target, name, out) })
}

func (n *node) Unlink(_ context.Context, name string) syscall.Errno {
	return n.disk.change(func() error { return n.disk.tree.remove(n.below(name), false) })
}

func (n *node) Rmdir(_ context.Context, name string) syscall.Errno {
	return n.disk.change(func() error { return n.disk.tree.remove(n.below(name), true) })
}

// exchange is the flag of a rename that swaps two entries.
const exchange = 2

func (n *node) Rename(ctx context.Context, name string, parent fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	target, ok := parent.(*node)
	if !ok || flags&exchange != 0 {
		return syscall.EINVAL
	}
	return n.disk.change(func() error {
		return n.disk.tree.rename(n.below(name), target.below(newName), func() error {
			if errno := n.LoopbackNode.Rename(ctx, name, parent, newName, flags); errno != 0 {
				return errno
			}
			return nil
		})
	})
}

func (n *node) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	if !n.disk.hasPower() {
		return nil, 0, syscall.EIO
	}
	// The kernel asks for O_TRUNC with Setattr.
	file, _, errno := n.LoopbackNode.Open(ctx, readable(flags)&^syscall.O_TRUNC)
	if errno != 0 {
		return nil, 0, errno
	}
	return newHandle(file, n.disk), 0, 0
}

// A dirHandle is an open directory.
type dirHandle struct {
	fs.FileReaddirenter
	fs.FileSeekdirer
	fs.FileReleasedirer
	node *node
}

var _ fs.FileFsyncdirer = (*dirHandle)(nil)

func (n *node) OpendirHandle(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	stream, fuseFlags, errno := n.LoopbackNode.OpendirHandle(ctx, flags)
	if errno != 0 {
		return nil, 0, errno
	}
	return &dirHandle{stream.(fs.FileReaddirenter), stream.(fs.FileSeekdirer), stream.(fs.FileReleasedirer), n}, fuseFlags, 0
}

func (h *dirHandle) Fsyncdir(context.Context, uint32) syscall.Errno {
	// As filepath.Dir has the name of the root.
	return h.node.disk.change(func() error { return h.node.disk.tree.syncDir(filepath.Clean(h.node.name())) })
}

// readable turns the flags of an open for writing into those of one for both: what is
// overwritten is read first.
func readable(flags uint32) uint32 {
	if flags&syscall.O_ACCMODE == syscall.O_WRONLY {
		flags = flags&^syscall.O_ACCMODE | syscall.O_RDWR
	}
	return flags
}

func (n *node) Setattr(ctx context.Context, fh fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	size, resize := in.GetSize()
	if !resize {
		return n.LoopbackNode.Setattr(ctx, fh, in, out)
	}
	return n.disk.change(func() error {
		if err := n.disk.fails(Write); err != nil {
			return err
		}
		if err := n.noteTruncate(fh, int64(size)); err != nil {
			return err
		}
		if errno := n.LoopbackNode.Setattr(ctx, fh, in, out); errno != 0 {
			return errno
		}
		return nil
	})
}

// noteTruncate keeps what is about to be cut off.
func (n *node) noteTruncate(fh fs.FileHandle, size int64) error {
	var file descriptor
	if h, ok := fh.(*handle); ok {
		file = h.file
	} else {
		f, err := os.Open(n.disk.tree.path(n.name()))
		if err != nil {
			return err
		}
		defer f.Close()
		file = descriptor(f.Fd())
	}
	c, err := n.disk.tree.content(file)
	if err != nil {
		return err
	}
	return c.truncate(file, size)
}

func (n *node) Fsync(ctx context.Context, fh fs.FileHandle, _ uint32) syscall.Errno {
	return n.disk.change(func() error {
		inode := n.StableAttr().Ino
		if n.disk.tree.contents[inode] != nil {
			if err := n.disk.fails(Sync); err != nil {
				n.disk.tree.contents[inode].forget()
				return err
			}
		}
		var attr fuse.AttrOut
		if errno := n.LoopbackNode.Getattr(ctx, fh, &attr); errno != 0 {
			return errno
		}
		return n.disk.tree.syncFile(inode, int64(attr.Size))
	})
}

func (n *node) Tmpfile(context.Context, uint32, uint32, *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	return nil, nil, 0, syscall.EOPNOTSUPP
}

// CopyFileRange is left to the kernel, which reads and writes.
func (n *node) CopyFileRange(context.Context, fs.FileHandle, uint64, *fs.Inode, fs.FileHandle, uint64, uint64, uint64) (uint32, syscall.Errno) {
	return 0, syscall.ENOSYS
}
