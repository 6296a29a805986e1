package results

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ReplaceFile writes a file of a directory in one step: whoever has the old one open
// keeps it.
func ReplaceFile(dir, name string, content []byte) error {
	path := filepath.Join(dir, name)
	fresh := path + ".new"
	if err := os.WriteFile(fresh, content, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(fresh, path); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), os.Remove(fresh))
	}
	return nil
}
