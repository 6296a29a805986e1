package defective

import (
	"context"

	"github.com/assay-dev/assay/location"
)

// blobRaceDefects make of one atomic operation several, and are right as long as
// nobody comes in between.
func blobRaceDefects() []Defect {
	return []Defect{
		{Name: "looks-up-then-deletes", Object: OfBlob, Clause: "B3",
			Sentence: "looks up the size of a value first and deletes later",
			blob:     blobOver(func(inner location.Blob) location.Blob { return looksUp{inner} })},
		setDefect("set-through-nothing", "B2", "deletes the old value before it sets the new one", throughNothing),
	}
}

type looksUp struct{ location.Blob }

func (s looksUp) Delete(ctx context.Context, key string) (int64, bool, error) {
	value, found, err := s.Get(ctx, key)
	if err != nil || !found {
		return 0, false, err
	}
	interlude()
	if _, _, err := s.Blob.Delete(ctx, key); err != nil {
		return 0, false, err
	}
	return int64(len(value)), true, nil
}

func throughNothing(ctx context.Context, inner location.Blob, key string, value []byte) error {
	if _, _, err := inner.Delete(ctx, key); err != nil {
		return err
	}
	interlude()
	return inner.Set(ctx, key, value)
}
