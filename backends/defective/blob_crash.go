package defective

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/assay-dev/assay/location"
)

// blobCrashDefects lose what was acknowledged when they crash, which they do by
// themselves once in so many writes.
func blobCrashDefects() []Defect {
	return []Defect{
		{Name: "unsynced-sets", Object: OfBlob, Clause: "B2", Sees: AfterCrashes, shared: true,
			Sentence: "acknowledges a set before it is on disk, and loses it in a crash",
			Seen:     "applications on crashing file systems: Pillai et al., OSDI 2014",
			blob: blobOver(func(inner location.Blob) location.Blob {
				return &unsyncedSets{Blob: inner, crash: every(50), memory: map[string][]byte{}}
			})},
		{Name: "unsynced-deletes", Object: OfBlob, Clause: "B3", Sees: AfterCrashes, shared: true,
			Sentence: "acknowledges a delete before it is on disk, and undoes it in a crash",
			blob:     blobOver(func(inner location.Blob) location.Blob { return &unsyncedDeletes{Blob: inner, crash: every(20)} })},
	}
}

// unsyncedSets holds values in memory until an operation other than a get needs them
// on disk.
type unsyncedSets struct {
	location.Blob
	crash  occasion
	mu     sync.Mutex
	memory map[string][]byte
}

func (s *unsyncedSets) Set(ctx context.Context, key string, value []byte) error {
	if _, _, err := s.Blob.Get(ctx, key); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.memory[key] = slices.Clone(value)
	if s.crash.now() {
		clear(s.memory)
	}
	return nil
}

func (s *unsyncedSets) Get(ctx context.Context, key string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if value, held := s.memory[key]; held && ctx.Err() == nil {
		return slices.Clone(value), true, nil
	}
	return s.Blob.Get(ctx, key)
}

// flush brings the keys that memory holds below prefix to disk.
func (s *unsyncedSets) flush(ctx context.Context, prefix string) error {
	for key, value := range s.memory {
		if strings.HasPrefix(key, prefix) {
			if err := s.Blob.Set(ctx, key, value); err != nil {
				return err
			}
			delete(s.memory, key)
		}
	}
	return nil
}

func (s *unsyncedSets) Delete(ctx context.Context, key string) (int64, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.flush(ctx, key); err != nil {
		return 0, false, err
	}
	return s.Blob.Delete(ctx, key)
}

func (s *unsyncedSets) Restore(ctx context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.flush(ctx, key); err != nil {
		return err
	}
	return s.Blob.Restore(ctx, key)
}

func (s *unsyncedSets) ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[location.BlobMetadata, error] {
	return func(yield func(location.BlobMetadata, error) bool) {
		s.mu.Lock()
		err := s.flush(ctx, prefix)
		s.mu.Unlock()
		if err != nil {
			yield(location.BlobMetadata{}, err)
			return
		}
		s.Blob.ListKeysAndMetadata(ctx, prefix)(yield)
	}
}

// unsyncedDeletes remembers the last deletes, which a crash undoes.
type unsyncedDeletes struct {
	location.Blob
	crash occasion
	mu    sync.Mutex
	last  []string
}

func (s *unsyncedDeletes) Delete(ctx context.Context, key string) (int64, bool, error) {
	size, found, err := s.Blob.Delete(ctx, key)
	if err != nil || !found {
		return size, found, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = append(s.last, key)
	s.last = s.last[max(0, len(s.last)-5):]
	if s.crash.now() {
		for _, key := range s.last {
			_ = s.Blob.Restore(ctx, key)
		}
		s.last = nil
	}
	return size, found, err
}
