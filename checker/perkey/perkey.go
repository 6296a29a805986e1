// Package perkey splits a history into the histories of its keys. Keys are
// independent (C11): a history is explained by the contract iff each of its keys is.
package perkey

import (
	"slices"

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

// Split returns the histories of all keys that h names, sorted by key. Operations
// other than listings are shared with h.
//
// A listing that was answered is one read per key: a copy of the operation with Key
// set and the Action's Keys or Entries reduced to that key. So it has one entry, or
// none where the prefix covers the key and the listing does not name it. It has more
// than one where the listing names the key repeatedly, and one outside its prefix
// where it names a key that it was not asked for: answers that are wrong whatever
// the store held (C9, B4). A key that only listings name has a history too.
//
// Projections that follow from others are left out, see lists.go.
func Split(h *history.History) []History {
	s := newSplitter(h)
	s.project()
	return s.histories()
}

// Effective reports whether an operation without an answer may have changed what is
// stored.
func Effective(a history.Action) bool {
	switch a.(type) {
	case *history.CompareAndSet, *history.Truncate, *history.Set, *history.Delete, *history.Restore:
		return true
	}
	return false
}

// Refusal reports whether op was refused: a determinate failure that is checked as
// the answer that it is (E6).
func Refusal(op *history.Operation) bool {
	if op.Outcome != history.Fail {
		return false
	}
	switch a := op.Action.(type) {
	case *history.Truncate:
		return a.Refused
	case *history.Restore:
		return a.Refused
	}
	return false
}

// splitter holds the keys and what was found for each, by the key's place in sorted
// order.
type splitter struct {
	operations []history.Operation
	keys       []string
	places     []int32 // of each operation's key; of a listing, unused
	listings   []*history.Operation
	place      map[string]int32
	projected  [][]*history.Operation
}

func newSplitter(h *history.History) *splitter {
	s := &splitter{operations: h.Operations, places: make([]int32, len(h.Operations)), place: map[string]int32{}}
	for i := range h.Operations {
		op := &h.Operations[i]
		if named := namedKeys(op.Action); named == nil {
			s.places[i] = s.add(op.Key)
		} else if op.Outcome == history.Ok {
			s.listings = append(s.listings, op)
			named(func(key string, _ int) { s.add(key) })
		}
	}
	s.sort()
	s.projected = make([][]*history.Operation, len(s.keys))
	return s
}

// add returns the place of key in the order of appearance.
func (s *splitter) add(key string) int32 {
	place, ok := s.place[key]
	if !ok {
		place = int32(len(s.keys))
		s.place[key] = place
		s.keys = append(s.keys, key)
	}
	return place
}

// sort turns places in the order of appearance into places in sorted order.
func (s *splitter) sort() {
	sorted := slices.Clone(s.keys)
	slices.Sort(sorted)
	moved := make([]int32, len(sorted))
	for i, key := range sorted {
		moved[s.place[key]] = int32(i)
		s.place[key] = int32(i)
	}
	for i, place := range s.places {
		if namedKeys(s.operations[i].Action) == nil {
			s.places[i] = moved[place]
		}
	}
	s.keys = sorted
}

// kinds of an operation for its key.
const (
	ignored = iota
	counted
	failed
)

func kind(op *history.Operation) int {
	switch {
	case namedKeys(op.Action) != nil:
		return ignored // its projections count
	case op.Outcome == history.Ok || Refusal(op):
		return counted
	case op.Outcome == history.Fail:
		return failed
	case Effective(op.Action):
		return counted
	}
	return ignored // a read without an answer says nothing
}

// histories distributes the operations in two passes, so that the slices of all keys
// share two arrays of exactly the right size.
func (s *splitter) histories() []History {
	var sizes [3][]int
	for k := range sizes {
		sizes[k] = make([]int, len(s.keys))
	}
	for i := range s.operations {
		if k := kind(&s.operations[i]); k != ignored {
			sizes[k][s.places[i]]++
		}
	}
	for i, ops := range s.projected {
		sizes[counted][i] += len(ops)
	}
	histories := make([]History, len(s.keys))
	countedOps, failedOps := slots(sizes[counted]), slots(sizes[failed])
	for i, key := range s.keys {
		histories[i] = History{key, append(countedOps[i], s.projected[i]...), failedOps[i]}
	}
	for i := range s.operations {
		op := &s.operations[i]
		switch kind(op) {
		case counted:
			h := &histories[s.places[i]]
			h.Operations = append(h.Operations, op)
		case failed:
			h := &histories[s.places[i]]
			h.Failed = append(h.Failed, op)
		}
	}
	return histories
}

// slots returns empty slices of the given capacities, cut from one array.
func slots(sizes []int) [][]*history.Operation {
	total := 0
	for _, n := range sizes {
		total += n
	}
	array := make([]*history.Operation, total)
	cut := make([][]*history.Operation, len(sizes))
	for i, n := range sizes {
		cut[i], array = array[:0:n], array[n:]
	}
	return cut
}
