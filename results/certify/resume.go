package certify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/suite"
)

// recordFile is what the certificate says of a run, in the run's directory: written when
// all else is, so that it tells a run that came to its end from one that did not.
const recordFile = "record.json"

// resume finds the runs of earlier calls, and what is left to do.
func (m *matrix) resume() error {
	for _, cell := range m.Suite.Share(m.Shard) {
		run, err := m.earlier(cell)
		if err != nil {
			return err
		}
		if run == nil {
			m.todo = append(m.todo, cell)
		} else {
			m.runs = append(m.runs, *run)
		}
	}
	return nil
}

// earlier returns the run of a cell that an earlier call has carried out; nil when there
// is none whose files are whole.
func (m *matrix) earlier(cell suite.Cell) (*certificate.Run, error) {
	records, err := filepath.Glob(filepath.Join(m.runPath(cell), "*", recordFile))
	if err != nil || len(records) == 0 {
		return nil, err
	}
	run := new(certificate.Run)
	if err := readJSON(records[len(records)-1], run); err != nil {
		return nil, nil // a record that was cut off is none
	}
	if run.Cell != cell || !isWhole(run) {
		return nil, nil
	}
	for name, sum := range run.Files {
		is, err := certificate.SumFile(filepath.Join(m.Dir, filepath.FromSlash(run.Dir), name))
		if errors.Is(err, fs.ErrNotExist) || err == nil && is != sum {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return run, nil
}

func readJSON(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

// writeJSON writes a file in one step.
func writeJSON(path string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	fresh := path + ".new"
	if err := os.WriteFile(fresh, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(fresh, path)
}
