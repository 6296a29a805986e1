package serverstest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/containers"
	"github.com/assay-dev/assay/backends/servers/ledger"
)

func own(pid int) bool { return pid == os.Getpid() }

func TestWhatIsLeftBehindIsFoundAndWhatIsGoneIsNot(t *testing.T) {
	dir := t.TempDir()
	watch := &Watch{dir, own}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	sleep := servers.Command{Path: "/bin/sleep", Args: []string{"1000"}}
	for name, c := range map[string]struct {
		leave func() (remove func() error, err error)
		says  string
	}{
		"a file": {func() (func() error, error) {
			path := filepath.Join(dir, "left")
			return func() error { return os.Remove(path) }, os.WriteFile(path, nil, 0o600)
		}, "files are left"},
		"a line in the ledger": {func() (func() error, error) {
			entry, err := ledger.Write("toy", "name")
			return entry.Strike, err
		}, "the ledger has toy name"},
		"a child process": {func() (func() error, error) {
			p, err := servers.StartProcess(t.Context(), sleep)
			return func() error { return p.Kill(context.Background()) }, err
		}, " sleep]"},
		"a process in the directory": {func() (func() error, error) {
			here := sleep
			here.Dir = dir
			p, err := servers.StartProcess(t.Context(), here)
			return func() error { return p.Kill(context.Background()) }, err
		}, "processes work in " + dir},
	} {
		t.Run(name, func(t *testing.T) {
			if err := watch.left(t.Context()); err != nil {
				t.Fatalf("before: %v", err)
			}
			remove, err := c.leave()
			if err != nil {
				t.Fatal(err)
			}
			if err := watch.left(t.Context()); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("found %v", err)
			}
			if err := errors.Join(remove(), watch.left(t.Context())); err != nil {
				t.Errorf("after: %v", err)
			}
		})
	}
}

func TestAContainerThatIsLeftBehindIsFound(t *testing.T) {
	_, remove, err := containers.StartS3(t.Context())
	Check(t, "docker", err)
	watch := &Watch{t.TempDir(), own}
	if err := watch.containers(t.Context()); err == nil || !strings.Contains(err.Error(), "containers are left") {
		t.Errorf("found %v", err)
	}
	if err := errors.Join(remove(context.Background()), watch.containers(t.Context())); err != nil {
		t.Error(err)
	}
}
