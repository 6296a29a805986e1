// Package traps holds tiny histories that a checker easily judges wrongly, each with
// its verdict. Every checker is tested on all of them. The header's run field of each
// file says the verdict and what is easy to miss.
package traps

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
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

// Add writes a history that was judged wrongly as a new trap into a directory, which is
// to be testdata of this package, and returns its name.
func Add(dir string, h *history.History, valid bool, why string) (name string, err error) {
	verdict := map[bool]string{true: "valid", false: "invalid"}[valid]
	run, err := json.Marshal(map[string]string{"verdict": verdict, "why": why})
	if err != nil {
		return "", err
	}
	var text bytes.Buffer
	w, err := history.NewWriter(&text, history.Header{Object: h.Header.Object, Relax: h.Header.Relax, Run: run})
	if err != nil {
		return "", err
	}
	for i := range h.Operations {
		if err := w.Write(&h.Operations[i]); err != nil {
			return "", err
		}
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	sum := sha256.Sum256(text.Bytes())
	name = fmt.Sprintf("%s-found-%x-%s", h.Header.Object, sum[:4], verdict)
	return name, os.WriteFile(filepath.Join(dir, name+".jsonl"), text.Bytes(), 0o644)
}
