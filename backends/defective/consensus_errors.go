package defective

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/assay-dev/assay/location"
)

func consensusErrorDefects() []Defect {
	defects := []Defect{
		{Name: "determined-too-early", Object: OfConsensus, Clause: "E1",
			Sentence:  "calls a cancelled compare-and-set determinate although it was carried out",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return tooEarly{inner} })},
		{Name: "poisoned-by-cancellation", Object: OfConsensus, Clause: "I1",
			Sentence:  "fails for ever after one of its calls was cancelled",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return bentConsensus{inner, poison()} })},
	}
	for _, b := range errorBends() {
		defects = append(defects, Defect{Name: b.name, Object: OfConsensus, Clause: b.clause, Sentence: b.sentence, consensus: bendConsensus(b.bend)})
	}
	return defects
}

var errWrittenOff = errors.New("cancelled, and taken for not carried out")

// tooEarly looks at its context again after the compare-and-set.
type tooEarly struct{ location.Consensus }

func (s tooEarly) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	result, err := s.Consensus.CompareAndSet(ctx, key, expected, next)
	if err == nil && ctx.Err() != nil {
		return 0, location.NewDeterminate(errWrittenOff)
	}
	return result, err
}

// poison cancels every call of a handle once one of them has been cancelled.
func poison() bend {
	var poisoned atomic.Bool
	return bend{context: func(ctx context.Context) context.Context {
		if errors.Is(ctx.Err(), context.Canceled) {
			poisoned.Store(true)
		}
		if !poisoned.Load() {
			return ctx
		}
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return ctx
	}}
}
