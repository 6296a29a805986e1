// Package coverage counts which clauses of the contract a history puts to the test: a
// clause that nobody exercised is not shown to hold by any verdict.
package coverage

import (
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A Facet is one thing that a clause promises about, and how often it was answered.
type Facet struct {
	Clause string `json:"clause"`
	What   string `json:"what"`
	Times  int    `json:"times"`
}

// A facet tells whether an operation is an answer of its kind.
type facet struct {
	clause, what string
	answers      func(op *history.Operation) bool
}

// answered makes a facet of the acknowledged operations of one kind.
func answered[A history.Action](clause, what string, is func(a A) bool) facet {
	return facet{clause, what, func(op *history.Operation) bool {
		a, ok := op.Action.(A)
		return ok && op.Outcome == history.Ok && is(a)
	}}
}

// refused makes a facet of the operations of one kind that the contract wants refused.
func refused[A history.Action](clause, what string, is func(a A) bool) facet {
	return facet{clause, what, func(op *history.Operation) bool {
		a, ok := op.Action.(A)
		return ok && op.Outcome == history.Fail && is(a)
	}}
}

func always[A history.Action](A) bool { return true }

// facets returns those of an object, in the order of the contract. All facets of a clause
// have to be seen before it counts as tested.
func facets(object history.Object) []facet {
	if object == history.Blob {
		return blobFacets()
	}
	return consensusFacets()
}

func consensusFacets() []facet {
	return []facet{
		answered("C1", "a head of a key without data", func(a *history.Head) bool { return !a.Found }),
		answered("C1", "a first commit", func(a *history.CompareAndSet) bool { return a.Committed && !a.HasExpected }),
		answered("C2", "a commit", func(a *history.CompareAndSet) bool { return a.Committed }),
		answered("C2", "a mismatch", func(a *history.CompareAndSet) bool { return !a.Committed }),
		refused("C3", "a refused move backward", backward),
		refused("C4", "a refused move beyond the range", func(a *history.CompareAndSet) bool { return !backward(a) && !a.New.SeqNo.Legal() }),
		answered("C6", "a head that found a version", func(a *history.Head) bool { return a.Found }),
		answered("C7", "a scan that found versions", func(a *history.Scan) bool { return len(a.Versions) > 0 }),
		answered("C8", "a truncation that deleted", func(a *history.Truncate) bool { return a.Deleted > 0 || a.Deleted == location.CountUnknown }),
		refused("C8", "a refused truncation", func(a *history.Truncate) bool { return a.Refused }),
		answered("C9", "a listing of keys", func(a *history.ListKeys) bool { return len(a.Keys) > 0 }),
	}
}

func backward(a *history.CompareAndSet) bool { return a.HasExpected && a.New.SeqNo <= a.Expected }

func blobFacets() []facet {
	return []facet{
		answered("B1", "a value that was read", func(a *history.Get) bool { return a.Found }),
		answered("B1", "a read of nothing", func(a *history.Get) bool { return !a.Found }),
		answered("B2", "a set", always[*history.Set]),
		answered("B2", "a value read in full", func(a *history.Get) bool { return a.Found && a.Size > 0 }),
		answered("B3", "a delete of a value", func(a *history.Delete) bool { return a.Found }),
		answered("B3", "a delete of nothing", func(a *history.Delete) bool { return a.Answered && !a.Found }),
		answered("B4", "a listing of keys", func(a *history.List) bool { return len(a.Entries) > 0 }),
		answered("B5", "a restore", always[*history.Restore]),
		refused("B5", "a refused restore", func(a *history.Restore) bool { return a.Refused }),
	}
}

// Of counts the facets of a history, in the order of the contract.
func Of(h *history.History) []Facet {
	kinds := facets(h.Header.Object)
	found := None(h.Header.Object)
	for i := range h.Operations {
		for k := range kinds {
			if kinds[k].answers(&h.Operations[i]) {
				found[k].Times++
			}
		}
	}
	return found
}

// None are the facets of an object, each seen no times.
func None(object history.Object) []Facet {
	var found []Facet
	for _, f := range facets(object) {
		found = append(found, Facet{Clause: f.clause, What: f.what})
	}
	return found
}

// Add adds the counts of more to all, which has the facets of the same object.
func Add(all, more []Facet) {
	for _, f := range more {
		at := slices.IndexFunc(all, func(g Facet) bool { return g.Clause == f.Clause && g.What == f.What })
		if at >= 0 {
			all[at].Times += f.Times
		}
	}
}

// Clause returns the facets of one clause.
func Clause(all []Facet, clause string) []Facet {
	var own []Facet
	for _, f := range all {
		if f.Clause == clause {
			own = append(own, f)
		}
	}
	return own
}
