package file

import (
	"context"
	"errors"
	"io"
	"os"
	"syscall"
)

// OS is the file system of the machine.
type OS struct{}

var _ FS = OS{}

// MkdirAll implements [FS].
func (OS) MkdirAll(dir string) error { return os.MkdirAll(dir, 0o777) }

// Create implements [FS].
func (OS) Create(name string) (File, error) {
	return opened(os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666))
}

// Open implements [FS].
func (OS) Open(name string) (File, error) { return opened(os.Open(name)) }

// opened keeps a nil *os.File out of the interface.
func opened(f *os.File, err error) (File, error) {
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Size implements [FS].
func (OS) Size(name string) (int64, error) {
	info, err := os.Stat(name)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Rename implements [FS].
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// Remove implements [FS].
func (OS) Remove(name string) error { return os.Remove(name) }

// RemoveAll implements [FS].
func (OS) RemoveAll(dir string) error { return os.RemoveAll(dir) }

// List implements [FS].
func (OS) List(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

// SyncDir implements [FS].
func (OS) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Lock implements [FS].
func (OS) Lock(ctx context.Context, name string, mode LockMode) (Lock, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	how := syscall.LOCK_SH
	if mode == Exclusive {
		how = syscall.LOCK_EX
	}
	err = flock(f, how|syscall.LOCK_NB)
	if err == syscall.EWOULDBLOCK {
		return waitForLock(ctx, f, how)
	}
	return locked(f, err)
}

// waitForLock waits in a goroutine, since a waiting flock cannot be cancelled. When the
// caller gives up, the goroutine gives back what it gets.
func waitForLock(ctx context.Context, f *os.File, how int) (Lock, error) {
	done := make(chan error, 1)
	go func() { done <- flock(f, how) }()
	select {
	case err := <-done:
		return locked(f, err)
	case <-ctx.Done():
		go func() {
			<-done
			f.Close()
		}()
		return nil, ctx.Err()
	}
}

// TryLock implements [FS].
func (OS) TryLock(name string) (Lock, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	err = flock(f, syscall.LOCK_EX|syscall.LOCK_NB)
	if err == syscall.EWOULDBLOCK {
		err = ErrLocked
	}
	return locked(f, err)
}

func locked(f *os.File, err error) (Lock, error) {
	if err != nil {
		f.Close()
		return nil, err
	}
	return osLock{f}, nil
}

func flock(f *os.File, how int) error {
	for {
		if err := syscall.Flock(int(f.Fd()), how); err != syscall.EINTR {
			return err
		}
	}
}

// osLock is an open file that holds its flock until it is closed. Its first byte is the
// mark.
type osLock struct{ f *os.File }

const clean = 'c'

func (l osLock) Marked() (bool, error) {
	var mark [1]byte
	_, err := l.f.ReadAt(mark[:], 0)
	if err == io.EOF {
		return false, nil
	}
	return mark[0] == clean, err
}

func (l osLock) Mark(asClean bool) error {
	mark := []byte{'-'}
	if asClean {
		mark[0] = clean
	}
	_, err := l.f.WriteAt(mark, 0)
	return err
}

func (l osLock) Unlock() error { return l.f.Close() }
