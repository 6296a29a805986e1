package job

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/assay-dev/assay/backends/local"
	"github.com/assay-dev/assay/faults"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// checkFaults refuses faults that need a server of the run's own where there is none.
func (s Spec) checkFaults() error {
	foreign := func(t Target) bool { return !local.CanCut(t.URL) }
	if s.Faults.CutInterval > 0 && (len(s.Targets) == 0 || slices.ContainsFunc(s.Targets, foreign)) {
		return fmt.Errorf("faults: %s needs --consensus local:postgres and no other store: %w", faults.CutsName, location.ErrInvalidArgument)
	}
	return nil
}

// startCuts cuts the connections to the server from now on, while clients are at work,
// and records each cut.
func (s *store) startCuts(plan faults.Plan, seed uint64, rec *history.Recorder, start time.Time, counters func() workload.Counters) {
	if plan.CutInterval == 0 {
		return
	}
	s.cuts = faults.StartCuts(seed, plan.CutInterval, func(ctx context.Context) error {
		if counters().Phase == workload.Opening {
			return nil // a handle that cannot be opened would be the end of the run
		}
		begun := time.Since(start)
		count, err := s.server.CutConnections(ctx)
		fault := history.Fault{Fault: faults.CutsName, Call: int64(begun), Return: int64(time.Since(start))}
		if count > 0 {
			fault.Effect = fmt.Sprintf("%d connections cut", count)
		}
		rec.Fault(fault)
		return err
	})
}

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
