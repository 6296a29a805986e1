package job

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/assay-dev/assay/faults"
	"github.com/assay-dev/assay/results"
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

// newNemesis returns what carries out the plan on the task's store, and has the clients'
// handles opened through what faults need between them and the store.
func (t *task) newNemesis(rec *history.Recorder, start time.Time) (*faults.Nemesis, error) {
	clients := t.spec.Clients
	t.store.target = &faults.Target{
		Server: t.store.server, Clients: clients, Timeout: cmp.Or(t.spec.Timeout, workload.DefaultTimeout), Seed: t.spec.Seed,
		HandleOf: func(client int) int { return handleOf(client, clients) },
	}
	nemesis, err := faults.NewNemesis(t.spec.Faults, t.store.target, t.note(rec, start))
	if err != nil {
		return nil, err
	}
	t.store.handles.route = func(number int, url string) (string, error) {
		if number >= clients {
			return url, nil // of the quiet phase
		}
		return t.store.target.StoreURL(number, url)
	}
	return nemesis, nil
}

// note returns what records each strike of a fault, in the history and in the log, when
// it begins and whenever more is known of it.
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
		switch {
		case s.Err != nil:
			t.log.Error("fault", "fault", s.Fault, "effect", s.Effect, "error", s.Err)
		case s.Over():
			t.log.Info("fault", "fault", s.Fault, "effect", s.Effect, "lasted", s.End.Sub(s.Begin))
		default:
			t.log.Info("fault begins", "fault", s.Fault, "effect", s.Effect)
		}
	}
}

// heal ends all faults and waits until the store answers again. One whose faults cannot
// be healed is not waited for.
func (t *task) heal(ctx context.Context, nemesis *faults.Nemesis) error {
	err := nemesis.Stop()
	if err == nil {
		return t.store.answersAgain(ctx)
	}
	if t.store.askOnce(ctx) != nil {
		return &silentError{err}
	}
	return err
}

// savePlan keeps the plan as the file that a run can be given, with --fault-plan.
func (t *task) savePlan() error {
	if len(t.spec.Faults) == 0 {
		return nil
	}
	text := fmt.Sprintf("# The faults of a run with --seed %d.\n%v", t.spec.Seed, t.spec.Faults)
	if err := os.WriteFile(filepath.Join(t.dir, results.FaultsFile), []byte(text), 0o644); err != nil {
		return fmt.Errorf("keep the plan of faults: %w", err)
	}
	return nil
}
