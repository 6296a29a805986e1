package defective

import (
	"context"
	"slices"
	"sync"

	"github.com/assay-dev/assay/location"
)

// blobOver fits a layer that does not care about its place into the table.
func blobOver(layer func(location.Blob) location.Blob) func(location.Blob, string) location.Blob {
	return func(inner location.Blob, _ string) location.Blob { return layer(inner) }
}

func blobValueDefects() []Defect {
	return []Defect{
		{Name: "missing-liveness", Object: OfBlob, Clause: "T6",
			Sentence: "fails the liveness probe as long as nothing is stored there",
			blob:     blobOver(func(inner location.Blob) location.Blob { return missingLivenessBlob{inner} })},
		getDefect("none-is-empty", "B1", "returns an empty value for a key that has none", noneIsEmpty),
		getDefect("empty-is-none", "B1", "takes an empty value for none", emptyIsNone),
		{Name: "gives-away-its-slice", Object: OfBlob, Clause: "B1",
			Sentence: "returns the same slice to everyone who reads a value",
			blob:     blobOver(func(inner location.Blob) location.Blob { return &sharedValues{Blob: inner} })},
		setDefect("short-values", "B1", "stores the first 8,000 bytes of a value", func(ctx context.Context, inner location.Blob, key string, value []byte) error {
			return inner.Set(ctx, key, value[:min(len(value), 8000)])
		}),
		{Name: "silent-limit", Object: OfBlob, Clause: "B1", maxValueBytes: 1 << 20,
			Sentence: "declares a longest value and cuts a longer one off in silence",
			blob:     blobOver(func(inner location.Blob) location.Blob { return bentSet{inner, cutAtTheLimit} })},
		setDefect("first-value-stays", "B2", "keeps the value of a key that has one", firstStays),
		setDefect("overwrites-in-place", "B2", "keeps the tail of a longer value under a shorter one", inPlace),
		setDefect("set-in-halves", "B2", "writes the first half of a value before the whole", inHalves),
		{Name: "keeps-the-callers-slice", Object: OfBlob, Clause: "B2",
			Sentence: "keeps the slice that it was given",
			blob:     blobOver(func(inner location.Blob) location.Blob { return &keptValues{Blob: inner} })},
	}
}

type missingLivenessBlob struct{ location.Blob }

func (s missingLivenessBlob) Get(ctx context.Context, key string) ([]byte, bool, error) {
	value, found, err := s.Blob.Get(ctx, key)
	if err == nil && !found && key == location.LivenessKey {
		err = location.NewDeterminate(location.ErrUnsupported)
	}
	return value, found, err
}

// A getter is a bent Get: it sees the right answer.
type getter func(value []byte, found bool) ([]byte, bool)

type bentGet struct {
	location.Blob
	get getter
}

func (s bentGet) Get(ctx context.Context, key string) ([]byte, bool, error) {
	value, found, err := s.Blob.Get(ctx, key)
	if err != nil {
		return nil, false, err
	}
	value, found = s.get(value, found)
	return value, found, nil
}

func getDefect(name, clause, sentence string, get getter) Defect {
	return Defect{Name: name, Object: OfBlob, Clause: clause, Sentence: sentence,
		blob: blobOver(func(inner location.Blob) location.Blob { return bentGet{inner, get} })}
}

func noneIsEmpty(value []byte, _ bool) ([]byte, bool) { return value, true }

func emptyIsNone(value []byte, _ bool) ([]byte, bool) { return value, len(value) > 0 }

// A setter is a bent Set.
type setter func(ctx context.Context, inner location.Blob, key string, value []byte) error

type bentSet struct {
	location.Blob
	set setter
}

func (s bentSet) Set(ctx context.Context, key string, value []byte) error {
	return s.set(ctx, s.Blob, key, value)
}

func setDefect(name, clause, sentence string, set setter) Defect {
	return Defect{Name: name, Object: OfBlob, Clause: clause, Sentence: sentence,
		blob: blobOver(func(inner location.Blob) location.Blob { return bentSet{inner, set} })}
}

func cutAtTheLimit(ctx context.Context, inner location.Blob, key string, value []byte) error {
	return inner.Set(ctx, key, value[:min(len(value), 1<<20)])
}

func firstStays(ctx context.Context, inner location.Blob, key string, value []byte) error {
	if _, found, err := inner.Get(ctx, key); err != nil || found {
		return err
	}
	return inner.Set(ctx, key, value)
}

func inPlace(ctx context.Context, inner location.Blob, key string, value []byte) error {
	old, _, err := inner.Get(ctx, key)
	if err != nil {
		return err
	}
	if len(old) > len(value) {
		value = slices.Concat(value, old[len(value):])
	}
	return inner.Set(ctx, key, value)
}

func inHalves(ctx context.Context, inner location.Blob, key string, value []byte) error {
	if err := inner.Set(ctx, key, value[:len(value)/2]); err != nil {
		return err
	}
	interlude(ctx)
	if err := ctx.Err(); err != nil {
		return location.NewIndeterminate(err)
	}
	return inner.Set(ctx, key, value)
}

// sharedValues answers Get with one slice per value.
type sharedValues struct {
	location.Blob
	mu     sync.Mutex
	shared map[string][]byte
}

func (s *sharedValues) Set(ctx context.Context, key string, value []byte) error {
	s.mu.Lock()
	delete(s.shared, key)
	s.mu.Unlock()
	return s.Blob.Set(ctx, key, value)
}

func (s *sharedValues) Get(ctx context.Context, key string) ([]byte, bool, error) {
	value, found, err := s.Blob.Get(ctx, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if shared, known := s.shared[key]; known && len(shared) == len(value) {
		return shared, found, err
	}
	if s.shared == nil {
		s.shared = map[string][]byte{}
	}
	s.shared[key] = value
	return value, found, err
}

// keptValues answers Get with the slice that was passed to Set.
type keptValues struct {
	location.Blob
	kept sync.Map // of []byte, by key
}

func (s *keptValues) Set(ctx context.Context, key string, value []byte) error {
	err := s.Blob.Set(ctx, key, value)
	if err == nil {
		s.kept.Store(key, value)
	}
	return err
}

func (s *keptValues) Get(ctx context.Context, key string) ([]byte, bool, error) {
	value, found, err := s.Blob.Get(ctx, key)
	if kept, known := s.kept.Load(key); known && found && len(kept.([]byte)) == len(value) {
		value = slices.Clone(kept.([]byte))
	}
	return value, found, err
}
