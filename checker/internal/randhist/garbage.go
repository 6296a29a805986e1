package randhist

import (
	"math"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// Garbage returns a history of a Consensus whose answers have nothing to do with each
// other, with numbers and times from the ends of their ranges too.
func Garbage(src Source) *history.History {
	pick := func(numbers ...uint64) uint64 { return numbers[src.IntN(len(numbers))] }
	seq := func() location.SeqNo {
		return location.SeqNo(pick(0, 1, 2, 2, 3, math.MaxInt64-1, math.MaxInt64, math.MaxInt64+1, math.MaxUint64))
	}
	version := func() history.Version {
		return history.Version{SeqNo: seq(), Value: string(rune('a' + src.IntN(2)))}
	}
	h := &history.History{Header: history.Header{Assay: history.FormatVersion, Object: history.Consensus}}
	for i := range 1 + src.IntN(6) {
		op := history.Operation{Key: "k", Line: i + 2, Process: i, Call: int64(pick(0, 5, 10, 1<<63)), Outcome: history.Outcome(src.IntN(3))}
		op.Return = max(op.Call, int64(pick(0, 7, 20, math.MaxInt64-1)))
		switch src.IntN(5) {
		case 0:
			op.Action = &history.Head{Found: src.IntN(2) == 0, Version: version()}
		case 1:
			op.Action = &history.CompareAndSet{HasExpected: src.IntN(2) == 0, Expected: seq(), New: version(), Committed: src.IntN(2) == 0}
		case 2:
			a := &history.Scan{From: seq(), Limit: int64(pick(0, 1, 2, math.MaxInt64))}
			for range src.IntN(3) {
				a.Versions = append(a.Versions, version())
			}
			op.Action = a
		case 3:
			op.Action = &history.Truncate{UpTo: seq(), Deleted: int64(src.IntN(4)) - 2, Refused: op.Outcome == history.Fail && src.IntN(2) == 0}
			if src.IntN(8) == 0 {
				op.Action.(*history.Truncate).Deleted = math.MaxInt64
			}
		case 4:
			op.Key, op.Action = "", &history.ListKeys{Keys: []string{"k", "k", "j"}[:src.IntN(4)]}
		}
		h.Operations = append(h.Operations, op)
	}
	return h
}
