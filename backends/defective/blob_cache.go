package defective

import (
	"context"
	"slices"
	"sync"

	"github.com/assay-dev/assay/location"
)

const seenS3 = "Amazon S3 before December 2020, as its documentation said"

// blobCacheDefects answer from a copy that is not the value any more.
func blobCacheDefects() []Defect {
	return []Defect{
		{Name: "remembers-a-miss", Object: OfBlob, Clause: "B6", shared: true, Seen: seenS3,
			Sentence: "finds nothing for a while where nothing was found once",
			blob:     blobOver(func(inner location.Blob) location.Blob { return &misses{Blob: inner, left: map[string]int{}} })},
		{Name: "old-value-for-a-while", Object: OfBlob, Clause: "B1", Sees: InTime, shared: true, Seen: seenS3,
			Sentence: "returns the value from before a set once more, now and then",
			blob: blobOver(func(inner location.Blob) location.Blob {
				return &oldValues{Blob: inner, rarely: every(10), old: map[string]answer{}}
			})},
		{Name: "cache-refilled-by-a-late-read", Object: OfBlob, Clause: "B1", Sees: InConcert, shared: true,
			Sentence: "lets a read that raced a set or a delete put the value from before into the cache",
			Seen:     "stale sets of memcache at Facebook: Nishtala et al., NSDI 2013",
			blob:     blobOver(func(inner location.Blob) location.Blob { return &cached{Blob: inner} })},
	}
}

// misses remembers for how many more reads a key is missing.
type misses struct {
	location.Blob
	mu   sync.Mutex
	left map[string]int
}

func (s *misses) Get(ctx context.Context, key string) ([]byte, bool, error) {
	value, found, err := s.Blob.Get(ctx, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil:
	case s.left[key] > 0:
		s.left[key]--
		return nil, false, nil
	case !found:
		s.left[key] = 2
	}
	return value, found, err
}

// oldValues shows what some sets replaced to one more read.
type oldValues struct {
	location.Blob
	rarely occasion
	mu     sync.Mutex
	old    map[string]answer
}

func (s *oldValues) Set(ctx context.Context, key string, value []byte) error {
	before, found, err := s.Blob.Get(ctx, key)
	if err != nil {
		return err
	}
	err = s.Blob.Set(ctx, key, value)
	if err == nil && s.rarely.now() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.old[key] = answer{before, found, nil}
	}
	return err
}

func (s *oldValues) Get(ctx context.Context, key string) ([]byte, bool, error) {
	value, found, err := s.Blob.Get(ctx, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, known := s.old[key]; known && err == nil {
		delete(s.old, key)
		value, found = old.value, old.found
	}
	return value, found, err
}

// cached is a read-through cache: whoever changes a value drops it afterwards, and
// whoever misses it puts there what was read before.
type cached struct {
	location.Blob
	values sync.Map // of answer, by key
}

func (s *cached) Get(ctx context.Context, key string) ([]byte, bool, error) {
	if hit, known := s.values.Load(key); known && ctx.Err() == nil {
		return slices.Clone(hit.(answer).value), true, nil
	}
	value, found, err := s.Blob.Get(ctx, key)
	if err == nil && found {
		interlude(ctx)
		s.values.Store(key, answer{slices.Clone(value), true, nil})
	}
	return value, found, err
}

func (s *cached) Set(ctx context.Context, key string, value []byte) error {
	defer s.values.Delete(key)
	return s.Blob.Set(ctx, key, value)
}

func (s *cached) Delete(ctx context.Context, key string) (int64, bool, error) {
	defer s.values.Delete(key)
	return s.Blob.Delete(ctx, key)
}
