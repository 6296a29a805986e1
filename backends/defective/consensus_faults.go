package defective

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/assay-dev/assay/location"
)

const seenRetries = "client retries of jetcd 0.8: Jepsen, 2024"

// consensusFaultDefects handle a fault wrongly. The faults are their own: a connection
// that breaks on the way back comes once in so many operations.
func consensusFaultDefects() []Defect {
	return []Defect{
		{Name: "retries-a-commit", Object: OfConsensus, Clause: "E5", Sees: UnderFaults, shared: true,
			Sentence:  "repeats a compare-and-set whose answer was lost, and so turns its own success into a mismatch",
			Seen:      seenRetries,
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return retriesCommits{inner, every(25)} })},
		{Name: "retries-a-truncation", Object: OfConsensus, Clause: "E5", Sees: UnderFaults, shared: true,
			Sentence:  "repeats a truncation whose answer was lost, and counts 0",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return retriesTruncations{inner, every(8)} })},
		{Name: "scan-repeats", Object: OfConsensus, Clause: "C7", Sees: UnderFaults, shared: true,
			Sentence:  "repeats a version of a scan when it reads a page again",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return repeatsScans{inner, every(12)} })},
		{Name: "commit-called-failed", Object: OfConsensus, Clause: "E1", Sees: UnderFaults, shared: true,
			Sentence:  "calls a compare-and-set whose answer was lost determinate although it was carried out",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return callsCommitsFailed{inner, every(25)} })},
		{Name: "someone-elses-head", Object: OfConsensus, Clause: "C11", Sees: UnderFaults, shared: true,
			Sentence: "gives the answer of a head that timed out to the next head on that connection",
			Seen:     "redis-py, at ChatGPT: OpenAI, March 20 ChatGPT outage, 2023",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus {
				return &shiftedHeads{Consensus: inner, rarely: every(60)}
			})},
	}
}

type retriesCommits struct {
	location.Consensus
	rarely occasion
}

func (s retriesCommits) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	result, err := s.Consensus.CompareAndSet(ctx, key, expected, next)
	if err == nil && result == location.Committed && s.rarely.now() {
		return s.Consensus.CompareAndSet(ctx, key, expected, next)
	}
	return result, err
}

type retriesTruncations struct {
	location.Consensus
	rarely occasion
}

func (s retriesTruncations) Truncate(ctx context.Context, key string, upTo location.SeqNo) (int64, error) {
	deleted, err := s.Consensus.Truncate(ctx, key, upTo)
	if err == nil && deleted > 0 && s.rarely.now() {
		return s.Consensus.Truncate(ctx, key, upTo)
	}
	return deleted, err
}

type repeatsScans struct {
	location.Consensus
	rarely occasion
}

func (s repeatsScans) Scan(ctx context.Context, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	versions, err := s.Consensus.Scan(ctx, key, from, limit)
	if n := int64(len(versions)); err == nil && n >= 2 && n < limit && s.rarely.now() {
		versions = slices.Insert(versions, 1, versions[0])
	}
	return versions, err
}

var errConnectionLost = errors.New("the connection was lost")

type callsCommitsFailed struct {
	location.Consensus
	rarely occasion
}

func (s callsCommitsFailed) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	result, err := s.Consensus.CompareAndSet(ctx, key, expected, next)
	if err == nil && result == location.Committed && s.rarely.now() {
		return 0, location.NewDeterminate(errConnectionLost)
	}
	return result, err
}

// shiftedHeads has one connection.
type shiftedHeads struct {
	location.Consensus
	rarely occasion
	unread atomic.Pointer[location.VersionedData] // an answer that nobody took off the connection
}

func (s *shiftedHeads) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	head, found, err := s.Consensus.Head(ctx, key)
	if err != nil || !found {
		return head, found, err
	}
	if s.rarely.now() {
		s.unread.Store(&head)
		return location.VersionedData{}, false, location.NewIndeterminate(context.DeadlineExceeded)
	}
	if earlier := s.unread.Swap(nil); earlier != nil {
		head = *earlier
	}
	return head, true, nil
}
