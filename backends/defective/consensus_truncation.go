package defective

import (
	"context"
	"sync"

	"github.com/assay-dev/assay/location"
)

func consensusTruncationDefects() []Defect {
	return []Defect{
		truncateDefect("deletes-and-refuses", "C8", "truncates up to the head although it refuses the bound", deletesAndRefuses),
		{Name: "truncates-the-head", Object: OfConsensus, Clause: "C8", shared: true,
			Sentence:  "deletes the head as well when the bound is the head",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return &beheaded{Consensus: inner} })},
	}
}

func deletesAndRefuses(ctx context.Context, inner location.Consensus, key string, upTo location.SeqNo) (int64, error) {
	if head, found, err := inner.Head(ctx, key); err == nil && found && upTo > head.SeqNo {
		if _, err := inner.Truncate(ctx, key, head.SeqNo); err != nil {
			return 0, location.NewIndeterminate(err)
		}
	}
	return inner.Truncate(ctx, key, upTo)
}

// beheaded hides the heads that were truncated.
type beheaded struct {
	location.Consensus
	gone sync.Map // of location.SeqNo, by key
}

func (s *beheaded) Truncate(ctx context.Context, key string, upTo location.SeqNo) (int64, error) {
	deleted, err := s.Consensus.Truncate(ctx, key, upTo)
	if head, _, headErr := s.Consensus.Head(ctx, key); err == nil && headErr == nil && head.SeqNo == upTo {
		s.gone.Store(key, upTo)
	}
	return deleted, err
}

func (s *beheaded) hides(key string, seqNo location.SeqNo) bool {
	gone, known := s.gone.Load(key)
	return known && gone.(location.SeqNo) == seqNo
}

func (s *beheaded) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	head, found, err := s.Consensus.Head(ctx, key)
	if found && s.hides(key, head.SeqNo) {
		return location.VersionedData{}, false, nil
	}
	return head, found, err
}

func (s *beheaded) Scan(ctx context.Context, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	versions, err := s.Consensus.Scan(ctx, key, from, limit)
	if n := len(versions); n > 0 && s.hides(key, versions[n-1].SeqNo) {
		versions = versions[:n-1]
	}
	return versions, err
}
