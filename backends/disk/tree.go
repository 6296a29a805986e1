package disk

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// A tree is a directory of which it is known what is not durable. Paths are relative to
// it. It is used by one goroutine at a time.
type tree struct {
	root string
	// limbo is the directory of what was removed, as long as that is not durable.
	limbo   string
	removed int // names the next entry of limbo
	// changes are those of directory entries that are not durable, the oldest first.
	changes []change
	// contents are those of files that are not durable, by inode.
	contents map[uint64]*content
}

// A change is one of directory entries: something was created at to, removed from
// from, or moved from one to the other.
type change struct {
	from, to string // "" is none
	inode    uint64 // of what was created or moved
	dir      bool   // it is a directory
	// limbo is where that is which was removed, or which stood in the way; "" is nowhere.
	limbo string
}

func newTree(root, limbo string) *tree {
	return &tree{root: root, limbo: limbo, contents: map[uint64]*content{}}
}

func (t *tree) path(name string) string { return filepath.Join(t.root, name) }

// created takes note of a new entry, a link to inode.
func (t *tree) created(name string, inode uint64, links uint64) {
	if links == 1 {
		delete(t.contents, inode) // of a file that is gone
	}
	t.changes = append(t.changes, change{to: name, inode: inode})
}

// remove removes a file, or a directory that is empty.
func (t *tree) remove(name string, dir bool) error {
	if dir {
		if entries, err := os.ReadDir(t.path(name)); err != nil || len(entries) > 0 {
			return cmp.Or[error](err, syscall.ENOTEMPTY)
		}
	}
	limbo := t.nextLimbo()
	if err := os.Rename(t.path(name), limbo); err != nil {
		return err
	}
	t.changes = append(t.changes, change{from: name, dir: dir, limbo: limbo})
	return nil
}

// rename moves an entry, in place of any other one; move does it.
func (t *tree) rename(from, to string, move func() error) error {
	moved, err := stat(t.path(from))
	if err != nil {
		return err
	}
	c := change{from: from, to: to, inode: moved.Ino, dir: isDir(moved)}
	target, err := stat(t.path(to))
	overDir := err == nil && isDir(target)
	if err == nil && !overDir {
		if target.Ino == moved.Ino {
			return move() // which does nothing
		}
		// A second name, so that the first one never is without a file.
		c.limbo = t.nextLimbo()
		if err := os.Link(t.path(to), c.limbo); err != nil {
			return err
		}
	}
	if err := move(); err != nil {
		if c.limbo != "" {
			os.Remove(c.limbo)
		}
		return err
	}
	t.changes = append(t.changes, c)
	if overDir {
		return t.settle(func(change) bool { return true }) // nothing could bring it back
	}
	return nil
}

func (t *tree) nextLimbo() string {
	t.removed++
	return filepath.Join(t.limbo, strconv.Itoa(t.removed))
}

// content returns what is durable of an open file that is about to change.
func (t *tree) content(f descriptor) (*content, error) {
	info, err := f.stat()
	if err != nil {
		return nil, err
	}
	c := t.contents[info.Ino]
	if c == nil {
		c = newContent(info.Size)
		t.contents[info.Ino] = c
	}
	return c, nil
}

// syncFile makes a file durable, and the entries that link to it.
func (t *tree) syncFile(inode uint64, size int64) error {
	if c := t.contents[inode]; c != nil && c.sync(size) {
		delete(t.contents, inode)
	}
	return t.settle(func(c change) bool { return c.to != "" && c.inode == inode })
}

// syncDir makes the entries of a directory durable.
func (t *tree) syncDir(name string) error {
	return t.settle(func(c change) bool {
		return c.from != "" && filepath.Dir(c.from) == name || c.to != "" && filepath.Dir(c.to) == name
	})
}

// syncAll makes everything durable that no sync has failed on.
func (t *tree) syncAll() error {
	err := filepath.WalkDir(t.root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := stat(path)
		if err == nil && t.contents[info.Ino] != nil && t.contents[info.Ino].sync(info.Size) {
			delete(t.contents, info.Ino)
		}
		return err
	})
	return cmp.Or(err, t.settle(func(change) bool { return true }))
}

// settle makes the chosen changes durable, and the earlier ones that they build on:
// those of the same names, those of the directories above, and all that came before a
// directory was moved or removed.
func (t *tree) settle(chosen func(change) bool) error {
	names := map[string]bool{}
	all := false
	var pending []change
	for _, c := range slices.Backward(t.changes) {
		if !all && !names[c.from] && !names[c.to] && !chosen(c) {
			pending = append(pending, c)
			continue
		}
		all = all || c.dir && c.from != ""
		for _, name := range []string{c.from, c.to} {
			for ; name != "" && name != "."; name = filepath.Dir(name) {
				names[name] = true
			}
		}
		if err := t.bury(c.limbo); err != nil {
			return err
		}
	}
	slices.Reverse(pending)
	t.changes = pending
	return nil
}

// bury removes an entry of limbo for good.
func (t *tree) bury(limbo string) error {
	if limbo == "" {
		return nil
	}
	info, err := stat(limbo)
	if err != nil {
		return err
	}
	if info.Nlink == 1 {
		delete(t.contents, info.Ino)
	}
	return os.Remove(limbo)
}

// A Loss is what a crash undid.
type Loss struct {
	Entries int   // changes of directory entries
	Files   int   // files whose contents were not durable
	Bytes   int64 // of their contents
}

func (l Loss) String() string {
	return fmt.Sprintf("%s in %s and %s lost", count(int(l.Bytes), "byte", "bytes"),
		count(l.Files, "file", "files"), count(l.Entries, "directory entry", "directory entries"))
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

// lose undoes what is not durable, except for what keep says stays; nil keeps nothing.
func (t *tree) lose(keep func() bool) (Loss, error) {
	if keep != nil {
		if err := t.settle(func(change) bool { return keep() }); err != nil {
			return Loss{}, err
		}
	}
	loss := Loss{Entries: len(t.changes)}
	for _, c := range slices.Backward(t.changes) {
		if err := t.undo(c); err != nil {
			return loss, fmt.Errorf("undo %+v: %w", c, err)
		}
	}
	t.changes = nil
	err := filepath.WalkDir(t.root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		return t.restore(path, keep, &loss)
	})
	clear(t.contents) // those left are of files that are gone
	return loss, err
}

// undo takes a change back when all later ones have been.
func (t *tree) undo(c change) error {
	switch {
	case c.from == "":
		return os.RemoveAll(t.path(c.to))
	case c.to == "":
		return os.Rename(c.limbo, t.path(c.from))
	}
	if err := os.Rename(t.path(c.to), t.path(c.from)); err != nil || c.limbo == "" {
		return err
	}
	return os.Rename(c.limbo, t.path(c.to))
}

func (t *tree) restore(path string, keep func() bool, loss *Loss) error {
	info, err := stat(path)
	if err != nil {
		return err
	}
	c := t.contents[info.Ino]
	if c == nil {
		return nil
	}
	delete(t.contents, info.Ino)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	lost, err := c.restore(f, keep)
	if lost > 0 {
		loss.Files++
		loss.Bytes += lost
	}
	return err
}

func stat(path string) (*syscall.Stat_t, error) {
	var s syscall.Stat_t
	if err := syscall.Lstat(path, &s); err != nil {
		return nil, &os.PathError{Op: "lstat", Path: path, Err: err}
	}
	return &s, nil
}

func isDir(s *syscall.Stat_t) bool { return s.Mode&syscall.S_IFMT == syscall.S_IFDIR }
