package workload

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/body"
	"github.com/assay-dev/assay/workload/history"
)

func TestARunEndsWithAQuietPhaseOfFreshClients(t *testing.T) {
	for _, object := range []history.Object{history.Consensus, history.Blob} {
		t.Run(string(object), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var healed atomic.Int64
				var tr *trial
				opts := Options{Clients: 4, Keys: 3, Ops: 2003, Heal: func(context.Context) error {
					time.Sleep(time.Second)
					healed.Store(tr.clock.now())
					if want := []int{0, 1, 2, 3}; !slices.Equal(tr.open, want) {
						t.Errorf("opened before healing: %v", tr.open)
					}
					return nil
				}}
				tr = newTrial(t, object, opts, latency)
				summary, err := tr.Run(t.Context())
				check(t, err)
				if want := []int{0, 1, 2, 3, 4, 5, 6, 7}; !slices.Equal(tr.open, want) || !summary.Quiet {
					t.Errorf("opened in all: %v; %+v", tr.open, summary)
				}
				checkQuietPhase(t, tr.operations(t), opts, healed.Load())
			})
		})
	}
}

// checkQuietPhase checks that everything that was written is read after healing.
func checkQuietPhase(t *testing.T, operations []history.Operation, opts Options, healed int64) {
	unread := map[string]bool{}
	requests, listings := 0, 0
	for i := range operations {
		op := &operations[i]
		quiet := clientOf(op, opts) >= opts.Clients
		if quiet != (op.Call >= healed) || !quiet && op.Return > healed {
			t.Fatalf("healed at %d: %+v", healed, op)
		}
		switch a := op.Action.(type) {
		case *history.CompareAndSet, *history.Set:
			unread[op.Key] = true
		case *history.Scan:
			if quiet && a.From == 0 && a.Limit == location.ScanAll {
				delete(unread, op.Key)
			}
		case *history.Get:
			if quiet {
				delete(unread, op.Key)
			}
		case *history.ListKeys:
			listings += count(quiet)
		case *history.List:
			listings += count(quiet && a.Prefix == "")
		}
		requests += count(!quiet)
	}
	if requests != int(opts.Ops) || listings != 1 || len(unread) > 0 {
		t.Errorf("%d requests, %d listings in the quiet phase, never read: %v", requests, listings, unread)
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestStopAwaitsWhatIsInFlightAndStillReadsQuietly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := Options{Clients: 3, Keys: 2, Think: time.Minute}
		tr := newTrial(t, history.Consensus, opts, latency)
		stopped := make(chan int64, 1)
		time.AfterFunc(10*time.Minute+500*time.Microsecond, func() {
			stopped <- tr.clock.now()
			tr.Stop()
			tr.Stop()
		})
		summary, err := tr.Run(t.Context())
		check(t, err)
		at := <-stopped
		quiet := 0
		for _, op := range tr.operations(t) {
			if op.Outcome == history.Info {
				t.Fatalf("in flight and not awaited: %+v", op)
			}
			if op.Call > at && clientOf(&op, opts) < opts.Clients {
				t.Fatalf("requested after the stop: %+v", op)
			}
			quiet += count(op.Call > at)
		}
		if !summary.Quiet || quiet == 0 || summary.Elapsed > 11*time.Minute {
			t.Errorf("%d operations in the quiet phase, %+v", quiet, summary)
		}
	})
}

func TestTheEndOfTheContextEndsTheRunAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := Options{Clients: 3, Timeout: time.Hour, Heal: func(context.Context) error {
			t.Error("healing after the end")
			return nil
		}}
		tr := newTrial(t, history.Blob, opts, func(ctx context.Context, _ string) error {
			<-ctx.Done()
			return ctx.Err()
		})
		ctx, cancel := context.WithCancelCause(t.Context())
		because := errors.New("second interrupt")
		time.AfterFunc(time.Second, func() { cancel(because) })
		summary, err := tr.Run(ctx)
		if !errors.Is(err, because) || summary.Quiet || summary.Elapsed != time.Second {
			t.Errorf("%v, %+v", err, summary)
		}
		operations := tr.operations(t)
		inFlight := 0
		for _, op := range operations {
			inFlight += count(op.Outcome == history.Info && op.Return == int64(time.Second))
		}
		if inFlight != opts.Clients {
			t.Errorf("%d of %d calls in flight were recorded as unknown", inFlight, opts.Clients)
		}
	})
}

func TestACallThatIgnoresItsContextIsLeftBehind(t *testing.T) {
	for _, object := range []history.Object{history.Consensus, history.Blob} {
		t.Run(string(object), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var calls atomic.Int64
				release := make(chan struct{})
				opts := Options{Clients: 2, Ops: 200, Timeout: time.Second, Grace: time.Second}
				tr := newTrial(t, object, opts, func(ctx context.Context, op string) error {
					time.Sleep(time.Millisecond)
					if calls.Add(1)%20 == 0 {
						<-release
					}
					return nil
				})
				summary, err := tr.Run(t.Context())
				check(t, err)
				close(release)
				synctest.Wait() // those left behind come back and touch nothing
				if summary.Abandoned < 9 || summary.Abandoned != summary.Info || !summary.Quiet {
					t.Errorf("%+v", summary)
				}
				if limit := time.Duration(summary.Abandoned+2) * 3 * time.Second; summary.Elapsed > limit {
					t.Errorf("the run took %v, longer than %v", summary.Elapsed, limit)
				}
				checkAbandoned(t, tr.operations(t), opts, summary)
				checkBodies(t, tr.blob)
			})
		})
	}
}

func checkAbandoned(t *testing.T, operations []history.Operation, opts Options, summary Summary) {
	never := int64(0)
	requests := 0
	for i := range operations {
		op := &operations[i]
		requests += count(clientOf(op, opts) < opts.Clients)
		if op.Return != history.Never {
			continue
		}
		never++
		if op.Outcome != history.Info || !strings.Contains(op.Error, "abandoned") {
			t.Fatalf("%+v", op)
		}
		switch a := op.Action.(type) {
		case *history.Head:
			if a.Found {
				t.Fatalf("an answer that came too late was recorded: %+v", op)
			}
		case *history.Get:
			if a.Found {
				t.Fatalf("an answer that came too late was recorded: %+v", op)
			}
		}
	}
	if never != summary.Abandoned || requests != int(opts.Ops) {
		t.Errorf("%d of %d abandoned calls recorded, %d requests", never, summary.Abandoned, requests)
	}
}

// checkBodies checks that no value that a late call wrote had been changed meanwhile.
func checkBodies(t *testing.T, store location.Blob) {
	if store == nil {
		return
	}
	for entry, err := range store.ListKeysAndMetadata(t.Context(), "") {
		check(t, err)
		value, _, err := store.Get(t.Context(), entry.Key)
		check(t, err)
		if _, damage := body.Decode(entry.Key, value); damage != "" {
			t.Errorf("%q holds %s", entry.Key, damage)
		}
	}
}

func TestTheEndOfTheContextIsHeardEvenWhenNoCallHearsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		tr := newTrial(t, history.Consensus, Options{Clients: 3, Timeout: time.Hour, Grace: time.Second}, func(context.Context, string) error {
			<-release
			return nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		summary, err := tr.Run(ctx)
		close(release)
		synctest.Wait()
		if !errors.Is(err, context.DeadlineExceeded) || summary.Abandoned != 3 || summary.Elapsed > time.Minute+2*time.Second {
			t.Errorf("%v, %+v", err, summary)
		}
		if n := len(tr.operations(t)); n != 3 {
			t.Errorf("%d operations recorded", n)
		}
	})
}

func TestAProcessEndsWithAnUnknownOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := Options{Clients: 3, Keys: 2, Ops: 3000}
		type process struct {
			last  int64
			ended bool
		}
		processes := map[int]*process{}
		for _, op := range run(t, history.Consensus, opts, fickle(5)) {
			p := processes[op.Process]
			if p == nil {
				p = &process{}
				processes[op.Process] = p
			}
			if p.ended || op.Call < p.last || op.Return < op.Call {
				t.Fatalf("after the end of its process, or of two at once: %+v", op)
			}
			p.last, p.ended = op.Return, op.Outcome == history.Info
		}
		if len(processes) < 200 {
			t.Errorf("only %d processes", len(processes))
		}
	})
}

func TestAnOperationThatTakesTooLongIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := Options{Clients: 1, Ops: 1, Timeout: time.Second}
		operations := run(t, history.Consensus, opts, func(ctx context.Context, _ string) error {
			if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) != time.Second {
				return nil // the quiet phase comes at once
			}
			child, cancel := context.WithTimeout(ctx, time.Hour) // as drivers do
			defer cancel()
			<-child.Done()
			return fmt.Errorf("waited in vain: %w", child.Err())
		})
		op := operations[0]
		if op.Outcome != history.Info || op.Return-op.Call != int64(time.Second) || !strings.Contains(op.Error, "deadline exceeded") {
			t.Errorf("%+v", op)
		}
	})
}

func TestAnOutageDoesNotFillTheHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := Options{Clients: 1, Duration: 10 * time.Second, Weights: map[string]int{"list": 0}}
		tr := newTrial(t, history.Blob, opts, func(context.Context, string) error {
			return location.NewDeterminate(errors.New("connection refused"))
		})
		summary, err := tr.Run(t.Context())
		check(t, err)
		if n := summary.Fail; n < 50 || n > 400 {
			t.Errorf("%d failures in ten seconds", n)
		}
		if summary.Elapsed > 15*time.Second {
			t.Errorf("took %v", summary.Elapsed)
		}
		check(t, tr.rec.Close())
	})
}

func TestTheQuietPhaseGivesUpOnAStoreThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var gone atomic.Bool
		failed := errors.New("not healed")
		opts := Options{Clients: 2, Ops: 4000, Heal: func(context.Context) error { gone.Store(true); return failed }}
		tr := newTrial(t, history.Blob, opts, func(context.Context, string) error {
			if gone.Load() {
				return errors.New("gone")
			}
			return nil
		})
		summary, err := tr.Run(t.Context())
		check(t, err)
		if summary.Quiet || !errors.Is(summary.HealError, failed) || summary.Info > 2*(surrender+1) {
			t.Errorf("%+v", summary)
		}
		check(t, tr.rec.Close())
	})
}

func TestARunThatCannotBeginOrBeRecordedSaysWhy(t *testing.T) {
	refused := errors.New("no such place")
	rec := newRecorder(t, new(strings.Builder), history.Blob)
	r, err := NewBlobRunner(func(context.Context, int) (location.Blob, error) { return nil, refused }, rec, Options{})
	check(t, err)
	if _, err := r.Run(t.Context()); !errors.Is(err, refused) || !strings.Contains(err.Error(), "open client 0") {
		t.Errorf("%v", err)
	}
	check(t, rec.Close())

	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(t, history.Blob, Options{Grace: time.Second}, latency)
		check(t, tr.rec.Close())
		tr.rec = newRecorder(t, fullDisk{}, history.Blob)
		tr.Runner.rec = tr.rec
		summary, err := tr.Run(t.Context())
		if !errors.Is(err, errFull) || summary.Quiet {
			t.Errorf("%v, %+v", err, summary)
		}
		if err := tr.rec.Close(); !errors.Is(err, errFull) {
			t.Errorf("%v", err)
		}
	})
}

var errFull = errors.New("disk full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestListingsLeaveOutTheKeysOfOtherRuns(t *testing.T) {
	tr := newTrial(t, history.Consensus, Options{Clients: 1, Ops: 500, KeyPrefix: "mine/"}, noHook)
	w, err := tr.object.worker(t.Context(), 0)
	check(t, err)
	_, err = w.(*consensusWorker).store.CompareAndSet(t.Context(), "other", nil, location.VersionedData{})
	check(t, err)
	_, err = tr.Run(t.Context())
	check(t, err)
	listed := 0
	for _, op := range tr.operations(t) {
		if a, ok := op.Action.(*history.ListKeys); ok {
			listed += len(a.Keys)
			if slices.Contains(a.Keys, "other") {
				t.Fatal("another run's key is listed")
			}
		} else if !strings.HasPrefix(op.Key, "mine/") {
			t.Fatalf("key %q", op.Key)
		}
	}
	if listed == 0 {
		t.Error("nothing was listed")
	}
}

func TestCountersTellWhereARunStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(t, history.Consensus, Options{Clients: 2, Duration: time.Minute, Think: 20 * time.Millisecond}, latency)
		if c := tr.Counters(); c.Phase != Opening || c.Operations() != 0 {
			t.Errorf("before: %+v", c)
		}
		time.AfterFunc(15*time.Second, func() {
			c := tr.Counters()
			if c.Phase != Requesting || c.Elapsed != 15*time.Second || c.Remaining != 45*time.Second || c.Operations() < 1000 {
				t.Errorf("in the middle: %+v", c)
			}
		})
		summary, err := tr.Run(t.Context())
		check(t, err)
		if summary.Phase != Done || summary.Remaining != 0 || summary.Elapsed < time.Minute {
			t.Errorf("at the end: %+v", summary)
		}
		if n := len(tr.operations(t)); int64(n) != summary.Operations() {
			t.Errorf("%d operations recorded, %d counted", n, summary.Operations())
		}
	})
}
