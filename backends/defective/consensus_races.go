package defective

import (
	"context"
	"runtime"

	"github.com/assay-dev/assay/location"
)

// consensusRaceDefects make of one atomic operation several, and are right as long
// as nobody comes in between.
func consensusRaceDefects() []Defect {
	return []Defect{
		{Name: "check-then-act", Object: OfConsensus, Clause: "C2", Sees: InConcert,
			Seen:      "lost updates under READ COMMITTED: Berenson et al., A Critique of ANSI SQL Isolation Levels, SIGMOD 1995",
			Sentence:  "compares first and sets later",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return checkThenAct{inner} })},
		inConcert(scanDefect("scan-piece-by-piece", "C7", "reads the versions of a scan one after the other", pieceByPiece)),
		inConcert(truncateDefect("truncation-gives-way", "C8", "counts 0 and deletes nothing when a commit comes in between", givesWay)),
	}
}

func inConcert(d Defect) Defect {
	d.Sees = InConcert
	return d
}

// givesWay is an optimistic transaction whose conflict nobody hears of.
func givesWay(ctx context.Context, inner location.Consensus, key string, upTo location.SeqNo) (int64, error) {
	before, found, err := inner.Head(ctx, key)
	if err != nil || !found || upTo > before.SeqNo {
		return inner.Truncate(ctx, key, upTo)
	}
	interlude(ctx)
	if after, _, err := inner.Head(ctx, key); err != nil || after.SeqNo != before.SeqNo {
		return 0, err
	}
	return inner.Truncate(ctx, key, upTo)
}

// interlude lets others come in between two steps of an operation.
func interlude(ctx context.Context) {
	runtime.Gosched()
	location.Yield(ctx)
}

type checkThenAct struct{ location.Consensus }

func (s checkThenAct) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	if err := location.CheckCompareAndSet(key, expected, next.SeqNo); err != nil {
		return 0, err
	}
	head, found, err := s.Head(ctx, key)
	if err != nil || found != (expected != nil) || found && head.SeqNo != *expected {
		return location.ExpectationMismatch, err
	}
	interlude(ctx)
	if _, err := s.Consensus.CompareAndSet(ctx, key, expected, next); err != nil {
		return 0, err
	}
	return location.Committed, nil
}

func pieceByPiece(ctx context.Context, inner location.Consensus, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	if limit <= 0 {
		return inner.Scan(ctx, key, from, limit)
	}
	var all []location.VersionedData
	for int64(len(all)) < limit {
		piece, err := inner.Scan(ctx, key, from, 1)
		if err != nil || len(piece) == 0 {
			return all, err
		}
		all = append(all, piece[0])
		from = piece[0].SeqNo.Next()
		interlude(ctx)
	}
	return all, nil
}
