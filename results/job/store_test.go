package job

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// A moody Blob answers from an instant on, or never.
type moody struct {
	backends.Blob
	answers time.Time
	deaf    bool // it does not hear that its context has ended
	closing chan struct{}
}

func (m *moody) Get(ctx context.Context, _ string) ([]byte, bool, error) {
	if !m.answers.IsZero() && !time.Now().Before(m.answers) {
		return nil, false, nil
	}
	if m.deaf {
		<-m.closing
		return nil, false, errors.New("closed")
	}
	<-ctx.Done()
	return nil, false, location.NewIndeterminate(ctx.Err())
}

func (m *moody) Close() error {
	<-m.closing
	return nil
}

func (m *moody) store() *store {
	return &store{Target: Target{Object: history.Blob}, handles: handles{open: map[int]io.Closer{probe: m}}}
}

func TestTheRunWaitsUntilTheStoreAnswersAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		m := &moody{answers: start.Add(20 * time.Second)}
		if err := m.store().answersAgain(t.Context()); err != nil || time.Since(start) < 20*time.Second || time.Since(start) > 30*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestAStoreThatNeverAnswersAgainIsNotWaitedForWithoutEnd(t *testing.T) {
	for name, deaf := range map[string]bool{"it hears": false, "its calls ignore their contexts": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &moody{deaf: deaf, closing: make(chan struct{})}
				defer close(m.closing)
				start := time.Now()
				err := m.store().answersAgain(t.Context())
				if err == nil || !strings.Contains(err.Error(), "the store does not answer") || time.Since(start) > 2*recoveryTimeout {
					t.Errorf("%v after %v", err, time.Since(start))
				}
			})
		})
	}
}

func TestAStoreThatHangsWhenItIsOpenedIsNotWaitedForWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		forever := make(chan struct{})
		defer close(forever)
		s := &store{Target: Target{Object: history.Blob, URL: "mem:"}}
		s.handles.route = func(_ int, url string) (string, error) { <-forever; return url, nil }
		start := time.Now()
		err := s.reach(t.Context())
		if err == nil || !strings.Contains(err.Error(), "no answer within 30s: the call does not return") || time.Since(start) > 2*reachTimeout {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestAServerThatEndedIsNotWaitedFor(t *testing.T) {
	s := &store{Target: Target{Object: history.Consensus, URL: "local:bolt"}}
	defer func() {
		if err := closeAll([]*store{s}); err != nil {
			t.Error(err)
		}
	}()
	if err := s.reach(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.server.Node("").Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.answersAgain(t.Context()); err == nil || !strings.Contains(err.Error(), "it ended when all faults were healed") {
		t.Errorf("%v", err)
	}
}

func TestHandlesThatDoNotCloseDoNotKeepTheRunFromEnding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &moody{closing: make(chan struct{})}
		defer close(m.closing)
		if err := closeAll([]*store{m.store()}); err == nil || !strings.Contains(err.Error(), "a call on them does not return") {
			t.Error(err)
		}
	})
}

// A stuck Blob is one of whose calls some never return.
type stuck struct {
	backends.Blob
	calls   atomic.Int64
	forever chan struct{}
}

func (s *stuck) Set(ctx context.Context, key string, value []byte) error {
	if s.calls.Add(1)%100 == 0 {
		<-s.forever
	}
	return s.Blob.Set(ctx, key, value)
}

func TestCallsThatIgnoreTheirContextAreLeftBehindAndTheResultSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		blob, err := backends.OpenBlob(t.Context(), "mem:stuck")
		if err != nil {
			t.Fatal(err)
		}
		defer blob.Close()
		s := &stuck{Blob: blob, forever: make(chan struct{})}
		defer close(s.forever)
		open := map[int]io.Closer{}
		for number := probe; number < 20; number++ {
			open[number] = s
		}
		run := &task{
			// In a bubble all calls are at a few instants: restores among them are hard to judge.
			spec:  Spec{Clients: 4, Keys: 3, Ops: 1000, Seed: 1, Timeout: time.Second, Weights: map[string]int{"restore": 0}},
			store: &store{Target: Target{Object: history.Blob, URL: "mem:"}, handles: handles{open: open}},
			dir:   t.TempDir(), progress: workload.Progress{To: t.Output()},
		}
		r, err := run.run(t.Context())
		if err != nil || r.Verdict != checker.Valid || r.Outcomes.Info == 0 || !strings.Contains(r.Warning, "calls did not return although their time was over") {
			t.Errorf("%s, %+v, %q, %v", r.Verdict, r.Outcomes, r.Warning, err)
		}
	})
}
