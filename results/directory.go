// Package results is what a run leaves behind: its directory, and what is told of its
// verdict to people and to machines.
package results

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/assay-dev/assay/workload/history"
)

// The files of a run directory.
const (
	RunFile            = "run.json"
	HistoryFile        = "history.jsonl.zst"
	ResultFile         = "results.json"
	CounterexampleFile = "counterexample.txt"
	FaultsFile         = "faults.txt" // the plan of what goes wrong, where there is one
	LogFile            = "assay.log"
	ServerLogFile      = "server.log" // of a server that was started for the run
)

// Latest is the link in a store directory that points to the newest run.
const Latest = "latest"

// startFormat makes the names of run directories sort by time.
const startFormat = "20060102T150405Z"

// StartOf reads the instant at which a run began from the name of its directory; ok is
// false for a name that is not made so, see [Create].
func StartOf(name string) (start time.Time, ok bool) {
	stamp, number, numbered := strings.Cut(name, "-")
	if n, err := strconv.Atoi(number); numbered && (err != nil || n < 2) {
		return time.Time{}, false
	}
	start, err := time.Parse(startFormat, stamp)
	return start, err == nil
}

// CheckName accepts the name of a run: one plain element of a path.
func CheckName(name string) error {
	if name == "" || name == Latest || name[0] == '.' || filepath.Base(name) != name {
		return fmt.Errorf("name %q: give a plain directory name, without slashes and other than %q", name, Latest)
	}
	return nil
}

// Create makes the directory of a run that starts now, store/name/time, and points
// store/latest to it. Runs that start in the same second get different directories.
func Create(store, name string, start time.Time) (string, error) {
	if err := CheckName(name); err != nil {
		return "", err
	}
	parent := filepath.Join(store, name)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", fmt.Errorf("create the run's directory: %w", err)
	}
	dir, err := makeUnused(filepath.Join(parent, start.UTC().Format(startFormat)))
	if err != nil {
		return "", fmt.Errorf("create the run's directory: %w", err)
	}
	return dir, point(store, name, filepath.Base(dir))
}

// makeUnused makes the directory path, or path-2, path-3, … when that exists. Mkdir
// itself decides, so that no two processes get the same one.
func makeUnused(path string) (string, error) {
	candidate := path
	for n := 2; ; n++ {
		err := os.Mkdir(candidate, 0o755)
		if !errors.Is(err, fs.ErrExist) {
			return candidate, err
		}
		candidate = fmt.Sprintf("%s-%d", path, n)
	}
}

// point makes store/latest a link to name/start. The rename replaces an older link in
// one step: latest is never missing.
func point(store, name, start string) error {
	link := filepath.Join(store, Latest)
	fresh := filepath.Join(store, "."+name+"-"+start)
	if err := os.Symlink(filepath.Join(name, start), fresh); err != nil {
		return fmt.Errorf("point %s to the run: %w", link, err)
	}
	if err := os.Rename(fresh, link); err != nil {
		return errors.Join(fmt.Errorf("point %s to the run: %w", link, err), os.Remove(fresh))
	}
	return nil
}

// Find returns the history files that path means: path itself when it is a file, that
// of a run directory, or those of the runs of both objects below it. A run that left no
// history is named all the same: reading it fails, and is not overlooked.
func Find(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	if isFile(filepath.Join(path, HistoryFile)) || isFile(filepath.Join(path, RunFile)) {
		return []string{filepath.Join(path, HistoryFile)}, nil
	}
	var found []string
	for _, object := range []history.Object{history.Consensus, history.Blob} {
		if dir := filepath.Join(path, string(object)); isFile(filepath.Join(dir, RunFile)) {
			found = append(found, filepath.Join(dir, HistoryFile))
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: no run here: give a run directory (with %s in it) or a history file", path, HistoryFile)
	}
	return found, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// DirectoryOf returns the run directory that a history file belongs to, without links,
// or "" when the file stands alone.
func DirectoryOf(file string) string {
	dir := filepath.Dir(file)
	if filepath.Base(file) != HistoryFile || !isFile(filepath.Join(dir, RunFile)) {
		return ""
	}
	if resolved, err := filepath.EvalSymlinks(dir); err == nil {
		return resolved
	}
	return dir
}
