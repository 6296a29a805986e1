package defective

import (
	"context"

	"github.com/assay-dev/assay/location"
)

func blobErrorDefects() []Defect {
	defects := []Defect{
		{Name: "determined-too-early", Object: OfBlob, Clause: "E1",
			Sentence: "calls a cancelled set determinate although it was carried out",
			blob:     blobOver(func(inner location.Blob) location.Blob { return bentSet{inner, tooEarlySet} })},
		{Name: "poisoned-by-cancellation", Object: OfBlob, Clause: "I1",
			Sentence: "fails for ever after one of its calls was cancelled",
			blob:     blobOver(func(inner location.Blob) location.Blob { return bentBlob{inner, poison()} })},
	}
	for _, b := range errorBends() {
		defects = append(defects, Defect{Name: b.name, Object: OfBlob, Clause: b.clause, Sentence: b.sentence, blob: bendBlob(b.bend)})
	}
	return defects
}

// tooEarlySet looks at its context again after the set.
func tooEarlySet(ctx context.Context, inner location.Blob, key string, value []byte) error {
	err := inner.Set(ctx, key, value)
	if err == nil && ctx.Err() != nil {
		return location.NewDeterminate(errWrittenOff)
	}
	return err
}
