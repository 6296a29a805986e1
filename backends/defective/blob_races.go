package defective

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/assay-dev/assay/location"
)

// blobRaceDefects make of one atomic operation several, and are right as long as
// nobody comes in between.
func blobRaceDefects() []Defect {
	return []Defect{
		{Name: "looks-up-then-deletes", Object: OfBlob, Clause: "B3", Sees: InConcert,
			Sentence: "looks up the size of a value first and deletes later",
			blob:     blobOver(func(inner location.Blob) location.Blob { return looksUp{inner} })},
		inConcert(setDefect("set-through-nothing", "B2", "deletes the old value before it sets the new one", throughNothing)),
		{Name: "torn-multipart-read", Object: OfBlob, Clause: "B2", Sees: InConcert,
			Sentence: "reads a value in two requests, each from the value of its time",
			blob:     blobOver(func(inner location.Blob) location.Blob { return tornReads{inner} })},
		{Name: "swapped-answers", Object: OfBlob, Clause: "B1", Sees: InConcert, shared: true,
			Sentence: "hands two clients who read at the same time each other's answer now and then",
			blob:     blobOver(func(inner location.Blob) location.Blob { return &swapped{Blob: inner, rarely: every(8)} })},
	}
}

type looksUp struct{ location.Blob }

func (s looksUp) Delete(ctx context.Context, key string) (int64, bool, error) {
	value, found, err := s.Get(ctx, key)
	if err != nil || !found {
		return 0, false, err
	}
	interlude(ctx)
	if _, _, err := s.Blob.Delete(ctx, key); err != nil {
		return 0, false, err
	}
	return int64(len(value)), true, nil
}

func throughNothing(ctx context.Context, inner location.Blob, key string, value []byte) error {
	if _, _, err := inner.Delete(ctx, key); err != nil {
		return err
	}
	interlude(ctx)
	return inner.Set(ctx, key, value)
}

type tornReads struct{ location.Blob }

func (s tornReads) Get(ctx context.Context, key string) ([]byte, bool, error) {
	first, found, err := s.Blob.Get(ctx, key)
	if err != nil || !found {
		return nil, false, err
	}
	interlude(ctx)
	second, found, err := s.Blob.Get(ctx, key)
	if err != nil || !found {
		return first, true, err // all of it had been there
	}
	return slices.Concat(first[:len(first)/2], second[min(len(first)/2, len(second)):]), true, nil
}

// An answer is that of a Get.
type answer struct {
	value []byte
	found bool
	err   error
}

// An exchange is an answer that waits for another one to be swapped with.
type exchange struct {
	mine  answer
	other chan answer // with room for one
}

type swapped struct {
	location.Blob
	rarely  occasion
	waiting atomic.Pointer[exchange]
}

func (s *swapped) Get(ctx context.Context, key string) ([]byte, bool, error) {
	value, found, err := s.Blob.Get(ctx, key)
	got := answer{value, found, err}
	if e := s.waiting.Swap(nil); e != nil {
		e.other <- got
		got = e.mine
	} else if s.rarely.now() {
		got = s.offer(ctx, got)
	}
	return got.value, got.found, got.err
}

// offer returns the answer of whoever comes by soon, or got itself.
func (s *swapped) offer(ctx context.Context, got answer) answer {
	e := &exchange{got, make(chan answer, 1)}
	if !s.waiting.CompareAndSwap(nil, e) {
		return got
	}
	for range 20 {
		if s.waiting.Load() != e {
			break
		}
		interlude(ctx)
	}
	if s.waiting.CompareAndSwap(e, nil) {
		return got
	}
	return <-e.other
}
