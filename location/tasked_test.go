package location_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-dev/assay/location"
)

// A stub stands for both stores: it hands each call to on and answers what on says.
// CompareAndSet keeps what it was given until on returns.
type stub struct {
	on       func(ctx context.Context) error
	expected *location.SeqNo
	data     []byte
}

func (s *stub) Head(ctx context.Context, _ string) (location.VersionedData, bool, error) {
	return location.VersionedData{SeqNo: 7, Data: []byte("x")}, true, s.on(ctx)
}

func (s *stub) CompareAndSet(ctx context.Context, _ string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	s.expected, s.data = expected, next.Data
	return location.Committed, s.on(ctx)
}

func (s *stub) Scan(ctx context.Context, _ string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	return []location.VersionedData{{SeqNo: from + location.SeqNo(limit)}}, s.on(ctx)
}

func (s *stub) Truncate(ctx context.Context, _ string, upTo location.SeqNo) (int64, error) {
	return int64(upTo), s.on(ctx)
}

func (s *stub) ListKeys(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) { yield("k", s.on(ctx)) }
}

func (s *stub) Get(ctx context.Context, _ string) ([]byte, bool, error) {
	return []byte("x"), true, s.on(ctx)
}

func (s *stub) Set(ctx context.Context, _ string, value []byte) error {
	s.data = value
	return s.on(ctx)
}

func (s *stub) Delete(ctx context.Context, _ string) (int64, bool, error) { return 7, true, s.on(ctx) }

func (s *stub) Restore(ctx context.Context, _ string) error { return s.on(ctx) }

func (s *stub) ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[location.BlobMetadata, error] {
	return func(yield func(location.BlobMetadata, error) bool) {
		yield(location.BlobMetadata{Key: prefix, Size: 7}, s.on(ctx))
	}
}

// calls are the operations that Tasked isolates, behind it.
func calls(s *stub) map[string]func(context.Context) error {
	c, b := location.TaskedConsensus(s), location.TaskedBlob(s)
	return map[string]func(context.Context) error{
		"head": func(ctx context.Context) error { _, _, err := c.Head(ctx, "k"); return err },
		"compare-and-set": func(ctx context.Context) error {
			_, err := c.CompareAndSet(ctx, "k", nil, location.VersionedData{})
			return err
		},
		"scan":     func(ctx context.Context) error { _, err := c.Scan(ctx, "k", 0, 1); return err },
		"truncate": func(ctx context.Context) error { _, err := c.Truncate(ctx, "k", 0); return err },
		"get":      func(ctx context.Context) error { _, _, err := b.Get(ctx, "k"); return err },
		"set":      func(ctx context.Context) error { return b.Set(ctx, "k", nil) },
		"delete":   func(ctx context.Context) error { _, _, err := b.Delete(ctx, "k"); return err },
		"restore":  func(ctx context.Context) error { return b.Restore(ctx, "k") },
	}
}

func TestACallerThatGivesUpIsToldAtOnceAndTheCallGoesOn(t *testing.T) {
	s := &stub{}
	for name, call := range calls(s) {
		synctest.Test(t, func(t *testing.T) {
			const callTakes, callerWaits = time.Minute, time.Second
			var end error
			finished := false
			s.on = func(ctx context.Context) error {
				time.Sleep(callTakes) // in the bubble's own time
				end, finished = ctx.Err(), true
				return nil
			}
			ctx, cancel := context.WithTimeout(t.Context(), callerWaits)
			defer cancel()
			start := time.Now()
			err := call(ctx)
			if waited := time.Since(start); waited != callerWaits {
				t.Errorf("%s: the caller waited %v", name, waited)
			}
			if location.Classify(err) != location.Indeterminate || !location.IsTimeout(err) {
				t.Errorf("%s: %v, want an indeterminate timeout", name, err)
			}
			if _, outside := err.(*location.Error); !outside {
				t.Errorf("%s: %T has no class on its outside", name, err)
			}
			time.Sleep(callTakes)
			synctest.Wait()
			if !finished || end != nil {
				t.Errorf("%s: the call in flight finished: %t, its context: %v", name, finished, end)
			}
		})
	}
}

func TestACancelledContextStartsNothing(t *testing.T) {
	s := &stub{on: func(context.Context) error {
		t.Error("the call was started")
		return nil
	}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range calls(s) {
		err := call(ctx)
		if location.Classify(err) != location.Determinate || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want a determinate cancellation", name, err)
		}
	}
}

func TestErrorsPassThroughUnchanged(t *testing.T) {
	want := location.NewDeterminate(io.EOF)
	s := &stub{on: func(context.Context) error { return want }}
	for name, call := range calls(s) {
		if err := call(t.Context()); err != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheContextsValuesReachTheCall(t *testing.T) {
	type key struct{}
	s := &stub{on: func(ctx context.Context) error {
		if ctx.Value(key{}) != "value" {
			t.Error("the context's value is lost")
		}
		return nil
	}}
	for _, call := range calls(s) {
		call(context.WithValue(t.Context(), key{}, "value"))
	}
}

func TestArgumentsAndAnswersPassThrough(t *testing.T) {
	ctx, s := t.Context(), &stub{on: func(context.Context) error { return nil }}
	c, b := location.TaskedConsensus(s), location.TaskedBlob(s)
	if head, found, _ := c.Head(ctx, "k"); head.SeqNo != 7 || !found {
		t.Errorf("head: %v, %t", head, found)
	}
	if result, _ := c.CompareAndSet(ctx, "k", new(location.SeqNo(4)), location.VersionedData{Data: []byte("x")}); result != location.Committed || *s.expected != 4 || string(s.data) != "x" {
		t.Errorf("compare-and-set: %v of %v, %q", result, s.expected, s.data)
	}
	if c.CompareAndSet(ctx, "k", nil, location.VersionedData{}); s.expected != nil {
		t.Error("an absent expectation became one")
	}
	if versions, _ := c.Scan(ctx, "k", 4, 3); len(versions) != 1 || versions[0].SeqNo != 7 {
		t.Errorf("scan: %v", versions)
	}
	if deleted, _ := c.Truncate(ctx, "k", 7); deleted != 7 {
		t.Errorf("truncate: %d", deleted)
	}
	if value, found, _ := b.Get(ctx, "k"); string(value) != "x" || !found {
		t.Errorf("get: %q, %t", value, found)
	}
	if size, found, _ := b.Delete(ctx, "k"); size != 7 || !found {
		t.Errorf("delete: %d, %t", size, found)
	}
}

func TestACallInFlightDoesNotSeeWhatItsCallerDoesToTheArguments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s := &stub{on: func(context.Context) error { <-release; return nil }}
		data, expected := []byte("abc"), location.SeqNo(1)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { synctest.Wait(); cancel() }()
		location.TaskedConsensus(s).CompareAndSet(ctx, "k", &expected, location.VersionedData{SeqNo: 2, Data: data})
		clear(data)
		expected = 99
		if string(s.data) != "abc" || *s.expected != 1 {
			t.Errorf("the compare-and-set in flight sees %q, %v", s.data, *s.expected)
		}
		value := []byte("abc")
		ctx, cancel = context.WithCancel(t.Context())
		go func() { synctest.Wait(); cancel() }()
		location.TaskedBlob(s).Set(ctx, "k", value)
		clear(value)
		if string(s.data) != "abc" {
			t.Errorf("the set in flight sees %q", s.data)
		}
		close(release)
	})
}

func TestListsPassThrough(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &stub{on: func(ctx context.Context) error { return ctx.Err() }}
	for key, err := range location.TaskedConsensus(s).ListKeys(ctx) {
		if key != "k" || err != context.Canceled {
			t.Errorf("list keys: %q, %v", key, err)
		}
	}
	for entry, err := range location.TaskedBlob(s).ListKeysAndMetadata(ctx, "p") {
		if entry.Key != "p" || entry.Size != 7 || err != context.Canceled {
			t.Errorf("list: %v, %v", entry, err)
		}
	}
}
