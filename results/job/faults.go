package job

import (
	"context"
	"errors"
	"time"

	"github.com/assay-dev/assay/faults"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// checkFaults refuses faults that a target cannot have.
func (s Spec) checkFaults() error {
	if len(s.Targets) == 0 {
		return s.Faults.CheckStore("")
	}
	var errs []error
	for _, target := range s.Targets {
		errs = append(errs, s.Faults.CheckStore(target.URL))
	}
	return errors.Join(errs...)
}

// target is what the faults of the plan can act on.
func (t *task) target() *faults.Target {
	return &faults.Target{
		Server: t.store.server, Clients: t.spec.Clients, Timeout: workload.DefaultTimeout, Seed: t.spec.Seed,
	}
}

// note returns what records each strike of a fault, in the history and in the log.
func (t *task) note(rec *history.Recorder, start time.Time) func(faults.Strike) {
	return func(s faults.Strike) {
		fault := history.Fault{
			Fault: s.Fault.What(), Target: s.Fault.Whom, Effect: s.Effect,
			Call: int64(s.Begin.Sub(start)), Return: history.Never,
		}
		if !s.End.IsZero() {
			fault.Return = int64(s.End.Sub(start))
		}
		rec.Fault(fault)
		t.log.Info("fault", "fault", s.Fault, "effect", s.Effect, "lasted", s.End.Sub(s.Begin), "error", s.Err)
	}
}

// heal ends all faults and waits until the store answers again.
func (t *task) heal(ctx context.Context, nemesis *faults.Nemesis) error {
	if err := nemesis.Stop(); err != nil {
		return err
	}
	return t.store.answersAgain(ctx)
}
