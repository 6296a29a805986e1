package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload/history"
)

// What stands in place of a verdict.
const (
	noVerdict checker.Verdict = "no verdict" // the run is under way, or was killed
	damaged   checker.Verdict = "damaged"    // its files cannot be read
)

// maxDescription bounds what is read of a run's description and result, in bytes.
const maxDescription = 64 << 20

// An entry is what the table says of a run.
type entry struct {
	Path    string // in the store directory, with slashes
	Verdict checker.Verdict
	Problem string // why there is no verdict, or what it says besides
	Name    string
	Object  history.Object
	Store   string
	Kind    string // of the store
	Faults  []string
	Started time.Time
	Seed    string
	// Operations is negative where nothing is known of them.
	Operations int
	Violations int

	seen stamp
	text string // what a search goes through, in lower case
}

// newEntry reads what the table needs. No history is read for it.
func newEntry(files fs.FS, dir string) *entry {
	run, runErr := load[results.Run](files, path.Join(dir, results.RunFile))
	result, resultErr := load[results.Result](files, path.Join(dir, results.ResultFile))
	e := &entry{Path: dir, Operations: -1, Name: run.Name, Object: run.Object, Store: run.Store, Faults: run.Faults, Started: run.Started}
	if e.Started.IsZero() {
		e.Started, _ = startOf(dir)
	}
	if runErr == nil {
		e.Seed = strconv.FormatUint(run.Seed, 10)
	}
	e.Verdict, e.Problem = state(result, runErr, resultErr)
	if resultErr == nil {
		e.Object, e.Operations, e.Violations = result.Object, result.Operations, len(result.Violations)
		if e.Store == "" {
			e.Store = result.Store
		}
	}
	e.Kind = kindOf(e.Store)
	e.text = strings.ToLower(strings.Join([]string{dir, run.Command, e.Store, e.Seed, string(e.Object), string(e.Verdict), e.Problem,
		run.Relaxations.String(), strings.Join(e.Faults, " "), run.Versions.Assay, violationText(result)}, "\n"))
	return e
}

// state returns the verdict, or what stands in its place.
func state(result results.Result, runErr, resultErr error) (checker.Verdict, string) {
	var unreadable error
	for _, err := range []error{runErr, resultErr} {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			unreadable = errors.Join(unreadable, err)
		}
	}
	switch {
	case unreadable != nil:
		return damaged, results.OneLine(unreadable)
	case resultErr == nil && !known(result.Verdict):
		return damaged, fmt.Sprintf("%s has the unknown verdict %q", results.ResultFile, results.Cut(string(result.Verdict), 40))
	case resultErr == nil:
		return result.Verdict, result.Reason
	case runErr == nil:
		return noVerdict, "the run is under way, or was ended before it was checked"
	}
	return damaged, results.RunFile + " and " + results.ResultFile + " are missing"
}

func known(v checker.Verdict) bool {
	for _, one := range verdicts() {
		if v == one && v != noVerdict && v != damaged {
			return true
		}
	}
	return false
}

// verdicts are all that a run can be filtered by.
func verdicts() []checker.Verdict {
	return []checker.Verdict{checker.Valid, checker.Invalid, checker.Undecided, checker.Insufficient, results.NotRun, noVerdict, damaged}
}

// load reads a JSON file of a run directory. An error does not repeat what the file
// says.
func load[T any](files fs.FS, name string) (value T, err error) {
	file, err := openFile(files, name)
	if err != nil {
		return value, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxDescription+1))
	switch {
	case err != nil:
		return value, fmt.Errorf("%s cannot be read: %w", path.Base(name), err)
	case len(text) > maxDescription:
		return value, fmt.Errorf("%s is longer than %d bytes", path.Base(name), maxDescription)
	}
	if err := json.Unmarshal(text, &value); err != nil {
		var none T
		return none, fmt.Errorf("%s cannot be read: %w", path.Base(name), err)
	}
	return value, nil
}

var errNoFile = errors.New("no regular file")

// openFile opens a regular file: a pipe would block whoever opens it.
func openFile(files fs.FS, name string) (fs.File, error) {
	info, err := fs.Stat(files, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w", path.Base(name), errNoFile)
	}
	return files.Open(name)
}

// kindOf is the part of a store's URL that many runs share: bolt, local:postgres or
// defective:NAME, and not the place.
func kindOf(url string) string {
	url, _, _ = strings.Cut(url, "?")
	kind, _, found := strings.Cut(url, "://")
	if found {
		return kind
	}
	return strings.TrimSuffix(url, ":")
}

// violationText is what a search finds of violations: their clauses and keys.
func violationText(r results.Result) string {
	var text []string
	for _, v := range r.Violations[:min(len(r.Violations), maxListed)] {
		text = append(text, v.Clause, v.Key)
	}
	return strings.Join(text, " ")
}
