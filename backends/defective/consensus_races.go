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
		{Name: "check-then-act", Object: OfConsensus, Clause: "C2",
			Sentence:  "compares first and sets later",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return checkThenAct{inner} })},
		scanDefect("scan-piece-by-piece", "C7", "reads the versions of a scan one after the other", pieceByPiece),
	}
}

// interlude lets others come in between two steps of an operation.
func interlude() { runtime.Gosched() }

type checkThenAct struct{ location.Consensus }

func (s checkThenAct) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	if err := location.CheckCompareAndSet(key, expected, next.SeqNo); err != nil {
		return 0, err
	}
	head, found, err := s.Head(ctx, key)
	if err != nil || found != (expected != nil) || found && head.SeqNo != *expected {
		return location.ExpectationMismatch, err
	}
	interlude()
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
		interlude()
	}
	return all, nil
}
