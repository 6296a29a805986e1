package location

import (
	"context"
	"iter"
	"math"
)

// VersionedData is one version of a key: its number and the bytes stored at it
// (T3). Empty bytes are a legal value; they are not "no data".
type VersionedData struct {
	SeqNo SeqNo
	Data  []byte
}

// A CompareAndSetResult is the answer of a compare-and-set that ran (T4).
type CompareAndSetResult int

const (
	// ExpectationMismatch: the head was not the expected version; nothing changed.
	ExpectationMismatch CompareAndSetResult = iota
	// Committed: the new version is the head.
	Committed
)

func (r CompareAndSetResult) String() string {
	if r == Committed {
		return "committed"
	}
	return "expectation mismatch"
}

const (
	// ScanAll is the limit of a Scan that means every version (T5).
	ScanAll = math.MaxInt64
	// CountUnknown is returned by Truncate of a store that clears a range without
	// counting. Only the relaxation truncate-count allows it (C8).
	CountUnknown = -1
)

// Consensus holds, for each key, a sequence of versions with strictly increasing
// SeqNo. Its head is the newest one. Each key is a linearizable object; keys are
// independent (C11).
//
// Implementations are safe for concurrent use. Every error is determinate or
// indeterminate as [Classify] says (E1, E2); none is retried inside (E5). A key
// that [CheckKey] does not accept is refused with [ErrInvalidArgument]. A context
// that is cancelled already fails the call without effect; one that is cancelled in
// mid-write leaves the old state or the new one.
// Slices passed in are not kept, slices returned belong to the caller.
type Consensus interface {
	// Head returns the newest version, found = false when the key has no data
	// (C1, C6).
	Head(ctx context.Context, key string) (head VersionedData, found bool, err error)

	// CompareAndSet makes next the head iff the head's SeqNo is exactly *expected,
	// or the key has no data and expected is nil (C2). A mismatch is an answer and
	// not an error (T4). next.SeqNo <= *expected (C3) and an illegal next.SeqNo (C4)
	// are refused with [ErrInvalidArgument] before anything is read; see
	// [CheckCompareAndSet]. Numbers may be skipped (C5). Values of at least 10 KiB
	// and empty ones round-trip exactly (C10).
	CompareAndSet(ctx context.Context, key string, expected *SeqNo, next VersionedData) (CompareAndSetResult, error)

	// Scan returns, in one atomic read, the stored versions with SeqNo >= from in
	// ascending order, the first limit of them (C7). It is empty when from is above
	// the head or the key has no data. A limit of 0 returns nothing, [ScanAll]
	// everything; a negative limit is refused with [ErrInvalidArgument]. Any from is
	// legal, also above [MaxSeqNo].
	Scan(ctx context.Context, key string, from SeqNo, limit int64) ([]VersionedData, error)

	// Truncate deletes the versions with SeqNo < upTo iff upTo <= head and returns
	// how many it deleted (C8). The head itself is never deleted; repeating a
	// truncation is legal and returns 0. An upTo above the head, also above
	// [MaxSeqNo], or a key with no data, is refused with [ErrTruncationRefused].
	Truncate(ctx context.Context, key string, upTo SeqNo) (deleted int64, err error)

	// ListKeys streams every key ever created, each once, in no promised order (C9):
	// those whose creation was acknowledged before the call certainly, those never
	// created certainly not. A compare-and-set that did not commit creates none, and
	// truncation removes none. An error is yielded last, with an empty key.
	ListKeys(ctx context.Context) iter.Seq2[string, error]
}
