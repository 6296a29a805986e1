package serverstest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/assay-dev/assay/backends/hosted"
	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/containers"
	"github.com/assay-dev/assay/backends/servers/ledger"
)

// Main runs the tests of a package and returns the exit code, for its TestMain. Tests
// that leave something behind fail: a goroutine, or what a [Watch] finds. When a test has
// started the program to host a store, it does that instead.
func Main(m *testing.M) int {
	if hosted.IsChild() {
		if err := hosted.Main(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	}
	watch, err := NewWatch(func(pid int) bool { return pid == os.Getpid() })
	if err != nil {
		fmt.Fprintln(os.Stderr, "leak check:", err)
		return 1
	}
	code := m.Run()
	if err := errors.Join(watch.End(), goleak.Find()); err != nil {
		fmt.Fprintln(os.Stderr, "leak check:", err)
		return max(code, 1)
	}
	return code
}

// A Watch finds what is left behind: child processes, and of what is in the temporary
// directory processes, mounts and files, and containers and lines in the ledger.
type Watch struct {
	// dir is the temporary directory of this program and all that it starts: whatever is
	// found there in the end was left behind.
	dir string
	// owned tells of which processes containers and lines in the ledger count.
	owned func(pid int) bool
}

// NewWatch begins to watch, in a temporary directory of its own, which it sets for this
// program.
func NewWatch(owned func(pid int) bool) (*Watch, error) {
	dir, err := os.MkdirTemp("", "assay-")
	if err == nil {
		err = os.Setenv("TMPDIR", dir)
	}
	if err == nil {
		err = os.Chmod(dir, 0o755) // servers run as other users
	}
	return &Watch{dir, owned}, err
}

// leakPatience is how long what has been told to end may take.
const leakPatience = 5 * time.Second

// End tells what is still there and is not gone soon, and removes the directory.
func (w *Watch) End() error {
	ctx, cancel := context.WithTimeout(context.Background(), StartTimeout) // the engine may be busy
	defer cancel()
	patience := time.After(leakPatience)
	for {
		err := w.left(ctx)
		if err == nil {
			return os.RemoveAll(w.dir)
		}
		select {
		case <-patience:
			return errors.Join(err, os.RemoveAll(w.dir))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// left tells what is there now.
func (w *Watch) left(ctx context.Context) error {
	return errors.Join(processes(w.dir), files(w.dir), w.noted(), w.containers(ctx))
}

func processes(dir string) error {
	working, mounted, err := ledger.Users(dir)
	if len(working) > 0 {
		err = errors.Join(err, fmt.Errorf("processes work in %s: %v", dir, named(working)))
	}
	if len(mounted) > 0 {
		err = errors.Join(err, fmt.Errorf("mounted: %v", mounted))
	}
	if children := servers.Descendants(os.Getpid()); len(children) > 0 {
		err = errors.Join(err, fmt.Errorf("child processes run: %v", named(children)))
	}
	return err
}

// named adds the names of their programs to processes, where they are told.
func named(pids []int) (names []string) {
	for _, pid := range pids {
		program, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)) // it may have ended
		names = append(names, strings.TrimSpace(fmt.Sprintf("%d %s", pid, program)))
	}
	return names
}

func files(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if len(left) > 0 {
		err = fmt.Errorf("files are left: %s", strings.Join(left, " "))
	}
	return err
}

// noted tells what is written down and not struck out.
func (w *Watch) noted() error {
	things, err := ledger.Things()
	for _, thing := range things {
		if w.owned(thing.Owner) {
			err = errors.Join(err, fmt.Errorf("the ledger has %v of process %d", thing, thing.Owner))
		}
	}
	return err
}

// containers tells which containers there are.
func (w *Watch) containers(ctx context.Context) error {
	names, err := containers.List(ctx, w.owned)
	if errors.Is(err, servers.ErrUnavailable) {
		return nil
	}
	if len(names) > 0 {
		err = errors.Join(err, fmt.Errorf("containers are left: %v", names))
	}
	return err
}
