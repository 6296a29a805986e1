// Package perkey splits a history into the histories of its keys. Keys are
// independent (C11): a history is explained by the contract iff each of its keys is.
package perkey

import (
	"github.com/assay-dev/assay/checker/internal/parallel"
	"github.com/assay-dev/assay/checker/internal/reuse"
	"github.com/assay-dev/assay/workload/history"
)

// A History is what concerns one key.
type History struct {
	Key string
	// Operations are those that a check has to explain: the listings projected onto the
	// key (see [Split]), then, in the order of the history, every Ok, every refusal and
	// every Info that may have changed something.
	Operations []*history.Operation
	// Failed are the determinate failures. They never happened; they are kept because
	// a value that only a failed operation carried is a violation worth explaining.
	Failed []*history.Operation
}

// Split returns the histories of all keys that h names, sorted by key, and uses so many
// processors for that. Operations other than listings are shared with h.
//
// A listing that was answered is one read per key: a copy of the operation with Key
// set and the Action's Keys or Entries reduced to that key. So it has one entry, or
// none where the prefix covers the key and the listing does not name it. It has more
// than one where the listing names the key repeatedly, and one outside its prefix
// where it names a key that it was not asked for: answers that are wrong whatever
// the store held (C9, B4). A key that only listings name has a history too.
//
// Projections that follow from others are left out, see lists.go.
func Split(h *history.History, workers int) []History {
	histories, _ := new(Splitter).Split(h, workers, func(int, []history.Operation) error { return nil })
	return histories
}

// A Splitter splits one history after the other in the same memory. The zero value is ready.
type Splitter struct {
	operations []history.Operation
	places     []place
	parts      []part
	keys       []string // in order; the following are by their places among these
	listings   []*history.Operation
	index      map[string]int32 // of the keys, where listings name some
	entries    [][]int32        // by listing: the places of the keys that it names
	projected  [][]*history.Operation
	projector  projector
	histories  []History
	all        []*history.Operation // of all histories
	failed     []*history.Operation
}

// Split does what [Split] does, unless check returns an error. Each worker calls it with a few
// operations after the other, just before it looks at them itself: what is in memory far
// away is fetched once. The histories are good until the next call.
func (s *Splitter) Split(h *history.History, workers int, check func(worker int, few []history.Operation) error) ([]History, error) {
	if err := s.read(h.Operations, workers, check); err != nil {
		return nil, err
	}
	s.project()
	return s.distribute(), nil
}

// few operations fit into a processor's own memory.
const few = 256

// Effective reports whether an operation without an answer may have changed what is
// stored.
func Effective(a history.Action) bool {
	switch a.(type) {
	case *history.CompareAndSet, *history.Truncate, *history.Set, *history.Delete, *history.Restore,
		*history.RegisterWrite, *history.RegisterSwap:
		return true
	}
	return false
}

// Refusal reports whether op was refused: a determinate failure that is checked as
// the answer that it is (E6).
func Refusal(op *history.Operation) bool {
	return op.Outcome == history.Fail && history.Refused(op.Action)
}

// read goes through the operations, each worker through a part of them, and brings their
// keys together.
func (s *Splitter) read(operations []history.Operation, workers int, check func(int, []history.Operation) error) error {
	s.operations, s.places = operations, reuse.Slice(s.places, len(operations))
	s.parts = reuse.Slice(s.parts, workers)
	parallel.Ranges(workers, len(operations), func(worker, from, to int) {
		p := &s.parts[worker]
		p.reset()
		for end := from; from < to && p.err == nil; from = end {
			end = min(from+few, to)
			p.err = check(worker, operations[from:end])
			p.read(operations[from:end], s.places[from:end])
		}
		p.sort()
	})
	s.keys, s.listings = nil, s.listings[:0]
	for i := range s.parts {
		if err := s.parts[i].err; err != nil {
			return err
		}
		s.listings = append(s.listings, s.parts[i].listings...)
		s.keys = union(s.keys, s.parts[i].sorted)
	}
	s.resolve(workers)
	parallel.Ranges(workers, workers, func(worker, _, _ int) { s.parts[worker].locate(s.keys) })
	s.projected = reuse.Slice(s.projected, len(s.keys))
	for i := range s.projected {
		s.projected[i] = s.projected[i][:0]
	}
	return nil
}

// union merges what is sorted.
func union(a, b []string) []string {
	if len(a) == 0 {
		return b
	}
	all := make([]string, 0, max(len(a), len(b)))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			all, a = append(all, a[0]), a[1:]
		case a[0] > b[0]:
			all, b = append(all, b[0]), b[1:]
		default:
			all, a, b = append(all, a[0]), a[1:], b[1:]
		}
	}
	return append(append(all, a...), b...)
}

// distribute hands out the operations. All keys share two arrays of exactly the right
// size, in which each worker knows the places of its own.
func (s *Splitter) distribute() []History {
	counts, fails := 0, 0
	for i := range s.projected {
		counts += len(s.projected[i])
	}
	for _, p := range s.parts {
		for _, n := range p.counts {
			counts, fails = counts+int(n.counted), fails+int(n.failed)
		}
	}
	s.all, s.failed, s.histories = reuse.Slice(s.all, counts), reuse.Slice(s.failed, fails), reuse.Slice(s.histories, len(s.keys))
	var next tally
	for i, key := range s.keys {
		begin := next
		next.counted += int32(copy(s.all[next.counted:], s.projected[i]))
		for w := range s.parts {
			next = s.parts[w].reserve(i, next)
		}
		s.histories[i] = History{key, s.all[begin.counted:next.counted:next.counted], s.failed[begin.failed:next.failed:next.failed]}
	}
	parallel.Ranges(len(s.parts), len(s.operations), func(worker, from, to int) {
		s.parts[worker].distribute(s.operations[from:to], s.places[from:to], s.all, s.failed)
	})
	return s.histories
}
