package results

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A Run is all that decides a run: the content of run.json, and the run field of its
// history's header.
type Run struct {
	Name    string         `json:"name"`
	Object  history.Object `json:"object"`
	Store   string         `json:"store"` // the URL, without its secrets
	Seed    uint64         `json:"seed"`
	Clients int            `json:"clients"`
	Keys    int            `json:"keys"`
	// Operations and Seconds are what the run was limited to; 0 means not by this.
	Operations int64   `json:"operations,omitempty"`
	Seconds    float64 `json:"seconds,omitempty"`
	// TimeoutSeconds is how long a client waited for an operation.
	TimeoutSeconds float64 `json:"timeout_seconds,omitempty"`
	// Weights, ValueBytes and LargeBytes are what the workload was told; nothing where it
	// is the usual one.
	Weights    map[string]int `json:"weights,omitempty"`
	ValueBytes int            `json:"value_bytes,omitempty"`
	LargeBytes int            `json:"large_bytes,omitempty"`
	// KeyPrefix begins all keys: what else is in the store is not the run's.
	KeyPrefix   string               `json:"key_prefix,omitempty"`
	Faults      []string             `json:"faults"` // as on the command line
	Relaxations location.Relaxations `json:"relaxations"`
	Started     time.Time            `json:"started"`
	Command     string               `json:"command"` // runs it again
	Versions    Versions             `json:"versions"`
}

// Versions are those of everything that took part in a run.
type Versions struct {
	Assay string `json:"assay"`
	Go    string `json:"go"`
	// Store is the store's software with its version; empty where it does not tell.
	Store        string            `json:"store,omitempty"`
	OS           string            `json:"os"` // and architecture: linux/amd64
	Dependencies map[string]string `json:"dependencies"`
}

// CurrentVersions returns the versions of this program.
func CurrentVersions() Versions {
	v := Versions{
		Assay:        "unknown",
		Go:           runtime.Version(),
		OS:           runtime.GOOS + "/" + runtime.GOARCH,
		Dependencies: map[string]string{},
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Assay = info.Main.Version
	for _, module := range info.Deps {
		v.Dependencies[module.Path] = module.Version
	}
	return v
}

// Save writes run.json.
func (r Run) Save(dir string) error { return writeJSON(dir, RunFile, r) }

// writeJSON writes value as a file of a run directory, indented for people.
func writeJSON(dir, name string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return writeFile(dir, name, append(text, '\n'))
}

func writeFile(dir, name string, content []byte) error {
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
