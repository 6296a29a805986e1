package defective

import (
	"context"
	"iter"
	"strings"
	"sync"

	"github.com/assay-dev/assay/location"
)

func consensusKeyDefects() []Defect {
	defects := []Defect{
		truncateDefect("truncates-nothing", "C1", "counts 0 for the truncation of a key with no data", truncatesNothing),
		truncateDefect("count-of-numbers", "C8", "counts the numbers below the bound, stored or not", countOfNumbers),
		truncateDefect("truncates-in-vain", "C8", "counts what is below the bound and deletes nothing", truncatesInVain),
		truncateDefect("bound-beyond-the-head", "C8", "takes a bound above the head for the head", boundBeyondTheHead),
		truncateDefect("bound-included", "C8", "deletes the version at the bound as well", boundIncluded),
		truncateDefect("truncates-piecemeal", "C8", "deletes the versions one by one", truncatesPiecemeal),
		truncateDefect("truncates-once", "C8", "refuses a truncation that has nothing to delete", truncatesOnce),
		listDefect("one-page-of-keys", "C9", "lists the first 1,000 keys", onePage),
		listDefect("keys-twice", "C9", "lists the first key twice", firstTwice),
		{Name: "truncated-keys-vanish", Object: OfConsensus, Clause: "C9",
			Sentence:  "lists no key that was truncated",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return &vanishing{Consensus: inner} })},
		{Name: "keys-from-mismatches", Object: OfConsensus, Clause: "C9",
			Sentence:  "lists keys on which a compare-and-set mismatched",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return &attempted{Consensus: inner} })},
		{Name: "keys-bleed", Object: OfConsensus, Clause: "C11",
			Sentence:  "takes a key for a prefix when it looks for the head",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return bleeding{inner} })},
		{Name: "one-place-for-all", Object: OfConsensus, Clause: "C11", onePlace: true,
			Sentence:  "has all places share one store",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return inner })},
	}
	for _, b := range keyBends() {
		defects = append(defects, Defect{Name: b.name, Object: OfConsensus, Clause: "C11", Sentence: b.sentence, consensus: bendConsensus(b.bend)})
	}
	return defects
}

// A truncator is a bent Truncate.
type truncator func(ctx context.Context, inner location.Consensus, key string, upTo location.SeqNo) (int64, error)

type bentTruncate struct {
	location.Consensus
	truncate truncator
}

func (s bentTruncate) Truncate(ctx context.Context, key string, upTo location.SeqNo) (int64, error) {
	return s.truncate(ctx, s.Consensus, key, upTo)
}

func truncateDefect(name, clause, sentence string, truncate truncator) Defect {
	return Defect{Name: name, Object: OfConsensus, Clause: clause, Sentence: sentence,
		consensus: consensusOver(func(inner location.Consensus) location.Consensus { return bentTruncate{inner, truncate} })}
}

func truncatesNothing(ctx context.Context, inner location.Consensus, key string, upTo location.SeqNo) (int64, error) {
	if _, found, err := inner.Head(ctx, key); err == nil && !found {
		return 0, nil
	}
	return inner.Truncate(ctx, key, upTo)
}

func countOfNumbers(ctx context.Context, inner location.Consensus, key string, upTo location.SeqNo) (int64, error) {
	oldest, _ := inner.Scan(ctx, key, 0, 1)
	deleted, err := inner.Truncate(ctx, key, upTo)
	if err != nil || deleted == 0 {
		return deleted, err
	}
	return int64(upTo - oldest[0].SeqNo), nil
}

func truncatesInVain(ctx context.Context, inner location.Consensus, key string, upTo location.SeqNo) (int64, error) {
	head, found, err := inner.Head(ctx, key)
	if err != nil || !found || upTo > head.SeqNo {
		return inner.Truncate(ctx, key, upTo)
	}
	n := int64(0)
	versions, err := inner.Scan(ctx, key, 0, location.ScanAll)
	for _, v := range versions {
		if v.SeqNo < upTo {
			n++
		}
	}
	return n, err
}

func boundBeyondTheHead(ctx context.Context, inner location.Consensus, key string, upTo location.SeqNo) (int64, error) {
	head, found, err := inner.Head(ctx, key)
	if err == nil && found {
		upTo = min(upTo, head.SeqNo)
	}
	return inner.Truncate(ctx, key, upTo)
}

func boundIncluded(ctx context.Context, inner location.Consensus, key string, upTo location.SeqNo) (int64, error) {
	if head, found, err := inner.Head(ctx, key); err == nil && found && upTo < head.SeqNo {
		upTo++
	}
	return inner.Truncate(ctx, key, upTo)
}

func truncatesPiecemeal(ctx context.Context, inner location.Consensus, key string, upTo location.SeqNo) (int64, error) {
	versions, err := inner.Scan(ctx, key, 0, location.ScanAll)
	if err != nil || len(versions) == 0 || upTo > versions[len(versions)-1].SeqNo {
		return inner.Truncate(ctx, key, upTo)
	}
	total := int64(0)
	for i := 0; versions[i].SeqNo < upTo; i++ {
		deleted, err := inner.Truncate(ctx, key, versions[i+1].SeqNo)
		if err != nil {
			return 0, location.NewIndeterminate(err)
		}
		total += deleted
		interlude(ctx)
	}
	return total, nil
}

func truncatesOnce(ctx context.Context, inner location.Consensus, key string, upTo location.SeqNo) (int64, error) {
	deleted, err := inner.Truncate(ctx, key, upTo)
	if err == nil && deleted == 0 {
		return 0, location.RefuseTruncation(key, upTo, nil)
	}
	return deleted, err
}

type bentList struct {
	location.Consensus
	list func(keys iter.Seq2[string, error]) iter.Seq2[string, error]
}

func (s bentList) ListKeys(ctx context.Context) iter.Seq2[string, error] {
	return s.list(s.Consensus.ListKeys(ctx))
}

func listDefect(name, clause, sentence string, list func(iter.Seq2[string, error]) iter.Seq2[string, error]) Defect {
	return Defect{Name: name, Object: OfConsensus, Clause: clause, Sentence: sentence,
		consensus: consensusOver(func(inner location.Consensus) location.Consensus { return bentList{inner, list} })}
}

// onePage ends a listing after 1,000 entries.
func onePage[E any](all iter.Seq2[E, error]) iter.Seq2[E, error] {
	return func(yield func(E, error) bool) {
		n := 0
		for entry, err := range all {
			if n++; n > 1000 || !yield(entry, err) {
				return
			}
		}
	}
}

// firstTwice repeats the first entry of a listing.
func firstTwice[E any](all iter.Seq2[E, error]) iter.Seq2[E, error] {
	return func(yield func(E, error) bool) {
		first := true
		for entry, err := range all {
			if first && err == nil && !yield(entry, nil) {
				return
			}
			first = false
			if !yield(entry, err) {
				return
			}
		}
	}
}

// vanishing leaves the keys that it truncated out of its listings.
type vanishing struct {
	location.Consensus
	gone sync.Map
}

func (s *vanishing) Truncate(ctx context.Context, key string, upTo location.SeqNo) (int64, error) {
	deleted, err := s.Consensus.Truncate(ctx, key, upTo)
	if err == nil {
		s.gone.Store(key, true)
	}
	return deleted, err
}

func (s *vanishing) ListKeys(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for key, err := range s.Consensus.ListKeys(ctx) {
			if _, gone := s.gone.Load(key); !gone && !yield(key, err) {
				return
			}
		}
	}
}

// attempted adds the keys of compare-and-sets that mismatched to its listings.
type attempted struct {
	location.Consensus
	keys sync.Map
}

func (s *attempted) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	result, err := s.Consensus.CompareAndSet(ctx, key, expected, next)
	if err == nil && result == location.ExpectationMismatch {
		s.keys.Store(key, true)
	}
	return result, err
}

func (s *attempted) ListKeys(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		listed := map[string]bool{}
		for key, err := range s.Consensus.ListKeys(ctx) {
			listed[key] = true
			if !yield(key, err) {
				return
			}
		}
		for key := range s.keys.Range {
			if !listed[key.(string)] && !yield(key.(string), nil) {
				return
			}
		}
	}
}

// bleeding is a LIKE in place of an =.
type bleeding struct{ location.Consensus }

func (s bleeding) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	newest, found, err := s.Consensus.Head(ctx, key)
	if err != nil {
		return newest, found, err
	}
	for other, err := range s.ListKeys(ctx) {
		if err != nil || !strings.HasPrefix(other, key) {
			continue
		}
		if head, there, err := s.Consensus.Head(ctx, other); err == nil && there && (!found || head.SeqNo > newest.SeqNo) {
			newest, found = head, true
		}
	}
	return newest, found, nil
}
