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
// that leave something behind fail: a goroutine, a process, a container, a mount, a
// file in the temporary directory, or a line in the ledger. When a test has started the
// program to host a store, it does that instead.
func Main(m *testing.M) int {
	if hosted.IsChild() {
		if err := hosted.Main(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	}
	dir, err := temporary()
	if err != nil {
		fmt.Fprintln(os.Stderr, "leak check:", err)
		return 1
	}
	code := m.Run()
	if err := errors.Join(leaks(dir), os.RemoveAll(dir)); err != nil {
		fmt.Fprintln(os.Stderr, "leak check:", err)
		return max(code, 1)
	}
	return code
}

// temporary makes a temporary directory of this program's own: whatever is found there
// in the end, the tests left behind.
func temporary() (string, error) {
	dir, err := os.MkdirTemp("", "assay-tests-")
	if err == nil {
		err = os.Setenv("TMPDIR", dir)
	}
	if err == nil {
		err = os.Chmod(dir, 0o755) // servers run as other users
	}
	return dir, err
}

// leakPatience is how long what has been told to end may take.
const leakPatience = 5 * time.Second

// leaks tells what is still there, and is not gone soon.
func leaks(dir string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), leakPatience)
	defer cancel()
	for {
		if err = left(ctx, dir); err == nil {
			return goleak.Find() // has patience of its own
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// left tells what is there now.
func left(ctx context.Context, dir string) error {
	return errors.Join(processes(dir), files(dir), noted(), containersLeft(ctx))
}

func processes(dir string) error {
	working, mounted, err := ledger.Users(dir)
	if len(working) > 0 {
		err = errors.Join(err, fmt.Errorf("processes work in %s: %v", dir, working))
	}
	if len(mounted) > 0 {
		err = errors.Join(err, fmt.Errorf("mounted: %v", mounted))
	}
	if children := servers.Descendants(os.Getpid()); len(children) > 0 {
		err = errors.Join(err, fmt.Errorf("child processes run: %v", children))
	}
	return err
}

func files(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if len(left) > 0 {
		err = fmt.Errorf("files are left: %s", strings.Join(left, " "))
	}
	return err
}

// noted tells what this program has written down and not struck out.
func noted() error {
	things, err := ledger.Things()
	for _, thing := range things {
		if thing.Owner == os.Getpid() {
			err = errors.Join(err, fmt.Errorf("the ledger has %v", thing))
		}
	}
	return err
}

// containersLeft tells which containers of this program there are.
func containersLeft(ctx context.Context) error {
	names, err := containers.List(ctx, os.Getpid())
	if errors.Is(err, servers.ErrUnavailable) {
		return nil
	}
	if len(names) > 0 {
		err = fmt.Errorf("containers are left: %v", names)
	}
	return err
}
