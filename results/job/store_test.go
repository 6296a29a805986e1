package job

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/location"
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

func TestHandlesThatDoNotCloseDoNotKeepTheRunFromEnding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &moody{closing: make(chan struct{})}
		defer close(m.closing)
		if err := closeAll([]*store{m.store()}); err == nil || !strings.Contains(err.Error(), "a call on them does not return") {
			t.Error(err)
		}
	})
}
