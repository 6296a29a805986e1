package defective

import (
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/assay-dev/assay/location"
)

// consensusCrashDefects lose what was acknowledged when they crash, which they do by
// themselves once in so many commits.
func consensusCrashDefects() []Defect {
	return []Defect{
		{Name: "unsynced-commits", Object: OfConsensus, Clause: "C6", Sees: AfterCrashes, shared: true,
			Sentence: "acknowledges a commit before it is on disk, and loses it in a crash",
			Seen:     "applications on crashing file systems: Pillai et al., OSDI 2014",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus {
				return &unsyncedCommits{Consensus: inner, tails: map[string]commitInMemory{}, crash: every(50)}
			})},
	}
}

// unsyncedCommits holds the last commit of each key in memory until the next operation
// that needs it to be on disk.
type unsyncedCommits struct {
	location.Consensus
	crash occasion
	mu    sync.Mutex
	tails map[string]commitInMemory
}

type commitInMemory struct {
	expected *location.SeqNo
	next     location.VersionedData
}

// flush brings what memory holds of a key to disk.
func (s *unsyncedCommits) flush(ctx context.Context, key string) error {
	tail, held := s.tails[key]
	if !held {
		return nil
	}
	_, err := s.Consensus.CompareAndSet(ctx, key, tail.expected, tail.next)
	if err == nil {
		delete(s.tails, key)
	}
	return err
}

// head is the newest version, in memory or on disk.
func (s *unsyncedCommits) head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	head, found, err := s.Consensus.Head(ctx, key)
	if tail, held := s.tails[key]; held && err == nil {
		return location.VersionedData{SeqNo: tail.next.SeqNo, Data: slices.Clone(tail.next.Data)}, true, nil
	}
	return head, found, err
}

func (s *unsyncedCommits) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.head(ctx, key)
}

func (s *unsyncedCommits) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	if err := location.CheckCompareAndSet(key, expected, next.SeqNo); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	head, found, err := s.head(ctx, key)
	if err != nil || found != (expected != nil) || found && head.SeqNo != *expected {
		return location.ExpectationMismatch, err
	}
	if err := s.flush(ctx, key); err != nil {
		return 0, err
	}
	s.tails[key] = commitInMemory{expected, location.VersionedData{SeqNo: next.SeqNo, Data: slices.Clone(next.Data)}}
	if s.crash.now() {
		clear(s.tails)
	}
	return location.Committed, nil
}

func (s *unsyncedCommits) Scan(ctx context.Context, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.flush(ctx, key); err != nil {
		return nil, err
	}
	return s.Consensus.Scan(ctx, key, from, limit)
}

func (s *unsyncedCommits) Truncate(ctx context.Context, key string, upTo location.SeqNo) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.flush(ctx, key); err != nil {
		return 0, err
	}
	return s.Consensus.Truncate(ctx, key, upTo)
}

func (s *unsyncedCommits) ListKeys(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		s.mu.Lock()
		for key := range s.tails {
			if err := s.flush(ctx, key); err != nil {
				s.mu.Unlock()
				yield("", err)
				return
			}
		}
		s.mu.Unlock()
		s.Consensus.ListKeys(ctx)(yield)
	}
}
