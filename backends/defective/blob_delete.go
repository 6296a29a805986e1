package defective

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/assay-dev/assay/location"
)

func blobDeleteDefects() []Defect {
	defects := []Defect{}
	for _, d := range []struct {
		name, clause, sentence string
		layer                  func(location.Blob) location.Blob
	}{
		{"size-unknown", "B3", "reports 0 bytes for each delete", func(b location.Blob) location.Blob { return sizeUnknown{b} }},
		{"empty-was-nothing", "B3", "takes the delete of an empty value for one of nothing", func(b location.Blob) location.Blob { return emptyWasNothing{b} }},
		{"missing-is-an-error", "B3", "fails a delete that has nothing to delete", func(b location.Blob) location.Blob { return missingIsAnError{b} }},
		{"deletes-again", "B3", "reports the value again when a key is deleted twice", func(b location.Blob) location.Blob { return &deletesAgain{Blob: b} }},
		{"deletes-below", "B3", "deletes what is below the key as a folder as well", func(b location.Blob) location.Blob { return deletesBelow{b} }},
		{"deleted-for-good", "B3", "does not show a value that was set after a delete", func(b location.Blob) location.Blob { return &deletedForGood{Blob: b} }},
		{"restores-anything", "B5", "reports success for a restore that has nothing to bring back", func(b location.Blob) location.Blob { return restoresAnything{b} }},
		{"restores-empty", "B5", "restores a key that never existed as an empty value", func(b location.Blob) location.Blob { return restoresEmpty{b} }},
		{"restores-the-first", "B5", "brings back the first value of a key, not the last", func(b location.Blob) location.Blob { return &restoresTheFirst{Blob: b} }},
		{"restores-nothing", "B5", "brings nothing back without declaring so", func(b location.Blob) location.Blob { return restoresNothing{b} }},
		{"restore-wants-absence", "B5", "refuses to restore a key that exists", func(b location.Blob) location.Blob { return restoreWantsAbsence{b} }},
	} {
		defects = append(defects, Defect{Name: d.name, Object: OfBlob, Clause: d.clause, Sentence: d.sentence, blob: blobOver(d.layer)})
	}
	return append(defects, Defect{Name: "restores-below", Object: OfBlob, Clause: "B5", Sees: InTime, shared: true,
		Sentence: "restores what begins with the key as well",
		blob:     blobOver(func(inner location.Blob) location.Blob { return &restoresBelow{Blob: inner} })})
}

type sizeUnknown struct{ location.Blob }

func (s sizeUnknown) Delete(ctx context.Context, key string) (int64, bool, error) {
	_, found, err := s.Blob.Delete(ctx, key)
	return 0, found, err
}

type emptyWasNothing struct{ location.Blob }

func (s emptyWasNothing) Delete(ctx context.Context, key string) (int64, bool, error) {
	size, _, err := s.Blob.Delete(ctx, key)
	return size, size > 0, err
}

type missingIsAnError struct{ location.Blob }

func (s missingIsAnError) Delete(ctx context.Context, key string) (int64, bool, error) {
	size, found, err := s.Blob.Delete(ctx, key)
	if err == nil && !found {
		err = location.NewDeterminate(location.ErrUnsupported)
	}
	return size, found, err
}

// deletesAgain remembers the size that each key was last deleted with.
type deletesAgain struct {
	location.Blob
	sizes sync.Map // of int64, by key
}

func (s *deletesAgain) Delete(ctx context.Context, key string) (int64, bool, error) {
	size, found, err := s.Blob.Delete(ctx, key)
	if found {
		s.sizes.Store(key, size)
	} else if last, known := s.sizes.Load(key); known && err == nil {
		return last.(int64), true, nil
	}
	return size, found, err
}

type deletesBelow struct{ location.Blob }

func (s deletesBelow) Delete(ctx context.Context, key string) (int64, bool, error) {
	for below := range s.ListKeysAndMetadata(ctx, key+"/") {
		if _, _, err := s.Blob.Delete(ctx, below.Key); err != nil {
			return 0, false, err
		}
	}
	return s.Blob.Delete(ctx, key)
}

// deletedForGood remembers the keys that it deleted and never shows them again.
type deletedForGood struct {
	location.Blob
	gone sync.Map
}

func (s *deletedForGood) Delete(ctx context.Context, key string) (int64, bool, error) {
	size, found, err := s.Blob.Delete(ctx, key)
	if found {
		s.gone.Store(key, true)
	}
	return size, found, err
}

func (s *deletedForGood) Restore(ctx context.Context, key string) error {
	err := s.Blob.Restore(ctx, key)
	if err == nil {
		s.gone.Delete(key)
	}
	return err
}

func (s *deletedForGood) Get(ctx context.Context, key string) ([]byte, bool, error) {
	value, found, err := s.Blob.Get(ctx, key)
	if _, gone := s.gone.Load(key); gone {
		return nil, false, err
	}
	return value, found, err
}

type restoresAnything struct{ location.Blob }

func (s restoresAnything) Restore(ctx context.Context, key string) error {
	err := s.Blob.Restore(ctx, key)
	if errors.Is(err, location.ErrRestoreRefused) {
		return nil
	}
	return err
}

type restoresEmpty struct{ location.Blob }

func (s restoresEmpty) Restore(ctx context.Context, key string) error {
	err := s.Blob.Restore(ctx, key)
	if errors.Is(err, location.ErrRestoreRefused) {
		return s.Set(ctx, key, nil)
	}
	return err
}

// restoresTheFirst remembers the first value of each key.
type restoresTheFirst struct {
	location.Blob
	first sync.Map // of string, by key
}

func (s *restoresTheFirst) Set(ctx context.Context, key string, value []byte) error {
	err := s.Blob.Set(ctx, key, value)
	if err == nil {
		s.first.LoadOrStore(key, string(value))
	}
	return err
}

func (s *restoresTheFirst) Restore(ctx context.Context, key string) error {
	_, found, err := s.Get(ctx, key)
	if err != nil || found {
		return err
	}
	if first, known := s.first.Load(key); known {
		return s.Blob.Set(ctx, key, []byte(first.(string)))
	}
	return s.Blob.Restore(ctx, key)
}

type restoresNothing struct{ location.Blob }

func (s restoresNothing) Restore(ctx context.Context, key string) error {
	_, found, err := s.Get(ctx, key)
	if err == nil && !found {
		err = location.RefuseRestore(key)
	}
	return err
}

type restoreWantsAbsence struct{ location.Blob }

func (s restoreWantsAbsence) Restore(ctx context.Context, key string) error {
	if _, found, err := s.Get(ctx, key); err == nil && found {
		return location.RefuseRestore(key)
	}
	return s.Blob.Restore(ctx, key)
}

// restoresBelow remembers what was deleted.
type restoresBelow struct {
	location.Blob
	deleted sync.Map
}

func (s *restoresBelow) Delete(ctx context.Context, key string) (int64, bool, error) {
	size, found, err := s.Blob.Delete(ctx, key)
	if found {
		s.deleted.Store(key, true)
	}
	return size, found, err
}

func (s *restoresBelow) Restore(ctx context.Context, key string) error {
	err := s.Blob.Restore(ctx, key)
	if err != nil {
		return err
	}
	for other := range s.deleted.Range {
		if strings.HasPrefix(other.(string), key) {
			_ = s.Blob.Restore(ctx, other.(string))
			s.deleted.Delete(other)
		}
	}
	return nil
}
