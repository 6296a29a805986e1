package evidence

import (
	"fmt"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/body"
	"github.com/assay-dev/assay/workload/history"
)

// A special is a kind of operation that the contract allows and that a store may wrongly
// refuse each time: among the many others of its name that would not be noticed.
type special struct {
	name string
	is   func(a history.Action) bool
}

// specials are told by their arguments, or by not having the answer that the others have.
var specials = [...]special{
	{"compare_and_set to v0", toNumber(0, 0)},
	{"compare_and_set to the last number", toNumber(location.MaxSeqNo, location.MaxSeqNo)},
	{"compare_and_set of an empty value", func(a history.Action) bool {
		c, ok := a.(*history.CompareAndSet)
		return ok && c.New.Value == body.EmptyName && legal(c)
	}},
	{"compare_and_set that meets another head", func(a history.Action) bool {
		c, ok := a.(*history.CompareAndSet)
		return ok && !c.Committed && legal(c)
	}},
	{"set of an empty value", func(a history.Action) bool {
		s, ok := a.(*history.Set)
		return ok && s.Value == body.EmptyName
	}},
	{"delete of what is not there", func(a history.Action) bool {
		d, ok := a.(*history.Delete)
		return ok && !d.Found
	}},
	{"get of what is not there", func(a history.Action) bool {
		g, ok := a.(*history.Get)
		return ok && !g.Found
	}},
	{"head of what is not there", func(a history.Action) bool {
		h, ok := a.(*history.Head)
		return ok && !h.Found
	}},
}

// toNumber are the compare-and-sets to a number from low to high.
func toNumber(low, high location.SeqNo) func(history.Action) bool {
	return func(a history.Action) bool {
		c, ok := a.(*history.CompareAndSet)
		return ok && low <= c.New.SeqNo && c.New.SeqNo <= high && legal(c)
	}
}

// legal reports whether the numbers of a compare-and-set are as C3 and C4 want them.
func legal(a *history.CompareAndSet) bool {
	return a.New.SeqNo <= location.MaxSeqNo && (!a.HasExpected || a.New.SeqNo > a.Expected)
}

// countSpecials counts an operation that met no fault.
func (g *gathering) countSpecials(op *history.Operation, answered bool) {
	for i := range specials {
		if specials[i].is(op.Action) {
			g.specials[i].add(answered)
		}
	}
}

// refused returns the special kinds that were asked for and refused each time.
func (g *gathering) refused() []Refused {
	refused := []Refused{}
	for i, c := range g.specials {
		if c.Asked > 0 && c.Answered == 0 {
			refused = append(refused, Refused{specials[i].name, c.Asked})
		}
	}
	return refused
}

// missingSpecials demands that nothing is refused each time that the contract allows.
func (e Evidence) missingSpecials() (missing []string) {
	for _, r := range e.Refused {
		if r.Times >= minSpecial {
			missing = append(missing, fmt.Sprintf("%s failed all %d times while nothing was broken, and is legal: see why in the history, or --time for longer", r.Kind, r.Times))
		}
	}
	return missing
}
