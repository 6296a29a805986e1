// Package perkey splits a history into the histories of its keys. Keys are
// independent (C11): a history is explained by the contract iff each of its keys is.
package perkey

import (
	"slices"

	"github.com/assay-dev/assay/checker/internal/parallel"
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
	histories, _ := SplitChecked(h, workers, func(int, []history.Operation) error { return nil })
	return histories
}

// SplitChecked does the same unless check returns an error. Each worker calls it with a few
// operations after the other, just before it looks at them itself: what is in memory far
// away is fetched once.
func SplitChecked(h *history.History, workers int, check func(worker int, few []history.Operation) error) ([]History, error) {
	s, err := newSplitter(h.Operations, workers, check)
	if err != nil {
		return nil, err
	}
	s.project()
	return s.histories(), nil
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

// splitter holds the keys and what was found for each, by the key's place in sorted
// order.
type splitter struct {
	operations []history.Operation
	places     []place
	parts      []part
	keys       []string
	listings   []*history.Operation
	entries    [][]int32 // by listing: the places of the keys that it names
	projected  [][]*history.Operation
}

// newSplitter goes through the operations, each worker through a part of them, and
// brings their keys together.
func newSplitter(operations []history.Operation, workers int, check func(int, []history.Operation) error) (*splitter, error) {
	s := &splitter{operations: operations, places: make([]place, len(operations)), parts: make([]part, workers)}
	errs := make([]error, workers)
	parallel.Ranges(workers, len(operations), func(worker, from, to int) {
		s.parts[worker] = part{names: map[string]int32{}, last: none}
		for end := from; from < to && errs[worker] == nil; from = end {
			end = min(from+few, to)
			errs[worker] = check(worker, operations[from:end])
			s.parts[worker].read(operations[from:end], s.places[from:end])
		}
	})
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return nil, errs[i]
	}
	sorted := make([][]string, workers)
	parallel.Ranges(workers, workers, func(worker, _, _ int) { sorted[worker] = s.parts[worker].sorted() })
	for i := range s.parts {
		s.listings = append(s.listings, s.parts[i].listings...)
		s.keys = union(s.keys, sorted[i])
	}
	s.resolve(workers)
	parallel.Ranges(workers, workers, func(worker, _, _ int) { s.parts[worker].locate(s.keys) })
	s.projected = make([][]*history.Operation, len(s.keys))
	return s, nil
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

// histories distributes the operations. All keys share two arrays of exactly the right
// size, in which each worker knows the places of its own.
func (s *splitter) histories() []History {
	counts, fails := 0, 0
	for i := range s.projected {
		counts += len(s.projected[i])
	}
	for _, p := range s.parts {
		for _, n := range p.counts {
			counts, fails = counts+int(n.counted), fails+int(n.failed)
		}
	}
	all, failed := make([]*history.Operation, counts), make([]*history.Operation, fails)
	histories := make([]History, len(s.keys))
	var next tally
	for i, key := range s.keys {
		begin := next
		next.counted += int32(copy(all[next.counted:], s.projected[i]))
		for w := range s.parts {
			next = s.parts[w].reserve(i, next)
		}
		histories[i] = History{key, all[begin.counted:next.counted:next.counted], failed[begin.failed:next.failed:next.failed]}
	}
	parallel.Ranges(len(s.parts), len(s.operations), func(worker, from, to int) {
		s.parts[worker].distribute(s.operations[from:to], s.places[from:to], all, failed)
	})
	return histories
}
