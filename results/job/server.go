package job

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/assay-dev/assay/results"
)

// saveLog keeps what the target's own server printed.
func (s *store) saveLog(dir string) error {
	if s.server == nil {
		return nil
	}
	err := os.WriteFile(filepath.Join(dir, results.ServerLogFile), []byte(s.server.Log()), 0o644)
	if err != nil {
		return fmt.Errorf("keep the server's log: %w", err)
	}
	return nil
}
