package defective

import (
	"context"
	"math"
	"slices"
	"sync"

	"github.com/assay-dev/assay/location"
)

func consensusReadDefects() []Defect {
	return []Defect{
		{Name: "missing-liveness", Object: OfConsensus, Clause: "T6",
			Sentence:  "fails the liveness probe as long as nothing is stored there",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return missingLiveness{inner} })},
		{Name: "born-at-zero", Object: OfConsensus, Clause: "C1",
			Sentence:  "shows a key with no data as an empty version v0",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return bornAtZero{inner} })},
		{Name: "cached-head", Object: OfConsensus, Clause: "C6",
			Sentence:  "remembers the head that this handle saw and trusts it, whatever others commit",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return &cachedHead{Consensus: inner} })},
		{Name: "oldest-head", Object: OfConsensus, Clause: "C6",
			Sentence:  "returns the newest number with the data of the oldest version",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return oldestHead{inner} })},
		scanDefect("zero-is-no-limit", "C7", "takes a limit of 0 for no limit", zeroIsNoLimit),
		scanDefect("scan-ignores-from", "C7", "begins each scan with the oldest version", ignoresFrom),
		scanDefect("scan-overflows", "C7", "finds nothing when the begin and the limit of a scan add up to more than MaxInt64", overflows),
		scanDefect("negative-is-no-limit", "C7", "takes a negative limit for no limit", negativeIsNoLimit),
		scanDefect("last-of-the-scan", "C7", "returns the last versions up to the limit, not the first", lastOfTheScan),
		scanDefect("descending-scan", "C7", "returns the newest version first", descendingScan),
		scanDefect("scan-at-least-the-head", "C7", "returns the head when the scan begins above it", atLeastTheHead),
		scanDefect("scan-below-gap", "C7", "begins a scan in a gap with the version below", scanBelowGap),
		{Name: "empty-is-nothing", Object: OfConsensus, Clause: "C10",
			Sentence:  "takes an empty head for no data",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return emptyIsNothing{inner} })},
		{Name: "short-values", Object: OfConsensus, Clause: "C10",
			Sentence:  "stores the first 8,000 bytes of a value",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return shortValues{inner, 8000} })},
		{Name: "silent-limit", Object: OfConsensus, Clause: "C10",
			Sentence:      "declares a longest value and cuts a longer one off in silence",
			maxValueBytes: 20_000,
			consensus:     consensusOver(func(inner location.Consensus) location.Consensus { return shortValues{inner, 20_000} })},
		{Name: "keeps-the-callers-slice", Object: OfConsensus, Clause: "C10",
			Sentence:  "keeps the slice that it was given",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return &keptSlices{Consensus: inner} })},
		{Name: "gives-away-its-slice", Object: OfConsensus, Clause: "C10",
			Sentence:  "returns the same slice to everyone who reads a version",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return &sharedSlices{Consensus: inner} })},
	}
}

type missingLiveness struct{ location.Consensus }

func (s missingLiveness) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	head, found, err := s.Consensus.Head(ctx, key)
	if err == nil && !found && key == location.LivenessKey {
		err = location.NewDeterminate(location.ErrUnsupported)
	}
	return head, found, err
}

type bornAtZero struct{ location.Consensus }

func (s bornAtZero) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	head, _, err := s.Consensus.Head(ctx, key)
	return head, err == nil, err
}

// cachedHead asks the store only for keys that this handle has not written.
type cachedHead struct {
	location.Consensus
	heads sync.Map // of location.VersionedData, by key
}

func (s *cachedHead) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	result, err := s.Consensus.CompareAndSet(ctx, key, expected, next)
	if err == nil && result == location.Committed {
		next.Data = slices.Clone(next.Data)
		s.heads.Store(key, next)
	}
	return result, err
}

func (s *cachedHead) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	head, found, err := s.Consensus.Head(ctx, key)
	if cached, known := s.heads.Load(key); known && err == nil {
		head = cached.(location.VersionedData)
		head.Data = slices.Clone(head.Data)
	}
	return head, found, err
}

type oldestHead struct{ location.Consensus }

func (s oldestHead) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	head, found, err := s.Consensus.Head(ctx, key)
	if versions, scanErr := s.Scan(ctx, key, 0, 1); err == nil && scanErr == nil && len(versions) > 0 {
		head.Data = versions[0].Data
	}
	return head, found, err
}

// A scanner is a bent Scan.
type scanner func(ctx context.Context, inner location.Consensus, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error)

type bentScan struct {
	location.Consensus
	scan scanner
}

func (s bentScan) Scan(ctx context.Context, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	return s.scan(ctx, s.Consensus, key, from, limit)
}

func scanDefect(name, clause, sentence string, scan scanner) Defect {
	return Defect{Name: name, Object: OfConsensus, Clause: clause, Sentence: sentence,
		consensus: consensusOver(func(inner location.Consensus) location.Consensus { return bentScan{inner, scan} })}
}

func ignoresFrom(ctx context.Context, inner location.Consensus, key string, _ location.SeqNo, limit int64) ([]location.VersionedData, error) {
	return inner.Scan(ctx, key, 0, limit)
}

func overflows(ctx context.Context, inner location.Consensus, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	versions, err := inner.Scan(ctx, key, from, limit)
	if limit > 0 && uint64(from)+uint64(limit) > math.MaxInt64 {
		return nil, err
	}
	return versions, err
}

func zeroIsNoLimit(ctx context.Context, inner location.Consensus, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	if limit == 0 {
		limit = location.ScanAll
	}
	return inner.Scan(ctx, key, from, limit)
}

func negativeIsNoLimit(ctx context.Context, inner location.Consensus, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	if limit < 0 {
		limit = location.ScanAll
	}
	return inner.Scan(ctx, key, from, limit)
}

func lastOfTheScan(ctx context.Context, inner location.Consensus, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	if limit < 0 {
		return inner.Scan(ctx, key, from, limit)
	}
	versions, err := inner.Scan(ctx, key, from, location.ScanAll)
	return versions[max(0, int64(len(versions))-limit):], err
}

func descendingScan(ctx context.Context, inner location.Consensus, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	versions, err := inner.Scan(ctx, key, from, limit)
	slices.Reverse(versions)
	return versions, err
}

func atLeastTheHead(ctx context.Context, inner location.Consensus, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	versions, err := inner.Scan(ctx, key, from, limit)
	if err == nil && len(versions) == 0 && limit > 0 {
		if head, found, err := inner.Head(ctx, key); found {
			return []location.VersionedData{head}, err
		}
	}
	return versions, err
}

func scanBelowGap(ctx context.Context, inner location.Consensus, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	if limit <= 0 {
		return inner.Scan(ctx, key, from, limit)
	}
	all, err := inner.Scan(ctx, key, 0, location.ScanAll)
	i := 0
	for i < len(all) && all[i].SeqNo < from {
		i++
	}
	if 0 < i && i < len(all) && all[i].SeqNo > from {
		i--
	}
	all = all[i:]
	return all[:min(limit, int64(len(all)))], err
}

type emptyIsNothing struct{ location.Consensus }

func (s emptyIsNothing) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	head, _, err := s.Consensus.Head(ctx, key)
	if len(head.Data) == 0 {
		return location.VersionedData{}, false, err
	}
	return head, true, err
}

type shortValues struct {
	location.Consensus
	longest int
}

func (s shortValues) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	next.Data = next.Data[:min(len(next.Data), s.longest)]
	return s.Consensus.CompareAndSet(ctx, key, expected, next)
}

// A version is named by its key and number.
type version struct {
	key   string
	seqNo location.SeqNo
}

// keptSlices answers Head with the slice that the writer passed in.
type keptSlices struct {
	location.Consensus
	kept sync.Map // of []byte, by version
}

func (s *keptSlices) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	result, err := s.Consensus.CompareAndSet(ctx, key, expected, next)
	if err == nil && result == location.Committed {
		s.kept.Store(version{key, next.SeqNo}, next.Data)
	}
	return result, err
}

func (s *keptSlices) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	head, found, err := s.Consensus.Head(ctx, key)
	if kept, known := s.kept.Load(version{key, head.SeqNo}); known && found {
		head.Data = slices.Clone(kept.([]byte))
	}
	return head, found, err
}

// sharedSlices answers Head with one slice per version.
type sharedSlices struct {
	location.Consensus
	shared sync.Map // of []byte, by version
}

func (s *sharedSlices) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	head, found, err := s.Consensus.Head(ctx, key)
	if found {
		data, _ := s.shared.LoadOrStore(version{key, head.SeqNo}, head.Data)
		head.Data = data.([]byte)
	}
	return head, found, err
}
