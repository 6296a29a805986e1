package defective

import (
	"context"
	"errors"

	"github.com/assay-dev/assay/location"
)

// consensusOver fits a layer that does not care about its place into the table.
func consensusOver(layer func(location.Consensus) location.Consensus) func(location.Consensus, string) location.Consensus {
	return func(inner location.Consensus, _ string) location.Consensus { return layer(inner) }
}

// rules is a Consensus whose compare-and-set asks bent for what to do instead of
// what it was asked to do.
type rules struct {
	location.Consensus
	bent rule
}

// A rule sees the head and the compare-and-set, may change what is expected and the
// new number, and says what is to become of it.
type rule func(head *location.SeqNo, w *write) verdict

type write struct {
	expected *location.SeqNo
	next     location.SeqNo
}

// A verdict is what a bent rule makes of a compare-and-set.
type verdict int

const (
	goOn     verdict = iota // to the correct store
	commit                  // without storing anything
	mismatch                // without storing anything
	deny                    // as an invalid argument
	lie                     // carry it out and say that it mismatched
)

func (r rules) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	newest, found, err := r.Consensus.Head(ctx, key)
	if err != nil {
		return 0, err
	}
	var head *location.SeqNo
	if found {
		head = &newest.SeqNo
	}
	w := write{expected, next.SeqNo}
	v := r.bent(head, &w)
	expected, next.SeqNo = w.expected, w.next
	switch v {
	case commit:
		return location.Committed, nil
	case mismatch:
		return location.ExpectationMismatch, nil
	case deny:
		return 0, location.NewDeterminate(location.ErrInvalidArgument)
	case lie:
		_, err := r.Consensus.CompareAndSet(ctx, key, expected, next)
		return location.ExpectationMismatch, err
	}
	return r.Consensus.CompareAndSet(ctx, key, expected, next)
}

func consensusWriteDefects() []Defect {
	defects := []Defect{}
	for _, d := range []struct {
		name, clause, sentence string
		bent                   rule
	}{
		{"create-appends", "C2", "takes a create of a key with data for an unconditional append", createAppends},
		{"any-older-expectation", "C2", "commits when the expectation is below the head", anyOlder},
		{"any-newer-expectation", "C2", "commits when the expectation is above the head", anyNewer},
		{"expectation-of-nothing", "C2", "creates a key although a version was expected", expectationOfNothing},
		{"committed-again", "C2", "answers a repeated compare-and-set with committed", committedAgain},
		{"mismatch-that-writes", "C2", "appends the new version and calls it a mismatch", mismatchThatWrites},
		{"checks-after-reading", "C3", "looks at the new number only when the expectation holds", checksAfterReading},
		{"backwards-is-mismatch", "C3", "answers a new number that is not above the expected one with a mismatch", backwardsIsMismatch},
		{"clamped-number", "C4", "stores a number above MaxInt64 as MaxInt64", clamped},
		{"zero-is-illegal", "C4", "refuses the number 0", zeroIsIllegal},
		{"signed-number", "C4", "takes MaxInt64 for an overflow", maxIsIllegal},
		{"upper-half-lost", "C4", "takes a number from 2^62 on for a negative one: what is committed there is never the head", upperHalfLost},
		{"no-gaps", "C5", "answers a number that skips others with a mismatch", noGaps},
	} {
		defects = append(defects, Defect{Name: d.name, Object: OfConsensus, Clause: d.clause, Sentence: d.sentence,
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return rules{inner, d.bent} })})
	}
	return append(defects,
		Defect{Name: "mismatch-is-an-error", Object: OfConsensus, Clause: "C2",
			Sentence:  "reports a mismatch as an error",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return strict{inner} })},
		Defect{Name: "create-after-truncation", Object: OfConsensus, Clause: "C2",
			Sentence:  "accepts a first write again once everything below the head is truncated, as an insert does whose row is gone",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return lateFirst{inner} })})
}

type strict struct{ location.Consensus }

func (s strict) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	result, err := s.Consensus.CompareAndSet(ctx, key, expected, next)
	if err == nil && result == location.ExpectationMismatch {
		return 0, location.NewDeterminate(errors.New("compare-and-set: expectation mismatch"))
	}
	return result, err
}

// lateFirst forgets that a log began: the version that it commits a second time forks
// the log, below the head.
type lateFirst struct{ location.Consensus }

func (s lateFirst) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	result, err := s.Consensus.CompareAndSet(ctx, key, expected, next)
	if err != nil || result == location.Committed || expected != nil {
		return result, err
	}
	stored, err := s.Scan(ctx, key, 0, 1)
	if err == nil && len(stored) == 1 && stored[0].SeqNo > next.SeqNo {
		return location.Committed, nil
	}
	return result, err
}

func upperHalfLost(head *location.SeqNo, w *write) verdict {
	if head != nil && w.expected != nil && *w.expected == *head && w.next.Legal() && w.next >= 1<<62 {
		return commit
	}
	return goOn
}

func createAppends(head *location.SeqNo, w *write) verdict {
	if w.expected == nil && head != nil && w.next > *head {
		w.expected = head
	}
	return goOn
}

func anyOlder(head *location.SeqNo, w *write) verdict {
	if head != nil && w.expected != nil && *w.expected < *head && *head < w.next {
		w.expected = head
	}
	return goOn
}

func anyNewer(head *location.SeqNo, w *write) verdict {
	if head != nil && w.expected != nil && *head < *w.expected && *w.expected < w.next {
		w.expected = head
	}
	return goOn
}

func expectationOfNothing(head *location.SeqNo, w *write) verdict {
	if head == nil && w.expected != nil && *w.expected < w.next {
		w.expected = nil
	}
	return goOn
}

func committedAgain(head *location.SeqNo, w *write) verdict {
	if head != nil && w.expected != nil && *w.expected < w.next && w.next == *head {
		return commit
	}
	return goOn
}

func mismatchThatWrites(head *location.SeqNo, w *write) verdict {
	if head != nil && w.expected != nil && *w.expected != *head && w.next > *head && w.next > *w.expected {
		w.expected = head
		return lie
	}
	return goOn
}

func checksAfterReading(head *location.SeqNo, w *write) verdict {
	if w.expected != nil && (head == nil || *head != *w.expected) {
		return mismatch
	}
	return goOn
}

func backwardsIsMismatch(_ *location.SeqNo, w *write) verdict {
	if w.expected != nil && w.next <= *w.expected {
		return mismatch
	}
	return goOn
}

func clamped(_ *location.SeqNo, w *write) verdict {
	w.next = min(w.next, location.MaxSeqNo)
	return goOn
}

func zeroIsIllegal(_ *location.SeqNo, w *write) verdict {
	if w.next == 0 {
		return deny
	}
	return goOn
}

func maxIsIllegal(_ *location.SeqNo, w *write) verdict {
	if w.next == location.MaxSeqNo {
		return deny
	}
	return goOn
}

func noGaps(head *location.SeqNo, w *write) verdict {
	if head != nil && w.expected != nil && *head == *w.expected && w.next > w.expected.Next() {
		return mismatch
	}
	return goOn
}
