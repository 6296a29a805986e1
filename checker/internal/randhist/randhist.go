// Package randhist makes small random histories for property tests of checkers: what
// clients saw of a correct store, and the same with something broken in it.
//
// A plain simulation finds few bugs of a checker. So clients overlap much or little,
// time stamps are often equal, operations without an answer take effect late or never
// and compete for the same version numbers, keys have versions with gaps from before,
// and bounds are drawn evenly, in gaps and beyond both ends as well.
package randhist

import (
	"fmt"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A Source makes all choices. A rand.Rand is one; a property test draws from its own,
// so that it can shrink what it found.
type Source interface {
	// IntN returns a number from 0 to n-1. The simplest choice is 0.
	IntN(n int) int
}

// Options say what histories are wanted.
type Options struct {
	Object     history.Object
	Operations int // at most
	Keys       int // at most; 0 means 1
	// Relax are the exceptions that the store makes use of.
	Relax location.Relaxations
	// Restores are asked for (Blob).
	Restores bool
	// Repeats: names and sizes of values may repeat, and some are not told, as in
	// histories that were recorded elsewhere.
	Repeats bool
	// Intact histories have nothing broken in them: they are valid.
	Intact bool
}

// Generate returns a random history. Unless it is to be intact, it is broken in most
// cases; not everything that is broken can be noticed.
func Generate(src Source, o Options) *history.History {
	g := &generator{
		Source:  src,
		options: o,
		header:  history.Header{Assay: history.FormatVersion, Object: o.Object, Relax: o.Relax},
		session: map[int]int{},
	}
	for i := range 1 + g.IntN(max(1, o.Keys)) {
		g.keys = append(g.keys, newKey(fmt.Sprintf("k%d", i)))
	}
	g.broken = !o.Intact && g.IntN(8) > 0
	g.schedule()
	g.execute()
	if g.broken {
		g.breakAnswers()
	}
	h := &history.History{Header: g.header}
	for i, op := range g.operations {
		op.Line = i + 2
		h.Operations = append(h.Operations, *op)
	}
	return h
}

// generator makes one history.
type generator struct {
	Source
	options    Options
	header     history.Header
	keys       []*key
	broken     bool
	operations []*history.Operation
	events     []event
	values     int         // so many names of values are in use
	session    map[int]int // by process: which state its latest read saw (stale-head)
}

// An event is an instant at which an operation meets the store.
type event struct {
	at        int64
	operation *history.Operation
	key       *key
	part      part
}

// part says what an operation does at an event.
type part int

const (
	effect part = iota // it is answered, and has its effect
	choose             // it has no effect, only its arguments are chosen
	look               // of a delete: look the size up
	remove             // of a delete: remove what is there
)

// percent returns true in so many of 100 cases.
func (g *generator) percent(p int) bool { return g.IntN(100) >= 100-p }

// pick returns one of the choices.
func pick[T any](g *generator, choices ...T) T { return choices[g.IntN(len(choices))] }

// execute takes the events in the order of time.
func (g *generator) execute() {
	slices.SortStableFunc(g.events, func(a, b event) int { return int(a.at - b.at) })
	for _, e := range g.events {
		if g.options.Object == history.Consensus {
			g.executeConsensus(e)
		} else {
			g.executeBlob(e)
		}
	}
}
