package defective

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/assay-dev/assay/location"
)

// blobFaultDefects handle a fault wrongly. The faults are their own: a connection that
// breaks on the way back comes once in so many operations.
func blobFaultDefects() []Defect {
	return []Defect{
		{Name: "truncated-download", Object: OfBlob, Clause: "B2", Sees: UnderFaults, shared: true,
			Sentence: "takes the end of a connection for the end of a value",
			blob:     blobOver(func(inner location.Blob) location.Blob { return cutsDownloads{inner, every(60)} })},
		{Name: "truncated-upload", Object: OfBlob, Clause: "B2", Sees: UnderFaults, shared: true,
			Sentence: "stores what had come of a value when the connection ended, and fails",
			blob:     blobOver(func(inner location.Blob) location.Blob { return cutsUploads{inner, every(30)} })},
		{Name: "first-attempt-lands-late", Object: OfBlob, Clause: "E5", Sees: UnderFaults, shared: true,
			Sentence: "repeats a set that timed out, and lets the first attempt land after a later set",
			blob: blobOver(func(inner location.Blob) location.Blob {
				return &lateAttempts{Blob: inner, rarely: every(10), onSet: true, attempts: map[string][]byte{}}
			})},
		{Name: "resurrected-by-a-late-write", Object: OfBlob, Clause: "E5", Sees: UnderFaults, shared: true,
			Sentence: "repeats a set that timed out, and lets the first attempt land after a delete",
			blob: blobOver(func(inner location.Blob) location.Blob {
				return &lateAttempts{Blob: inner, rarely: every(5), attempts: map[string][]byte{}}
			})},
		{Name: "retries-a-delete", Object: OfBlob, Clause: "E5", Sees: UnderFaults, shared: true,
			Sentence: "repeats a delete whose answer was lost, and finds nothing to delete",
			Seen:     seenRetries,
			blob:     blobOver(func(inner location.Blob) location.Blob { return retriesDeletes{inner, every(8)} })},
		{Name: "set-called-failed", Object: OfBlob, Clause: "E1", Sees: UnderFaults, shared: true,
			Sentence: "calls a set whose answer was lost determinate although it was carried out",
			blob:     blobOver(func(inner location.Blob) location.Blob { return callsSetsFailed{inner, every(25)} })},
		{Name: "someone-elses-value", Object: OfBlob, Clause: "B1", Sees: UnderFaults, shared: true,
			Sentence: "gives the answer of a get that timed out to the next get on that connection",
			Seen:     "redis-py, at ChatGPT: OpenAI, March 20 ChatGPT outage, 2023",
			blob:     blobOver(func(inner location.Blob) location.Blob { return &shiftedValues{Blob: inner, rarely: every(60)} })},
	}
}

type cutsDownloads struct {
	location.Blob
	rarely occasion
}

func (s cutsDownloads) Get(ctx context.Context, key string) ([]byte, bool, error) {
	value, found, err := s.Blob.Get(ctx, key)
	if found && len(value) > 0 && s.rarely.now() {
		value = value[:len(value)/2]
	}
	return value, found, err
}

type cutsUploads struct {
	location.Blob
	rarely occasion
}

func (s cutsUploads) Set(ctx context.Context, key string, value []byte) error {
	if len(value) == 0 || !s.rarely.now() {
		return s.Blob.Set(ctx, key, value)
	}
	if err := s.Blob.Set(ctx, key, value[:len(value)/2]); err != nil {
		return err
	}
	return location.NewIndeterminate(errConnectionLost)
}

// lateAttempts remembers first attempts until the key's next set or delete.
type lateAttempts struct {
	location.Blob
	rarely   occasion
	onSet    bool
	mu       sync.Mutex
	attempts map[string][]byte
}

func (s *lateAttempts) Set(ctx context.Context, key string, value []byte) error {
	err := s.Blob.Set(ctx, key, value)
	if err != nil {
		return err
	}
	if s.onSet {
		s.land(ctx, key)
	}
	if s.rarely.now() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.attempts[key] = slices.Clone(value)
	}
	return nil
}

func (s *lateAttempts) Delete(ctx context.Context, key string) (int64, bool, error) {
	size, found, err := s.Blob.Delete(ctx, key)
	if found && !s.onSet {
		s.land(ctx, key)
	}
	return size, found, err
}

func (s *lateAttempts) land(ctx context.Context, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if value, waiting := s.attempts[key]; waiting {
		delete(s.attempts, key)
		_ = s.Blob.Set(context.WithoutCancel(ctx), key, value)
	}
}

type retriesDeletes struct {
	location.Blob
	rarely occasion
}

func (s retriesDeletes) Delete(ctx context.Context, key string) (int64, bool, error) {
	size, found, err := s.Blob.Delete(ctx, key)
	if found && s.rarely.now() {
		return s.Blob.Delete(ctx, key)
	}
	return size, found, err
}

type callsSetsFailed struct {
	location.Blob
	rarely occasion
}

func (s callsSetsFailed) Set(ctx context.Context, key string, value []byte) error {
	err := s.Blob.Set(ctx, key, value)
	if err == nil && s.rarely.now() {
		return location.NewDeterminate(errConnectionLost)
	}
	return err
}

// shiftedValues has one connection.
type shiftedValues struct {
	location.Blob
	rarely occasion
	unread atomic.Pointer[[]byte] // an answer that nobody took off the connection
}

func (s *shiftedValues) Get(ctx context.Context, key string) ([]byte, bool, error) {
	value, found, err := s.Blob.Get(ctx, key)
	if err != nil || !found {
		return value, found, err
	}
	if s.rarely.now() {
		s.unread.Store(&value)
		return nil, false, location.NewIndeterminate(context.DeadlineExceeded)
	}
	if earlier := s.unread.Swap(nil); earlier != nil {
		value = *earlier
	}
	return value, true, nil
}
