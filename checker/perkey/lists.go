package perkey

import (
	"maps"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/assay-dev/assay/workload/history"
)

// Listings times keys can be far more than the history has operations. What follows
// from the rest is therefore never made:
//
//   - Consensus: a key that exists never ceases to. Of the listings that name it, the
//     one that returned first implies the others; of those that do not, the one that
//     was called last does.
//   - Blob: a key holds nothing before the first set of it is called. A listing that
//     was called before that and does not name the key is right.

// project turns each listing into one read per key that it concerns.
func (s *splitter) project() {
	if len(s.listings) == 0 {
		return
	}
	p := projector{
		splitter: s,
		named:    make([]*history.Operation, len(s.keys)),
		present:  make([]*history.Operation, len(s.keys)),
		absent:   make([]*history.Operation, len(s.keys)),
		firstSet: s.firstSets(),
		places:   make(map[string]int32, len(s.keys)),
	}
	for i, key := range s.keys {
		p.places[key] = int32(i)
	}
	for _, op := range s.listings {
		p.listing(op)
	}
	for i, key := range s.keys {
		if p.present[i] != nil {
			p.keep(i, p.present[i])
		}
		if p.absent[i] != nil {
			p.keep(i, projection(p.absent[i], key))
		}
	}
}

// projector holds, by the place of each key, what it knows while it goes through the listings.
type projector struct {
	*splitter
	places          map[string]int32     // by key
	named           []*history.Operation // the projection of the present listing
	present, absent []*history.Operation // Consensus: those that imply the others
	firstSet        []int64              // Blob: the first call of a set
}

// firstSets returns by key the first call of a set that may have happened.
func (s *splitter) firstSets() []int64 {
	first := make([]int64, len(s.keys))
	for i := range first {
		first[i] = math.MaxInt64
		for _, p := range s.parts {
			if at := p.local[i]; at != none {
				first[i] = min(first[i], p.firstSet[at])
			}
		}
	}
	return first
}

// listed returns the keys that listings name, in order.
func listed(listings []*history.Operation) []string {
	names := map[string]bool{}
	for _, op := range listings {
		namedKeys(op.Action)(func(key string, _ int) { names[key] = true })
	}
	return slices.Sorted(maps.Keys(names))
}

func (p *projector) keep(i int, op *history.Operation) {
	p.projected[i] = append(p.projected[i], op)
}

func (p *projector) listing(op *history.Operation) {
	var named []int32
	namedKeys(op.Action)(func(key string, entry int) {
		i := p.places[key]
		if p.named[i] != nil {
			addEntry(p.named[i].Action, op.Action, entry)
			return
		}
		p.named[i] = projection(op, key)
		addEntry(p.named[i].Action, op.Action, entry)
		named = append(named, i)
	})
	p.absences(op)
	for _, i := range named {
		p.presence(int(i))
	}
}

// absences adds the reads of the keys that op covers and does not name.
func (p *projector) absences(op *history.Operation) {
	list, blob := op.Action.(*history.List)
	if !blob {
		for i := range p.keys {
			if a := p.absent[i]; p.named[i] == nil && (a == nil || a.Call < op.Call) {
				p.absent[i] = op
			}
		}
		return
	}
	for i := sort.SearchStrings(p.keys, list.Prefix); i < len(p.keys) && strings.HasPrefix(p.keys[i], list.Prefix); i++ {
		if p.named[i] == nil && op.Call > p.firstSet[i] {
			p.keep(i, projection(op, p.keys[i]))
		}
	}
}

// presence settles the read of a key that the present listing names.
func (p *projector) presence(i int) {
	op := p.named[i]
	p.named[i] = nil
	list, consensus := op.Action.(*history.ListKeys)
	if !consensus || len(list.Keys) > 1 {
		p.keep(i, op)
	} else if first := p.present[i]; first == nil || op.Return < first.Return {
		p.present[i] = op
	}
}

func listing(a history.Action) bool {
	switch a.(type) {
	case *history.ListKeys, *history.List:
		return true
	}
	return false
}

// namedKeys returns an iterator over the keys that a listing names, with the place
// of each in the listing.
func namedKeys(a history.Action) func(yield func(key string, entry int)) {
	switch a := a.(type) {
	case *history.ListKeys:
		return func(yield func(string, int)) {
			for i, key := range a.Keys {
				yield(key, i)
			}
		}
	case *history.List:
		return func(yield func(string, int)) {
			for i := range a.Entries {
				yield(a.Entries[i].Key, i)
			}
		}
	}
	return nil
}

// projection returns op as a read of one key that does not name it yet.
func projection(op *history.Operation, key string) *history.Operation {
	var reduced *history.Operation
	if list, ok := op.Action.(*history.List); ok {
		both := &struct { // allocated as one
			history.Operation
			history.List
		}{*op, history.List{Prefix: list.Prefix}}
		reduced, both.Action = &both.Operation, &both.List
	} else {
		both := &struct {
			history.Operation
			history.ListKeys
		}{Operation: *op}
		reduced, both.Action = &both.Operation, &both.ListKeys
	}
	reduced.Key = key
	return reduced
}

// addEntry adds an entry of a listing to its projection. The first is shared, not copied.
func addEntry(to, from history.Action, entry int) {
	switch to := to.(type) {
	case *history.List:
		to.Entries = joined(to.Entries, from.(*history.List).Entries[entry:entry+1:entry+1])
	case *history.ListKeys:
		to.Keys = joined(to.Keys, from.(*history.ListKeys).Keys[entry:entry+1:entry+1])
	}
}

func joined[E any](entries, one []E) []E {
	if entries == nil {
		return one
	}
	return append(entries, one...)
}
