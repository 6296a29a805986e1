package search_test

import (
	"math"
	"slices"
	"strings"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// brute decides a history of one key by trying every order, straight from the text of
// the contract: the oracle for the checker that is the oracle of others. It shares
// nothing with them.
func brute(h *history.History, key string, relax location.Relaxations) bool {
	b := &bruteForce{relax: relax}
	for i := range h.Operations {
		b.add(&h.Operations[i], key)
	}
	return b.try(store{})
}

type bruteForce struct {
	relax  location.Relaxations
	events []bruteEvent
}

type bruteEvent struct {
	op             *history.Operation
	from, to       int64
	removal, taken bool
	after          int // the event that has to be taken before, or -1
}

// store is what a key holds: versions, or a present value and the last one deleted.
type store struct {
	versions         []history.Version
	present, deleted *history.Set
}

func (b *bruteForce) add(op *history.Operation, key string) {
	single := *op
	single.Key = key
	switch a := op.Action.(type) {
	case *history.ListKeys:
		reduced := &history.ListKeys{}
		for _, k := range a.Keys {
			if k == key {
				reduced.Keys = append(reduced.Keys, k)
			}
		}
		single.Action = reduced
	case *history.List:
		reduced := &history.List{Prefix: a.Prefix}
		for _, e := range a.Entries {
			if e.Key == key {
				reduced.Entries = append(reduced.Entries, e)
			}
		}
		if len(reduced.Entries) == 0 && !strings.HasPrefix(key, a.Prefix) {
			return
		}
		single.Action = reduced
	default:
		if op.Key != key {
			return
		}
	}
	e := bruteEvent{op: &single, from: op.Call, to: op.Return, after: -1}
	switch a := op.Action.(type) {
	case *history.Truncate:
		if op.Outcome == history.Fail && !a.Refused {
			return
		}
	case *history.Restore:
		if op.Outcome == history.Fail && !a.Refused {
			return
		}
	case *history.Head, *history.Scan:
		if b.relax.Allow(location.RelaxStaleHead) && op.Outcome == history.Ok {
			b.stale(&e)
		}
	case *history.Delete:
		if b.relax.Allow(location.RelaxDeleteSize) && op.Outcome == history.Ok && a.Answered && a.Found {
			b.events = append(b.events, e)
			e.removal, e.after = true, len(b.events)-1
		}
	}
	if op.Outcome == history.Fail {
		switch op.Action.(type) {
		case *history.Truncate, *history.Restore:
		default:
			return
		}
	}
	b.events = append(b.events, e)
}

// stale lets a read see the past, after the read of its process before it. Operations
// of one process stand in the order of their calls in these histories.
func (b *bruteForce) stale(e *bruteEvent) {
	e.from = math.MinInt64
	for i := range b.events {
		switch b.events[i].op.Action.(type) {
		case *history.Head, *history.Scan:
			if b.events[i].op.Process == e.op.Process {
				e.after = i
			}
		}
	}
}

// try extends an order that has led to s.
func (b *bruteForce) try(s store) bool {
	last := int64(math.MaxInt64) // the event taken next must not come after this
	done := true
	for _, e := range b.events {
		if !e.taken && e.op.Outcome != history.Info {
			done, last = false, min(last, e.to)
		}
	}
	if done {
		return true
	}
	for i := range b.events {
		e := &b.events[i]
		if e.taken || e.from > last || e.after >= 0 && !b.events[e.after].taken {
			continue
		}
		if next, ok := b.apply(s, e); ok {
			e.taken = true
			if b.try(next) {
				return true
			}
			e.taken = false
		}
	}
	return false
}

func (b *bruteForce) apply(s store, e *bruteEvent) (store, bool) {
	ok := e.op.Outcome == history.Ok
	info := e.op.Outcome == history.Info
	head := history.Version{}
	exists := len(s.versions) > 0
	if exists {
		head = s.versions[len(s.versions)-1]
	}
	switch a := e.op.Action.(type) {
	case *history.Head:
		return s, ok && a.Found == exists && (!exists || a.Version == head)
	case *history.Scan:
		var want []history.Version
		for _, v := range s.versions {
			if v.SeqNo >= a.From && int64(len(want)) < a.Limit {
				want = append(want, v)
			}
		}
		return s, ok && slices.Equal(want, a.Versions)
	case *history.CompareAndSet:
		if a.HasExpected && a.New.SeqNo <= a.Expected || a.New.SeqNo > math.MaxInt64 {
			return s, false
		}
		commits := exists && a.HasExpected && a.Expected == head.SeqNo || !exists && !a.HasExpected
		if ok && commits != a.Committed || info && !commits {
			return s, false
		}
		if commits {
			s.versions = append(slices.Clone(s.versions), a.New)
		}
		return s, true
	case *history.Truncate:
		refused := !exists || a.UpTo > head.SeqNo
		if a.Refused || refused {
			return s, a.Refused && refused
		}
		var kept []history.Version
		for _, v := range s.versions {
			if v.SeqNo >= a.UpTo {
				kept = append(kept, v)
			}
		}
		deleted := int64(len(s.versions) - len(kept))
		told := deleted == a.Deleted || a.Deleted == -1 && b.relax.Allow(location.RelaxTruncateCount)
		s.versions = kept
		return s, told || info
	case *history.ListKeys:
		return s, ok && (exists && len(a.Keys) == 1 || !exists && len(a.Keys) == 0)
	}
	return b.applyBlob(s, e, ok)
}

func (b *bruteForce) applyBlob(s store, e *bruteEvent, ok bool) (store, bool) {
	size := func(n int64) bool {
		return n < 0 || s.present.Size < 0 || n == s.present.Size
	}
	switch a := e.op.Action.(type) {
	case *history.Set:
		s.present = a
		return s, true
	case *history.Get:
		if !ok || a.Damage != "" || a.Found != (s.present != nil) {
			return s, false
		}
		return s, !a.Found || s.present.Value == a.Value && size(a.Size)
	case *history.List:
		if !ok || len(a.Entries) > 1 || len(a.Entries) == 1 != (s.present != nil) {
			return s, false
		}
		return s, s.present == nil || strings.HasPrefix(e.op.Key, a.Prefix) && size(a.Entries[0].Size)
	case *history.Delete:
		if ok && a.Answered && !e.removal {
			if a.Found != (s.present != nil) || a.Found && !size(a.Size) {
				return s, false
			}
			if a.Found && b.relax.Allow(location.RelaxDeleteSize) {
				return s, true
			}
		}
		if s.present != nil {
			s.present, s.deleted = nil, s.present
		}
		return s, true
	case *history.Restore:
		back := s.deleted != nil && !b.relax.Allow(location.RelaxNoRestore)
		switch {
		case a.Refused:
			return s, s.present == nil && !back
		case s.present != nil:
			return s, true
		case back:
			s.present = s.deleted
			return s, true
		}
	}
	return s, false
}
