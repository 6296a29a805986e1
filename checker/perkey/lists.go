package perkey

import (
	"maps"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/assay-dev/assay/checker/internal/parallel"
	"github.com/assay-dev/assay/checker/internal/reuse"
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
func (s *Splitter) project() {
	if len(s.listings) == 0 {
		return
	}
	p := &s.projector
	p.reset(s)
	for i, op := range s.listings {
		p.listing(i+1, op, s.entries[i])
	}
	for i, key := range s.keys {
		if w := p.present[i]; w.op != nil {
			p.keep(i, projection(w.op, key, w.entry))
		}
		if p.absent[i] != nil {
			p.keep(i, projection(p.absent[i], key, none))
		}
	}
}

// projector holds, by the place of each key, what it knows while it goes through the listings.
type projector struct {
	*Splitter
	since    []int                // the latest listing that names the key, counted from 1
	first    []int32              // the first entry about it there
	named    []*history.Operation // its projection, where there has to be one
	present  []witness            // Consensus: those that imply the others
	absent   []*history.Operation
	firstSet []int64 // Blob: the first call of a set
}

// reset forgets all listings.
func (p *projector) reset(s *Splitter) {
	n := len(s.keys)
	p.Splitter = s
	p.since, p.first, p.named = reuse.Slice(p.since, n), reuse.Slice(p.first, n), reuse.Slice(p.named, n)
	p.present, p.absent, p.firstSet = reuse.Slice(p.present, n), reuse.Slice(p.absent, n), reuse.Slice(p.firstSet, n)
	clear(p.since)
	clear(p.present)
	clear(p.absent)
	p.firstSets()
}

// A witness is a listing and the entry that names the key.
type witness struct {
	op    *history.Operation
	entry int32
}

// firstSets finds by key the first call of a set that may have happened.
func (p *projector) firstSets() {
	for i := range p.firstSet {
		p.firstSet[i] = math.MaxInt64
		for _, part := range p.parts {
			if at := part.local[i]; at != none {
				p.firstSet[i] = min(p.firstSet[i], part.firstSet[at])
			}
		}
	}
}

// resolve finds the keys that the listings name, each worker those of a part of them. A key
// that only listings name is added to the others.
func (s *Splitter) resolve(workers int) {
	if len(s.listings) == 0 {
		return
	}
	if s.index == nil {
		s.index = make(map[string]int32, len(s.keys))
	}
	clear(s.index)
	for i, key := range s.keys {
		s.index[key] = int32(i)
	}
	s.entries = reuse.Slice(s.entries, len(s.listings))
	unknown := make([]map[string]bool, workers)
	parallel.Ranges(workers, len(s.listings), func(worker, from, to int) {
		for i := from; i < to; i++ {
			s.entries[i] = s.find(s.entries[i], s.listings[i].Action, &unknown[worker])
		}
	})
	known := len(s.keys)
	for _, names := range unknown {
		if len(names) > 0 {
			s.keys = union(s.keys, slices.Sorted(maps.Keys(names)))
		}
	}
	if len(s.keys) > known {
		s.resolve(workers)
	}
}

// find returns the places of the keys that a listing names, in the memory of others, and
// notes those that have none.
func (s *Splitter) find(found []int32, a history.Action, unknown *map[string]bool) []int32 {
	found = reuse.Slice(found, entries(a))
	for i := range found {
		place, ok := s.index[entry(a, i)]
		if !ok {
			if *unknown == nil {
				*unknown = map[string]bool{}
			}
			(*unknown)[entry(a, i)] = true
		}
		found[i] = place
	}
	return found
}

func (p *projector) keep(i int, op *history.Operation) {
	p.projected[i] = append(p.projected[i], op)
}

// listing takes in a listing that names the keys at these places.
func (p *projector) listing(number int, op *history.Operation, places []int32) {
	for i, place := range places {
		if p.since[place] != number {
			p.since[place], p.first[place], p.named[place] = number, int32(i), nil
			continue
		}
		if p.named[place] == nil {
			p.named[place] = projection(op, p.keys[place], p.first[place])
		}
		addEntry(p.named[place].Action, op.Action, i)
	}
	p.absences(number, op)
	for i, place := range places {
		if p.first[place] == int32(i) {
			p.presence(int(place), op)
		}
	}
}

// absences adds the reads of the keys that op covers and does not name.
func (p *projector) absences(number int, op *history.Operation) {
	list, blob := op.Action.(*history.List)
	if !blob {
		for i := range p.keys {
			if a := p.absent[i]; p.since[i] != number && (a == nil || a.Call < op.Call) {
				p.absent[i] = op
			}
		}
		return
	}
	for i := sort.SearchStrings(p.keys, list.Prefix); i < len(p.keys) && strings.HasPrefix(p.keys[i], list.Prefix); i++ {
		if p.since[i] != number && op.Call > p.firstSet[i] {
			p.keep(i, projection(op, p.keys[i], none))
		}
	}
}

// presence settles the read of a key that op names.
func (p *projector) presence(i int, op *history.Operation) {
	_, consensus := op.Action.(*history.ListKeys)
	switch {
	case p.named[i] != nil:
		p.keep(i, p.named[i])
	case !consensus:
		p.keep(i, projection(op, p.keys[i], p.first[i]))
	case p.present[i].op == nil || op.Return < p.present[i].op.Return:
		p.present[i] = witness{op, p.first[i]}
	}
}

func listing(a history.Action) bool {
	switch a.(type) {
	case *history.ListKeys, *history.List:
		return true
	}
	return false
}

// entries returns how many entries a listing has.
func entries(a history.Action) int {
	if list, ok := a.(*history.List); ok {
		return len(list.Entries)
	}
	return len(a.(*history.ListKeys).Keys)
}

// entry returns the key of an entry.
func entry(a history.Action, i int) string {
	if list, ok := a.(*history.List); ok {
		return list.Entries[i].Key
	}
	return a.(*history.ListKeys).Keys[i]
}

// projection returns op as a read of one key that has one entry, or none. Where it has one,
// that is shared, not copied.
func projection(op *history.Operation, key string, entry int32) *history.Operation {
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
	if entry != none {
		addEntry(reduced.Action, op.Action, int(entry))
	}
	return reduced
}

// addEntry adds an entry of a listing to its projection.
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
