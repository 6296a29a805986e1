package ledger

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// killIn kills every process whose working directory is dir or below it, stopped ones
// too, and returns how many there were.
func killIn(dir string) (count int) {
	for _, pid := range workingIn(dir) {
		if pid != os.Getpid() && unix.Kill(pid, unix.SIGKILL) == nil {
			count++
		}
	}
	return count
}

// workingIn returns the processes whose working directory is dir or below it.
func workingIn(dir string) (pids []int) {
	found, _ := filepath.Glob("/proc/[0-9]*/cwd") // the pattern is right
	for _, link := range found {
		at, err := os.Readlink(link)
		if err != nil || !within(dir, strings.TrimSuffix(at, " (deleted)")) {
			continue // it has ended, or is somebody else's
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// unmountBelow unmounts everything at dir and below it, the deepest first. A mount whose
// file system is gone or in use is taken off at once and ends with its last user.
func unmountBelow(dir string) error {
	points, err := mountsBelow(dir)
	var errs []error
	for _, point := range points {
		err := unix.Unmount(point, unix.MNT_DETACH)
		if errors.Is(err, unix.EPERM) {
			// A user may take back only what this program let that user mount.
			err = exec.Command("fusermount3", "-u", "-z", point).Run()
		}
		if err != nil && !errors.Is(err, unix.EINVAL) { // it is gone
			errs = append(errs, fmt.Errorf("unmount %s: %w", point, err))
		}
	}
	return errors.Join(append(errs, err)...)
}

// mountsBelow returns the mount points at dir and below it, the newest first.
func mountsBelow(dir string) ([]string, error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	var points []string
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 4 && within(dir, unescape(fields[4])) {
			points = append(points, unescape(fields[4]))
		}
	}
	slices.Reverse(points)
	return points, nil
}

// unescape reads a path as mountinfo writes it.
func unescape(path string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(path)
}

func within(dir, path string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}
