package disk

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
)

// A Disk is a directory on a disk of its own. Everything that is asked of its files goes
// through this process; programs that use them are others. This one may read and write
// them, but would wait for itself for ever if it mapped one into memory, or started a
// program in the directory or out of it.
type Disk struct {
	dir    string // where programs find the files
	place  string // where the files are
	limbo  string
	mounts mount

	mu   sync.Mutex
	tree *tree
	// off: the power is gone, and everything fails. Closed then is gone.
	off  bool
	gone chan struct{}
	// remaining is how many more changes there are before the power goes; 0 is no limit.
	remaining int
	failures  map[Step]*failure
}

// A Step is something that a program asks of the disk and that can fail.
type Step int

const (
	// Write changes the contents or the size of a file.
	Write Step = iota
	// Sync makes the contents of a file durable.
	Sync
)

func (s Step) String() string {
	if s == Sync {
		return "syncs"
	}
	return "writes"
}

// A failure is what becomes of the next steps of a kind.
type failure struct {
	errno  syscall.Errno
	after  int // how many are still to succeed first
	times  int // how many are then still to fail
	failed int // how many have
}

// ErrUnavailable: this machine cannot have such a disk. The error around it says why.
var ErrUnavailable = errors.New("no FUSE")

// New puts a directory on a disk, with what is in it, which counts as durable. Its files
// are kept beside it, in dir.disk and dir.limbo, until [Disk.Close]. When this process is
// killed, they stay there, and a dead mount. The directory belongs to the same user as
// before.
func New(dir string) (*Disk, error) {
	dir = filepath.Clean(dir)
	d := &Disk{dir: dir, place: Place(dir), limbo: dir + ".limbo", failures: map[Step]*failure{}}
	if err := available(); err != nil {
		return nil, err
	}
	if err := d.prepare(); err != nil {
		return nil, fmt.Errorf("put %s on a disk: %w", dir, err)
	}
	if err := d.mount(); err != nil {
		return nil, errors.Join(fmt.Errorf("put %s on a disk: %w", dir, err), d.unprepare())
	}
	return d, nil
}

// prepare moves the files to their place and leaves an empty directory.
func (d *Disk) prepare() error {
	owner, err := stat(d.dir)
	if err != nil {
		return err
	}
	if err := os.Mkdir(d.limbo, 0o700); err != nil {
		return err
	}
	if err := os.Rename(d.dir, d.place); err != nil {
		return err
	}
	if err := os.Mkdir(d.dir, 0o700); err != nil {
		return err
	}
	d.tree = newTree(d.place, d.limbo)
	return os.Lchown(d.dir, int(owner.Uid), int(owner.Gid))
}

// unprepare moves the files back.
func (d *Disk) unprepare() error {
	return errors.Join(os.Remove(d.dir), os.Rename(d.place, d.dir), os.RemoveAll(d.limbo))
}

// mount lets programs find the files, with the power on.
func (d *Disk) mount() error {
	d.off, d.remaining, d.gone = false, 0, make(chan struct{})
	return d.mounts.mount(d.dir, &node{LoopbackNode: &fs.LoopbackNode{RootData: loopback(d.place)}, disk: d})
}

// Close unmounts the disk, when no program uses it any more, and moves the files, durable
// or not, back to where they were.
func (d *Disk) Close() error {
	if err := d.mounts.unmount(context.Background()); err != nil {
		return err
	}
	return d.unprepare()
}

// WriteBack makes durable all that was written so far, as a kernel does on its own after
// some seconds. It does not bring back what a failed sync has dropped.
func (d *Disk) WriteBack() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tree.syncAll()
}

// PowerOffAt lets the power go in the middle of the nth change from now on: a write, a
// sync, or a new, moved or removed entry. That change does not happen, and everything
// fails from then on (EIO). The channel is closed when the power is gone.
func (d *Disk) PowerOffAt(n int) (gone <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.remaining = n
	return d.gone
}

// powerOff is called with the lock held.
func (d *Disk) powerOff() {
	d.off = true
	close(d.gone)
}

// Crash turns the power off, if it is not, calls kill, which has to end all programs
// that use the disk and wait for them, undoes what is not durable, and turns the power on
// again. What stays of that which is not durable is drawn; a nil draw keeps nothing.
// An error leaves the disk without power; Crash may then be called again.
func (d *Disk) Crash(ctx context.Context, kill func(context.Context) error, draw *rand.Rand) (Loss, error) {
	d.mu.Lock()
	if !d.off {
		d.powerOff()
	}
	d.mu.Unlock()
	if err := kill(ctx); err != nil {
		return Loss{}, err
	}
	if err := d.mounts.unmount(ctx); err != nil {
		return Loss{}, err
	}
	// Nobody is there any more to ask for anything.
	loss, err := d.tree.lose(keeper(draw))
	if err != nil {
		return loss, err
	}
	return loss, d.mount()
}

// keeper draws what stays: each thing with the same odds, which are drawn first.
func keeper(draw *rand.Rand) func() bool {
	if draw == nil {
		return nil
	}
	odds := draw.Float64()
	return func() bool { return draw.Float64() < odds }
}

// Fail lets a number of steps of a kind fail, after some more that succeed. Syncs that
// have nothing to do do not count.
func (d *Disk) Fail(step Step, errno syscall.Errno, after, times int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failures[step] = &failure{errno: errno, after: after, times: times}
}

// Mend lets no further step fail, and returns how many of a kind have since [Disk.Fail].
func (d *Disk) Mend(step Step) (failed int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.failures[step]; f != nil {
		failed = f.failed
	}
	delete(d.failures, step)
	return failed
}

// change carries out a change, unless the power is gone.
func (d *Disk) change(do func() error) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.remaining > 0 && !d.off {
		if d.remaining--; d.remaining == 0 {
			d.powerOff()
		}
	}
	if d.off {
		return syscall.EIO
	}
	return fs.ToErrno(do())
}

// fails returns the error that a step is to have, if it is to fail. It is called with
// the lock held.
func (d *Disk) fails(step Step) error {
	f := d.failures[step]
	switch {
	case f == nil || f.times == 0:
		return nil
	case f.after > 0:
		f.after--
		return nil
	}
	f.times--
	f.failed++
	return f.errno
}

// hasPower reports whether files can be read.
func (d *Disk) hasPower() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.off
}

// Place returns where a Disk on dir keeps the files, for those who tidy up after a
// process that was killed: what is mounted at dir is dead then.
func Place(dir string) string { return filepath.Clean(dir) + ".disk" }
