package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/faults"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/job"
	"github.com/assay-dev/assay/workload/history"
)

// A Recorded is a run that has left its directory behind.
type Recorded struct {
	Run     results.Run
	Verdict checker.Verdict
	// Clauses are those that it broke, each once.
	Clauses []string
}

// Load reads what the directory of a run tells of it.
func Load(dir string) (Recorded, error) {
	var r Recorded
	if err := load(dir, results.RunFile, &r.Run); err != nil {
		return r, severalIn(dir, err)
	}
	var result results.Result
	if err := load(dir, results.ResultFile, &result); err != nil {
		return r, err
	}
	r.Verdict, r.Clauses = result.Verdict, clauses(result)
	return r, nil
}

func load(dir, name string, into any) error {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return fmt.Errorf("no run to replay: %w", err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, name), err)
	}
	return nil
}

// severalIn explains why the directory of a run of two stores is none to replay.
func severalIn(dir string, err error) error {
	for _, object := range []history.Object{history.Consensus, history.Blob} {
		if _, missing := os.Stat(filepath.Join(dir, string(object), results.RunFile)); missing == nil && errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s has a run of two stores: replay one of them, %s for example: %w",
				dir, filepath.Join(dir, string(object)), location.ErrInvalidArgument)
		}
	}
	return err
}

// Spec returns what runs the recorded run again. storeURL replaces the recorded one,
// which has lost its secrets; empty means that it had none.
func (r Recorded) Spec(storeURL string) (job.Spec, error) {
	plan, err := faults.Read(strings.Join(r.Run.Faults, "\n"))
	if err != nil {
		return job.Spec{}, fmt.Errorf("the recorded faults: %w", err)
	}
	if storeURL == "" {
		storeURL = r.Run.Store
	}
	return job.Spec{
		Targets: []job.Target{{Object: r.Run.Object, URL: storeURL}},
		Clients: r.Run.Clients, Keys: r.Run.Keys,
		Ops: r.Run.Operations, Duration: seconds(r.Run.Seconds), Timeout: seconds(r.Run.TimeoutSeconds),
		Weights: r.Run.Weights, ValueBytes: r.Run.ValueBytes, LargeBytes: r.Run.LargeBytes,
		Faults: plan, Relax: r.Run.Relaxations, Seed: r.Run.Seed,
	}, nil
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

// embedded reports whether the run's store was in its own directory: one that is run
// again begins with a fresh one.
func (r Recorded) embedded() bool { return r.Run.KeyPrefix == "" }

// clauses are those that a result says were broken, each once.
func clauses(r results.Result) (broken []string) {
	seen := map[string]bool{}
	for _, v := range r.Violations {
		if !seen[v.Clause] {
			seen[v.Clause] = true
			broken = append(broken, v.Clause)
		}
	}
	return broken
}
