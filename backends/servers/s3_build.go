package servers

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"

	"golang.org/x/sys/unix"
)

// The module file of the programs that are built here, and are no dependencies of the
// library.
var (
	//go:embed tools.mod
	toolsMod []byte
	//go:embed tools.sum
	toolsSum []byte
)

// VersityGW returns the path of the versitygw program. The first call on a machine
// builds the version that tools.mod names, which takes minutes, and keeps it in the
// user's cache directory.
func VersityGW(ctx context.Context) (string, error) {
	version := regexp.MustCompile(`github.com/versity/(versitygw) (v\S+)`).FindSubmatch(toolsMod)
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", Unavailable("no directory for a program that takes minutes to build: %v", err)
	}
	program := filepath.Join(cache, "assay", fmt.Sprintf("%s-%s", version[1], version[2]))
	if err := os.MkdirAll(filepath.Dir(program), 0o700); err != nil {
		return "", err
	}
	// Whoever wants it meanwhile waits, instead of building it as well.
	lock, err := os.OpenFile(program+".lock", os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	if _, err := os.Stat(program); !errors.Is(err, fs.ErrNotExist) {
		return program, err
	}
	return program, build(ctx, program, "github.com/versity/versitygw/cmd/versitygw")
}

// build builds a package of tools.mod.
func build(ctx context.Context, program, path string) error {
	directory, err := MakeDirectory(os.TempDir(), "assay-build-", nil)
	if err != nil {
		return err
	}
	return errors.Join(buildIn(ctx, directory.Path, program, path), directory.Remove())
}

func buildIn(ctx context.Context, dir, program, path string) error {
	built := filepath.Join(dir, "program")
	if err := errors.Join(
		os.WriteFile(filepath.Join(dir, "go.mod"), toolsMod, 0o600),
		os.WriteFile(filepath.Join(dir, "go.sum"), toolsSum, 0o600),
	); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", built, path)
	cmd.Dir = dir
	// Without cgo it needs no C compiler, and runs in an empty container too.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	if output, err := cmd.CombinedOutput(); err != nil {
		return Unavailable("go build %s: %v\n%s", path, err, output)
	}
	return install(built, program)
}

// install moves a file into place in one step, from whatever file system it is on.
func install(built, program string) error {
	content, err := os.ReadFile(built)
	if err != nil {
		return err
	}
	part := program + ".part"
	if err := os.WriteFile(part, content, 0o700); err != nil {
		return err
	}
	return os.Rename(part, program)
}

// directoryWithAttributes makes a fresh directory on a file system with extended
// attributes, where versitygw keeps what it knows of an object: the system's temporary
// directory, or else the user's cache. The caller removes it.
func directoryWithAttributes(prefix string) (*Directory, error) {
	parents := []string{os.TempDir()}
	if cache, err := os.UserCacheDir(); err == nil {
		parents = append(parents, cache)
	}
	for _, parent := range parents {
		directory, err := MakeDirectory(parent, prefix, nil)
		if err != nil {
			return nil, err
		}
		if unix.Setxattr(directory.Path, "user.assay", []byte("1"), 0) == nil {
			return directory, nil
		}
		if err := directory.Remove(); err != nil {
			return nil, err
		}
	}
	return nil, Unavailable("no extended attributes on the file systems of %q", parents)
}
