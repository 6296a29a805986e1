// Package replay runs a recorded run again. On real processes a seed is no guarantee:
// how often the verdict comes again is measured. And it makes a run that shows a
// violation smaller, for as long as it shows it as often.
package replay

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/job"
	"github.com/assay-dev/assay/workload"
)

// A Replay runs one recorded run again and again.
type Replay struct {
	Recorded
	// Store is the directory in which each try leaves a run directory.
	Store string
	// Progress is told of each try.
	Progress func(string)

	tries int
}

// A Tally is how often which verdict came.
type Tally struct {
	Tries    int                     `json:"tries"`
	Verdicts map[checker.Verdict]int `json:"verdicts"`
	// Same is how often the recorded verdict came again, and SameClause how often with a
	// clause that was broken then, of a verdict that names some.
	Same       int `json:"same"`
	SameClause int `json:"same_clause"`
}

// Run tries spec n times. When ctx ends, the try under way is the last one.
func (r *Replay) Run(ctx context.Context, spec job.Spec, n int) (Tally, error) {
	tally := Tally{Verdicts: map[checker.Verdict]int{}}
	for tally.Tries < n && ctx.Err() == nil {
		result, err := r.try(ctx, spec)
		if err != nil || ctx.Err() != nil {
			return tally, err
		}
		r.count(&tally, result)
		r.Progress(fmt.Sprintf("try %d of %d: %s", tally.Tries, n, told(result)))
	}
	return tally, nil
}

func (r *Replay) count(t *Tally, result results.Result) {
	t.Tries++
	t.Verdicts[result.Verdict]++
	if result.Verdict != r.Verdict {
		return
	}
	t.Same++
	if slices.ContainsFunc(clauses(result), func(c string) bool { return slices.Contains(r.Clauses, c) }) {
		t.SameClause++
	}
}

// told is a result in a few words.
func told(result results.Result) string {
	words := []string{string(result.Verdict)}
	if broken := clauses(result); len(broken) > 0 {
		words = append(words, strings.Join(broken, ", "))
	}
	if result.Reason != "" {
		words = append(words, result.Reason)
	}
	return strings.Join(append(words, result.Dir), " · ")
}

// try runs spec once, on a store of its own where the recorded run had one.
func (r *Replay) try(ctx context.Context, spec job.Spec) (result results.Result, err error) {
	r.tries++
	spec.Store, spec.Name = r.Store, fmt.Sprintf("try-%d", r.tries)
	if r.embedded() {
		if spec.Targets[0].URL, err = freshStore(spec, r.Store); err != nil {
			return result, err
		}
	}
	spec.Command = Command(spec)
	err = job.Run(ctx, spec, workload.Progress{To: io.Discard}, func(r results.Result) { result = r })
	return result, err
}

// freshStore is the URL of an embedded store that this try begins with.
func freshStore(spec job.Spec, dir string) (string, error) {
	u, err := url.Parse(spec.Targets[0].URL)
	if err != nil {
		return "", err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "stores", spec.Name)
	u.Path = filepath.ToSlash(filepath.Join(dir, filepath.Base(u.Path)))
	return u.String(), os.MkdirAll(dir, 0o755)
}

// Command is the command line that runs spec. It has no secrets.
func Command(spec job.Spec) string {
	args := []string{"assay", "run"}
	add := func(flag string, value any) { args = append(args, fmt.Sprintf("--%s=%v", flag, value)) }
	for _, target := range spec.Targets {
		add(string(target.Object), backends.Redact(target.URL))
	}
	add("clients", spec.Clients)
	add("keys", spec.Keys)
	if spec.Ops > 0 {
		add("ops", spec.Ops)
	} else {
		add("time", spec.Duration)
	}
	if spec.Timeout > 0 {
		add("timeout", spec.Timeout)
	}
	for _, name := range slices.Sorted(maps.Keys(spec.Weights)) {
		add("weights", fmt.Sprintf("%s=%d", name, spec.Weights[name]))
	}
	if spec.ValueBytes > 0 {
		add("value-bytes", spec.ValueBytes)
	}
	if spec.LargeBytes > 0 {
		add("large-bytes", spec.LargeBytes)
	}
	for _, fault := range spec.Faults {
		add("faults", fault)
	}
	if len(spec.Relax) > 0 {
		add("relax", spec.Relax)
	}
	add("seed", spec.Seed)
	return results.CommandLine(args)
}
