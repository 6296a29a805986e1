// Package traps holds tiny histories that a checker easily judges wrongly, each with
// its verdict. Every checker is tested on all of them. The header's run field of each
// file says the verdict and what is easy to miss.
package traps

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/assay-dev/assay/workload/history"
)

//go:embed testdata/*.jsonl
var files embed.FS

// A Trap is a history and whether the contract explains it, under the relaxations in
// its header.
type Trap struct {
	Name    string
	Why     string // what is easy to miss
	Valid   bool
	History *history.History
}

// All returns the traps of both objects, sorted by name.
func All() ([]Trap, error) {
	entries, err := files.ReadDir("testdata")
	if err != nil {
		return nil, err
	}
	var traps []Trap
	for _, entry := range entries {
		trap, err := read(entry.Name())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name(), err)
		}
		traps = append(traps, trap)
	}
	return traps, nil
}

func read(name string) (Trap, error) {
	file, err := files.Open(path.Join("testdata", name))
	if err != nil {
		return Trap{}, err
	}
	defer file.Close()
	h, err := history.Read(file)
	if err != nil {
		return Trap{}, err
	}
	if h.Damage != nil {
		return Trap{}, h.Damage
	}
	var run struct{ Verdict, Why string }
	if err := json.Unmarshal(h.Header.Run, &run); err != nil {
		return Trap{}, fmt.Errorf("the header's run: %w", err)
	}
	if run.Verdict != "valid" && run.Verdict != "invalid" {
		return Trap{}, fmt.Errorf("unknown verdict %q", run.Verdict)
	}
	return Trap{strings.TrimSuffix(name, ".jsonl"), run.Why, run.Verdict == "valid", h}, nil
}
