package randhist

import (
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// BreakLadder returns h with one to three operations changed, so that it is often invalid,
// by little.
func BreakLadder(src Source, h *history.History) *history.History {
	b := &breaker{Source: src}
	for i := range h.Operations {
		b.note(&h.Operations[i])
	}
	broken := *h
	broken.Operations = slices.Clone(h.Operations)
	changes := 1 + src.IntN(3)
	for tries := 0; tries < 1000 && changes > 0; tries++ {
		if b.change(&broken.Operations[src.IntN(len(broken.Operations))]) {
			changes--
		}
	}
	return &broken
}

type breaker struct {
	Source
	seen []history.Version
}

// note remembers what somebody saw.
func (b *breaker) note(op *history.Operation) {
	switch a := op.Action.(type) {
	case *history.Head:
		if a.Found {
			b.seen = append(b.seen, a.Version)
		}
	case *history.Scan:
		b.seen = append(b.seen, a.Versions...)
	case *history.CompareAndSet:
		if a.Committed {
			b.seen = append(b.seen, a.New)
		}
	}
}

// change changes the answer of an operation or when it was, and reports whether it did.
func (b *breaker) change(op *history.Operation) bool {
	if op.Outcome == history.Info {
		// There are many of these, and most do not matter.
		return b.IntN(50) == 0 && b.move(op)
	}
	if b.IntN(8) == 0 {
		return b.move(op)
	}
	switch a := op.Action.(type) {
	case *history.Truncate:
		op.Action = b.truncate(*a)
	case *history.CompareAndSet:
		if a.Committed || !a.HasExpected {
			return false
		}
		changed := *a
		changed.Expected = b.near(a.Expected, 3)
		changed.New.SeqNo = max(changed.New.SeqNo, changed.Expected+1)
		op.Action = &changed
	case *history.Head:
		if len(b.seen) == 0 {
			return false
		}
		op.Action = &history.Head{Found: true, Version: b.seen[b.IntN(len(b.seen))]}
	case *history.Scan:
		op.Action = b.scan(*a)
	default:
		return false
	}
	return true
}

func (b *breaker) truncate(a history.Truncate) *history.Truncate {
	if a.Refused || b.IntN(3) == 0 {
		a.UpTo = b.near(a.UpTo, 3)
	} else if a.Deleted != location.CountUnknown {
		a.Deleted = int64(b.near(location.SeqNo(a.Deleted), 2))
	}
	return &a
}

func (b *breaker) scan(a history.Scan) *history.Scan {
	if n := len(a.Versions); n > 0 && b.IntN(2) == 0 {
		i := b.IntN(n)
		a.Versions = slices.Delete(slices.Clone(a.Versions), i, i+1)
	} else {
		a.From = b.near(a.From, 5)
	}
	return &a
}

// near returns a number that differs by no more than most.
func (b *breaker) near(n location.SeqNo, most int) location.SeqNo {
	d := location.SeqNo(1 + b.IntN(most))
	if b.IntN(2) == 0 && d <= n {
		return n - d
	}
	return n + d
}

// move has an operation called earlier or later, if its process has no other.
func (b *breaker) move(op *history.Operation) bool {
	if op.Process >= sessions {
		return false
	}
	by := int64(b.IntN(41)) - 20
	op.Call = max(0, op.Call+by)
	if op.Outcome != history.Info {
		op.Return = max(op.Call, op.Return+by)
	}
	return true
}
