package defective

import (
	"context"
	"iter"
	"path"
	"strings"
	"sync"

	"github.com/assay-dev/assay/location"
)

func blobListDefects() []Defect {
	return []Defect{
		blobListDefect("one-page-of-keys", "lists the first 1,000 keys", func(_ string, all iter.Seq2[location.BlobMetadata, error]) iter.Seq2[location.BlobMetadata, error] {
			return onePage(all)
		}),
		blobListDefect("keys-twice", "lists the first key twice", func(_ string, all iter.Seq2[location.BlobMetadata, error]) iter.Seq2[location.BlobMetadata, error] {
			return firstTwice(all)
		}),
		blobListDefect("folders-only", "takes a prefix for a folder's name", func(prefix string, all iter.Seq2[location.BlobMetadata, error]) iter.Seq2[location.BlobMetadata, error] {
			return keep(all, func(e location.BlobMetadata) bool {
				return prefix == "" || strings.HasPrefix(e.Key, strings.TrimSuffix(prefix, "/")+"/") || e.Key == prefix
			})
		}),
		blobListDefect("flat-listing", "lists nothing below the next slash", func(prefix string, all iter.Seq2[location.BlobMetadata, error]) iter.Seq2[location.BlobMetadata, error] {
			return keep(all, func(e location.BlobMetadata) bool { return !strings.Contains(e.Key[len(prefix):], "/") })
		}),
		blobListDefect("prefix-itself-left-out", "leaves out a key that is the prefix", func(prefix string, all iter.Seq2[location.BlobMetadata, error]) iter.Seq2[location.BlobMetadata, error] {
			return keep(all, func(e location.BlobMetadata) bool { return e.Key != prefix })
		}),
		blobListDefect("empty-values-left-out", "leaves out keys with an empty value", func(_ string, all iter.Seq2[location.BlobMetadata, error]) iter.Seq2[location.BlobMetadata, error] {
			return keep(all, func(e location.BlobMetadata) bool { return e.Size > 0 })
		}),
		{Name: "stale-sizes", Object: OfBlob, Clause: "B4",
			Sentence: "lists each key with the size of its first value",
			blob:     blobOver(func(inner location.Blob) location.Blob { return &staleSizes{Blob: inner} })},
	}
}

// A lister bends the listing of a prefix.
type lister func(prefix string, all iter.Seq2[location.BlobMetadata, error]) iter.Seq2[location.BlobMetadata, error]

type bentBlobList struct {
	location.Blob
	list lister
}

func (s bentBlobList) ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[location.BlobMetadata, error] {
	return s.list(prefix, s.Blob.ListKeysAndMetadata(ctx, prefix))
}

func blobListDefect(name, sentence string, list lister) Defect {
	return Defect{Name: name, Object: OfBlob, Clause: "B4", Sentence: sentence,
		blob: blobOver(func(inner location.Blob) location.Blob { return bentBlobList{inner, list} })}
}

func keep(all iter.Seq2[location.BlobMetadata, error], wanted func(location.BlobMetadata) bool) iter.Seq2[location.BlobMetadata, error] {
	return func(yield func(location.BlobMetadata, error) bool) {
		for entry, err := range all {
			if (err != nil || wanted(entry)) && !yield(entry, err) {
				return
			}
		}
	}
}

// staleSizes remembers the size of the first value of each key.
type staleSizes struct {
	location.Blob
	first sync.Map // of int64, by key
}

func (s *staleSizes) Set(ctx context.Context, key string, value []byte) error {
	err := s.Blob.Set(ctx, key, value)
	if err == nil {
		s.first.LoadOrStore(key, int64(len(value)))
	}
	return err
}

func (s *staleSizes) Delete(ctx context.Context, key string) (int64, bool, error) {
	s.first.Delete(key)
	return s.Blob.Delete(ctx, key)
}

func (s *staleSizes) ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[location.BlobMetadata, error] {
	return func(yield func(location.BlobMetadata, error) bool) {
		for entry, err := range s.Blob.ListKeysAndMetadata(ctx, prefix) {
			if first, known := s.first.Load(entry.Key); known {
				entry.Size = first.(int64)
			}
			if !yield(entry, err) {
				return
			}
		}
	}
}

func blobKeyDefects() []Defect {
	defects := []Defect{
		{Name: "cached-values", Object: OfBlob, Clause: "B6",
			Sentence: "remembers the values that this handle set and trusts them, whatever others set",
			blob:     blobOver(func(inner location.Blob) location.Blob { return &cachedValues{Blob: inner} })},
		{Name: "one-place-for-all", Object: OfBlob, Clause: "B6", onePlace: true,
			Sentence: "has all places share one store",
			blob:     blobOver(func(inner location.Blob) location.Blob { return inner })},
		{Name: "keys-that-escape", Object: OfBlob, Clause: "B7", onePlace: true,
			Seen:     "unpacked archives of many libraries: Snyk, Zip Slip, 2018",
			Sentence: "puts each place into a folder and follows .. out of it",
			blob:     func(inner location.Blob, place string) location.Blob { return folder{inner, place + "/"} }},
	}
	for _, b := range keyBends() {
		defects = append(defects, Defect{Name: b.name, Object: OfBlob, Clause: "B7", Sentence: b.sentence, blob: bendBlob(b.bend)})
	}
	return defects
}

// cachedValues asks the store only whether a key that this handle set still exists.
type cachedValues struct {
	location.Blob
	values sync.Map // of string, by key
}

func (s *cachedValues) Set(ctx context.Context, key string, value []byte) error {
	err := s.Blob.Set(ctx, key, value)
	if err == nil {
		s.values.Store(key, string(value))
	}
	return err
}

func (s *cachedValues) Get(ctx context.Context, key string) ([]byte, bool, error) {
	value, found, err := s.Blob.Get(ctx, key)
	if cached, known := s.values.Load(key); known && found {
		value = []byte(cached.(string))
	}
	return value, found, err
}

// folder joins its name and a key like paths when the key leads upwards.
type folder struct {
	location.Blob
	name string
}

func (f folder) path(key string) string {
	if key != "" && strings.Contains(key, "../") {
		return strings.TrimPrefix(path.Join("/", f.name, key), "/")
	}
	if key == "" {
		return "" // which has to be refused
	}
	return f.name + key
}

func (f folder) Get(ctx context.Context, key string) ([]byte, bool, error) {
	return f.Blob.Get(ctx, f.path(key))
}

func (f folder) Set(ctx context.Context, key string, value []byte) error {
	return f.Blob.Set(ctx, f.path(key), value)
}

func (f folder) Delete(ctx context.Context, key string) (int64, bool, error) {
	return f.Blob.Delete(ctx, f.path(key))
}

func (f folder) Restore(ctx context.Context, key string) error {
	return f.Blob.Restore(ctx, f.path(key))
}

func (f folder) ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[location.BlobMetadata, error] {
	return func(yield func(location.BlobMetadata, error) bool) {
		for entry, err := range f.Blob.ListKeysAndMetadata(ctx, f.name+prefix) {
			entry.Key = strings.TrimPrefix(entry.Key, f.name)
			if !yield(entry, err) {
				return
			}
		}
	}
}
