package job

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// A task is the run of one target, in its own directory.
type task struct {
	spec     Spec
	store    *store
	dir      string
	started  time.Time
	share    time.Duration // of the run's time; 0 means no limit
	progress workload.Progress
	log      *slog.Logger
	// abandoned is how many calls ignored their expired context.
	abandoned int64
}

// run carries the task out and keeps what it leaves behind. An error means that this
// could not be kept, and comes with a result when there is one all the same; whatever
// else goes wrong is a result.
func (t *task) run(ctx context.Context) (results.Result, error) {
	if err := os.MkdirAll(t.dir, 0o755); err != nil {
		return results.Result{}, fmt.Errorf("create the run's directory: %w", err)
	}
	logFile, err := os.Create(filepath.Join(t.dir, results.LogFile))
	if err != nil {
		return results.Result{}, fmt.Errorf("create the log: %w", err)
	}
	defer logFile.Close()
	t.log = slog.New(slog.NewTextHandler(logFile, nil))
	record := t.record()
	record.Versions.Store = t.store.software(ctx)
	if err := errors.Join(record.Save(t.dir), t.savePlan()); err != nil {
		return results.Result{}, err
	}
	t.log.Info("run", "command", record.Command, "store", record.Store, "seed", record.Seed)
	result, err := t.judge(ctx, record, t.work(ctx, record))
	if t.abandoned > 0 {
		result.Warn(fmt.Sprintf("%d calls did not return although their time was over; they were left behind, of unknown outcome", t.abandoned))
	}
	t.log.Info("result", "verdict", result.Verdict, "operations", result.Operations,
		"violations", len(result.Violations), "reason", result.Reason)
	if result.Warning != "" {
		t.log.Warn("result", "warning", result.Warning)
	}
	return result, errors.Join(err, result.Save(), t.store.saveLog(t.dir))
}

// record describes the task for run.json and the history's header.
func (t *task) record() results.Run {
	record := results.Run{
		Name:           t.spec.Name,
		Object:         t.store.Object,
		Store:          backends.Redact(t.store.URL),
		Seed:           t.spec.Seed,
		Clients:        t.spec.Clients,
		Keys:           t.spec.Keys,
		Operations:     t.spec.Ops,
		Seconds:        t.share.Seconds(),
		TimeoutSeconds: cmp.Or(t.spec.Timeout, workload.DefaultTimeout).Seconds(),
		Weights:        t.spec.WeightsOf(t.store.Object),
		ValueBytes:     t.spec.ValueBytes,
		LargeBytes:     t.spec.LargeBytes,
		Faults:         t.spec.Faults.Lines(),
		Relaxations:    append(location.Relaxations{}, t.spec.Relax...),
		Started:        t.started.UTC(),
		Command:        t.spec.Command,
		Versions:       results.CurrentVersions(),
	}
	if len(t.spec.Targets) > 0 {
		record.KeyPrefix = freshPrefix()
	}
	return record
}

// freshPrefix keeps the keys of a run apart from what earlier runs have left in a
// store.
func freshPrefix() string {
	var random [6]byte
	rand.Read(random[:]) // never fails
	return "assay-" + hex.EncodeToString(random[:]) + "/"
}

// work lets the clients work and leaves the history behind.
func (t *task) work(ctx context.Context, record results.Run) error {
	if t.store.err != nil {
		return t.store.err
	}
	description, err := json.Marshal(record)
	if err != nil {
		return err
	}
	writer, err := history.Create(filepath.Join(t.dir, results.HistoryFile), history.Header{
		Object: record.Object, Relax: record.Relaxations, Run: description,
	})
	if err != nil {
		return err
	}
	recorder := history.NewRecorder(writer, 0)
	err = t.drive(ctx, recorder, record.KeyPrefix)
	if failed := recorder.Close(); !errors.Is(err, failed) { // the run may have ended for it
		err = errors.Join(err, failed)
	}
	return err
}

// drive runs the workload under the plan's faults. The end of ctx stops the requests;
// what follows them, follows.
func (t *task) drive(ctx context.Context, recorder *history.Recorder, prefix string) error {
	start := time.Now()
	nemesis, err := t.newNemesis(recorder, start)
	if err != nil {
		return err
	}
	defer nemesis.Stop() // where the run does not come to it, in a panic for example
	runner, err := t.store.newRunner(recorder, workload.Options{
		Clients: t.spec.Clients, Keys: t.spec.Keys, Ops: t.spec.Ops, Duration: t.share, Timeout: t.spec.Timeout,
		Weights: t.spec.WeightsOf(t.store.Object), ValueBytes: t.spec.ValueBytes, LargeBytes: t.spec.LargeBytes,
		Seed: t.spec.Seed, KeyPrefix: prefix, Start: start,
		Begin: nemesis.Begin, Watch: nemesis.Watch(),
		Heal: func(ctx context.Context) error { return t.heal(ctx, nemesis) },
	})
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, runner.Stop)()
	ctx = context.WithoutCancel(ctx)
	finished := t.show(ctx, runner.Counters)
	summary, err := runner.Run(ctx)
	finished()
	t.abandoned = summary.Abandoned
	t.log.Info("workload", "ok", summary.Ok, "fail", summary.Fail, "info", summary.Info,
		"abandoned", summary.Abandoned, "quiet", summary.Quiet, "elapsed", summary.Elapsed)
	if summary.HealError != nil {
		return summary.HealError // what else went wrong comes of it
	}
	return err
}

// show shows the progress until the function that it returns is called.
func (t *task) show(ctx context.Context, counters func() workload.Counters) (finished func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.progress.Show(ctx, counters)
	}()
	return func() {
		cancel()
		<-done
	}
}

// judge checks the history that the task left, to the end even when ctx has ended.
func (t *task) judge(ctx context.Context, record results.Run, cut error) (results.Result, error) {
	path := filepath.Join(t.dir, results.HistoryFile)
	interrupted := ctx.Err() != nil
	if t.store.err != nil {
		return t.notRun(record, cut, interrupted), nil
	}
	if t.spec.BeforeCheck != nil {
		defer t.spec.BeforeCheck(path)()
	}
	result, _, err := Check(context.WithoutCancel(ctx), path, CheckOptions{
		Certificate: t.spec.Certificate, Interrupted: interrupted, Cut: cut,
	})
	if result.Verdict == "" {
		return t.notRun(record, errors.Join(cut, err), interrupted), nil
	}
	return result, err
}

// notRun is the result of a task without a history, and its report.
func (t *task) notRun(record results.Run, err error, interrupted bool) results.Result {
	result := results.NotRunResult(record, t.dir, err)
	result.Interrupted = interrupted
	draw(&result, record, nil, nil)
	return result
}
