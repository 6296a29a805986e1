package history

import (
	"fmt"

	"github.com/assay-dev/assay/location"
	"pgregory.net/rapid"
)

// drawHistory draws a history as the writer takes it and the reader gives it back:
// answers stand only where there was one.
func drawHistory(t *rapid.T) *History {
	h := &History{Header: Header{Assay: 1, Object: rapid.SampledFrom([]Object{Consensus, Blob}).Draw(t, "object")}}
	for range rapid.IntRange(0, 20).Draw(t, "operations") {
		h.Operations = append(h.Operations, drawOperation(t, h.Header.Object, len(h.Operations)+2))
	}
	for range rapid.IntRange(0, 2).Draw(t, "faults") {
		h.Faults = append(h.Faults, Fault{
			Fault: fmt.Sprint(len(h.Faults), rapid.String().Draw(t, "fault")), Target: rapid.String().Draw(t, "target"), Effect: rapid.String().Draw(t, "effect"),
			Call: drawTime(t), Return: rapid.SampledFrom([]int64{5, Never}).Draw(t, "return"),
			Line: len(h.Operations) + len(h.Faults) + 2,
		})
	}
	return h
}

func drawOperation(t *rapid.T, object Object, line int) Operation {
	op := Operation{
		Process: rapid.Int().Draw(t, "process"), Key: rapid.String().Draw(t, "key"),
		Call: drawTime(t), Return: drawTime(t), Line: line,
		Outcome: Outcome(rapid.IntRange(0, 2).Draw(t, "outcome")),
	}
	if op.Outcome != Ok {
		op.Error = rapid.String().Draw(t, "error")
	}
	if op.Outcome == Info && rapid.Bool().Draw(t, "never") {
		op.Return = Never
	}
	if object == Consensus {
		op.Action = drawConsensus(t, op.Outcome)
	} else {
		op.Action = drawBlob(t, op.Outcome)
	}
	if isListing(op.Action) {
		op.Key = ""
	}
	return op
}

func drawConsensus(t *rapid.T, outcome Outcome) Action {
	ok := outcome == Ok
	switch rapid.IntRange(0, 4).Draw(t, "op") {
	case 0:
		a := &Head{Found: ok && rapid.Bool().Draw(t, "found")}
		if a.Found {
			a.Version = drawVersion(t)
		}
		return a
	case 1:
		a := &CompareAndSet{New: drawVersion(t), Committed: ok && rapid.Bool().Draw(t, "committed")}
		if a.HasExpected = rapid.Bool().Draw(t, "expects"); a.HasExpected {
			a.Expected = drawSeqNo(t)
		}
		return a
	case 2:
		a := &Scan{From: drawSeqNo(t), Limit: rapid.Int64().Draw(t, "limit")}
		for ok && rapid.Bool().Draw(t, "more") {
			a.Versions = append(a.Versions, drawVersion(t))
		}
		return a
	case 3:
		a := &Truncate{UpTo: drawSeqNo(t), Deleted: location.CountUnknown}
		if ok {
			a.Deleted = rapid.Int64().Draw(t, "deleted")
		}
		a.Refused = outcome == Fail && rapid.Bool().Draw(t, "refused")
		return a
	}
	a := &ListKeys{}
	for ok && rapid.Bool().Draw(t, "more") {
		a.Keys = append(a.Keys, rapid.String().Draw(t, "key"))
	}
	return a
}

func drawBlob(t *rapid.T, outcome Outcome) Action {
	ok := outcome == Ok
	switch rapid.IntRange(0, 4).Draw(t, "op") {
	case 0:
		if !ok || rapid.Bool().Draw(t, "missing") {
			return &Get{}
		}
		return &Get{true, rapid.String().Draw(t, "value"), rapid.Int64Min(SizeUnknown).Draw(t, "size"), rapid.String().Draw(t, "damage")}
	case 1:
		return &Set{rapid.String().Draw(t, "value"), rapid.Int64Min(SizeUnknown).Draw(t, "size")}
	case 2:
		a := &Delete{Answered: ok && rapid.Bool().Draw(t, "answered")}
		if a.Found = a.Answered && rapid.Bool().Draw(t, "found"); a.Found {
			a.Size = rapid.Int64().Draw(t, "size")
		}
		return a
	case 3:
		return &Restore{Refused: outcome == Fail && rapid.Bool().Draw(t, "refused")}
	}
	a := &List{Prefix: rapid.String().Draw(t, "prefix")}
	for ok && rapid.Bool().Draw(t, "more") {
		a.Entries = append(a.Entries, location.BlobMetadata{Key: rapid.String().Draw(t, "key"), Size: rapid.Int64().Draw(t, "size")})
	}
	return a
}

func drawVersion(t *rapid.T) Version { return Version{drawSeqNo(t), rapid.String().Draw(t, "value")} }
func drawSeqNo(t *rapid.T) location.SeqNo {
	return location.SeqNo(rapid.Uint64().Draw(t, "seqno"))
}
func drawTime(t *rapid.T) int64 { return rapid.Int64Range(0, Never-1).Draw(t, "time") }
