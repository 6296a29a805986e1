package perkey

import (
	"math"
	"slices"

	"github.com/assay-dev/assay/checker/internal/reuse"
	"github.com/assay-dev/assay/workload/history"
)

// A place says to which of its part's keys an operation belongs, in the order of
// appearance: none if it says nothing of a key by itself, -2 and below if it failed.
type place int32

const none = -1

func (p place) failed() bool { return p < none }

// key returns the place of the key of an operation that has one.
func (p place) key() int32 {
	if p.failed() {
		return int32(-2 - p)
	}
	return int32(p)
}

// A part is what one worker found in its part of the history.
type part struct {
	names    map[string]int32
	last     int32    // the place of the latest key
	keys     []string // in the order of appearance
	counts   []tally  // by key
	firstSet []int64  // by key: the first call of a set that may have happened
	listings []*history.Operation
	local    []int32 // by place among all keys: the place in this part, or none
	next     []tally // by key: where its next operation goes
	sorted   []string
	err      error
}

// A tally counts the operations of one key.
type tally struct{ counted, failed int32 }

// reset makes ready for a part of another history.
func (p *part) reset() {
	if p.names == nil {
		p.names = map[string]int32{}
	}
	clear(p.names)
	p.keys, p.counts, p.firstSet, p.listings = p.keys[:0], p.counts[:0], p.firstSet[:0], p.listings[:0]
	p.last, p.err = none, nil
}

// read notes the key of each operation.
func (p *part) read(operations []history.Operation, places []place) {
	for i := range operations {
		op := &operations[i]
		places[i] = none
		if listing(op.Action) {
			if op.Outcome == history.Ok {
				p.listings = append(p.listings, op)
			}
			continue
		}
		if p.last == none || op.Key != p.keys[p.last] {
			p.last = p.add(op.Key)
		}
		p.count(op, p.last, &places[i])
	}
}

// add returns the place of key in the order of appearance.
func (p *part) add(key string) int32 {
	at, ok := p.names[key]
	if !ok {
		at = int32(len(p.keys))
		p.names[key] = at
		p.keys, p.counts, p.firstSet = append(p.keys, key), append(p.counts, tally{}), append(p.firstSet, math.MaxInt64)
	}
	return at
}

// count notes what an operation is to its key. A read without an answer says nothing.
func (p *part) count(op *history.Operation, key int32, at *place) {
	switch {
	case op.Outcome == history.Ok, op.Outcome == history.Info && Effective(op.Action), Refusal(op):
		*at = place(key)
		p.counts[key].counted++
		if _, ok := op.Action.(*history.Set); ok {
			p.firstSet[key] = min(p.firstSet[key], op.Call)
		}
	case op.Outcome == history.Fail:
		*at = place(-2 - key)
		p.counts[key].failed++
	}
}

// sort sorts the part's keys.
func (p *part) sort() {
	p.sorted = append(p.sorted[:0], p.keys...)
	slices.Sort(p.sorted)
}

// locate finds the part's keys among all keys.
func (p *part) locate(all []string) {
	p.local, p.next = reuse.Slice(p.local, len(all)), reuse.Slice(p.next, len(p.keys))
	for i, key := range all {
		if at, ok := p.names[key]; ok {
			p.local[i] = at
		} else {
			p.local[i] = none
		}
	}
}

// reserve keeps room for the part's operations of a key from next on. It returns where
// that room ends.
func (p *part) reserve(key int, next tally) tally {
	at := p.local[key]
	if at == none {
		return next
	}
	p.next[at] = next
	return tally{next.counted + p.counts[at].counted, next.failed + p.counts[at].failed}
}

// distribute puts each operation where its key has it.
func (p *part) distribute(operations []history.Operation, places []place, counted, failed []*history.Operation) {
	for i, at := range places {
		if at == none {
			continue
		}
		if next := &p.next[at.key()]; at.failed() {
			failed[next.failed] = &operations[i]
			next.failed++
		} else {
			counted[next.counted] = &operations[i]
			next.counted++
		}
	}
}
