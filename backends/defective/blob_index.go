package defective

import (
	"context"
	"iter"
	"strings"
	"sync"

	"github.com/assay-dev/assay/location"
)

// blobIndexDefects list what an index beside the values says.
func blobIndexDefects() []Defect {
	return []Defect{
		{Name: "list-lags", Object: OfBlob, Clause: "B4", Sees: InTime, shared: true, Seen: seenS3,
			Sentence: "leaves the newest keys out of a listing now and then",
			blob: blobOver(func(inner location.Blob) location.Blob {
				return &listLags{Blob: inner, rarely: every(2), fresh: map[string]bool{}}
			})},
		{Name: "list-shows-deleted", Object: OfBlob, Clause: "B4", Sees: InTime, shared: true, Seen: seenS3,
			Sentence: "lists keys that were deleted last once more, now and then",
			blob: blobOver(func(inner location.Blob) location.Blob {
				return &listsDeleted{Blob: inner, rarely: every(2), deleted: map[string]int64{}}
			})},
		{Name: "list-shows-temporaries", Object: OfBlob, Clause: "B4", Sees: InConcert,
			Sentence: "lists the temporary key under which a value is being written",
			blob:     blobOver(func(inner location.Blob) location.Blob { return temporaries{inner} })},
		blobListDefect("page-boundary-dropped", "drops the key between one page of eight keys and the next", func(_ string, all iter.Seq2[location.BlobMetadata, error]) iter.Seq2[location.BlobMetadata, error] {
			return paged(all, 0)
		}),
		blobListDefect("page-boundary-repeated", "lists the last key of a page of eight again on the next", func(_ string, all iter.Seq2[location.BlobMetadata, error]) iter.Seq2[location.BlobMetadata, error] {
			return paged(all, 2)
		}),
	}
}

// paged yields each ninth entry so many times.
func paged[E any](all iter.Seq2[E, error], times int) iter.Seq2[E, error] {
	return func(yield func(E, error) bool) {
		n := 0
		for entry, err := range all {
			n++
			repeat := 1
			if err == nil && n%9 == 0 {
				repeat = times
			}
			for range repeat {
				if !yield(entry, err) {
					return
				}
			}
		}
	}
}

// listLags brings its index up to date with each listing.
type listLags struct {
	location.Blob
	rarely occasion
	mu     sync.Mutex
	fresh  map[string]bool // set since the last listing
}

func (s *listLags) Set(ctx context.Context, key string, value []byte) error {
	err := s.Blob.Set(ctx, key, value)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fresh[key] = true
	return err
}

func (s *listLags) ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[location.BlobMetadata, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	missing := s.fresh
	s.fresh = map[string]bool{}
	all := s.Blob.ListKeysAndMetadata(ctx, prefix)
	if !s.rarely.now() {
		return all
	}
	return keep(all, func(e location.BlobMetadata) bool { return !missing[e.Key] })
}

// listsDeleted remembers what was deleted since the last listing.
type listsDeleted struct {
	location.Blob
	rarely  occasion
	mu      sync.Mutex
	deleted map[string]int64 // sizes
}

func (s *listsDeleted) Delete(ctx context.Context, key string) (int64, bool, error) {
	size, found, err := s.Blob.Delete(ctx, key)
	if found {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.deleted[key] = size
	}
	return size, found, err
}

func (s *listsDeleted) ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[location.BlobMetadata, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	deleted := s.deleted
	s.deleted = map[string]int64{}
	all := s.Blob.ListKeysAndMetadata(ctx, prefix)
	if !s.rarely.now() {
		return all
	}
	return func(yield func(location.BlobMetadata, error) bool) {
		listed := map[string]bool{}
		for entry, err := range all {
			listed[entry.Key] = true
			if !yield(entry, err) {
				return
			}
		}
		for key, size := range deleted {
			if strings.HasPrefix(key, prefix) && !listed[key] && !yield(location.BlobMetadata{Key: key, Size: size}, nil) {
				return
			}
		}
	}
}

type temporaries struct{ location.Blob }

func (s temporaries) Set(ctx context.Context, key string, value []byte) error {
	temporary := key + ".tmp"
	if key == "" || s.Blob.Set(ctx, temporary, value) != nil {
		return s.Blob.Set(ctx, key, value) // which says what is wrong
	}
	interlude(ctx)
	err := s.Blob.Set(ctx, key, value)
	_, _, _ = s.Blob.Delete(context.WithoutCancel(ctx), temporary)
	return err
}
