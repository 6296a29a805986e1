// Package job carries out runs and checks: it opens stores, lets clients work on them
// while faults happen, keeps the history, and has it checked.
package job

import (
	"net/url"
	"path/filepath"
	"time"

	"github.com/assay-dev/assay/faults"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// A Target is a store that is to be judged.
type Target struct {
	Object history.Object
	URL    string
}

// A Spec says what is to be run.
type Spec struct {
	// Targets are run one after the other, each with a directory of its own. None means
	// both objects, on the embedded durable stores, in the run's directory.
	Targets []Target
	Clients int
	Keys    int
	// Ops is how many operations are requested of each target; 0 means no limit.
	Ops int64
	// Duration is how long the clients work on all targets together; 0 means no limit.
	Duration time.Duration
	// Timeout is how long a client waits for an operation; 0 means
	// [workload.DefaultTimeout].
	Timeout time.Duration
	// Weights, ValueBytes and LargeBytes are those of [workload.Options]. Weights of the
	// other object's operations are left out.
	Weights                map[string]int
	ValueBytes, LargeBytes int
	Faults                 faults.Plan
	Relax                  location.Relaxations
	Seed                   uint64
	Name                   string // of the run, see [results.CheckName]
	Store                  string // the directory that run directories are made in
	Command                string // runs it again, for the record; without secrets
	// Certificate is the file that keeps the proof of the verdict on the one target.
	Certificate string
	// BeforeCheck is called with each history file before it is checked, and what it
	// returns afterwards; nil for nothing.
	BeforeCheck func(path string) (afterwards func())
}

// WeightsOf returns the weights of an object's operations; nil where all are the usual ones.
func (s Spec) WeightsOf(object history.Object) map[string]int {
	usual := workload.DefaultWeights(object)
	var own map[string]int
	for name, weight := range s.Weights {
		if _, known := usual[name]; known {
			if own == nil {
				own = map[string]int{}
			}
			own[name] = weight
		}
	}
	return own
}

// embedded returns the stores that need nothing but the run's directory.
func embedded(dir string) ([]Target, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	place := func(scheme string, object history.Object, name string) Target {
		path := filepath.ToSlash(filepath.Join(absolute, string(object), name))
		return Target{object, (&url.URL{Scheme: scheme, Path: path}).String()}
	}
	return []Target{
		place("bolt", history.Consensus, "store.bolt"),
		place("file", history.Blob, "store"),
	}, nil
}

// directory returns where a target leaves its files: the run's directory itself when
// it is the only one.
func directory(dir string, target Target, targets int) string {
	if targets == 1 {
		return dir
	}
	return filepath.Join(dir, string(target.Object))
}
