package proof_test

import (
	"math/rand/v2"
	"slices"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/checker/shrink"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// forger makes false certificates.
type forger struct {
	*rand.Rand
	of judged
}

func pick[T any](f *forger, from []T) T { return from[f.IntN(len(from))] }

// broken returns the certificate with something changed in it.
func (f *forger) broken() *proof.Certificate {
	c := *f.of.certificate
	c.Keys = slices.Clone(c.Keys)
	if len(c.Keys) == 0 {
		return &c
	}
	for range 1 + f.IntN(3)*f.IntN(2) {
		k := &c.Keys[f.IntN(len(c.Keys))]
		switch f.IntN(12) {
		case 0: // claim the opposite, of which nothing is known
			if k.Contradiction == nil {
				steps := f.steps(1 + f.IntN(len(f.of.Operations)))
				*k = proof.Key{Key: k.Key, Contradiction: steps, Apart: f.versions()}
			} else {
				*k = proof.Key{Key: k.Key, Order: f.order()}
			}
		case 1: // claim what is true of another key
			*k = proof.Key{Key: k.Key, Order: pick(f, c.Keys).Order, Contradiction: pick(f, c.Keys).Contradiction, Apart: k.Apart}
		case 2:
			if len(c.Keys) > 1 {
				c.Keys = c.Keys[1:]
			}
		default:
			if k.Contradiction == nil {
				k.Order = f.reorder(k.Order)
			} else {
				k.Contradiction, k.Apart = f.breakSteps(k.Contradiction), change(f, k.Apart, f.versions)
			}
		}
	}
	return &c
}

// order puts some operations in the order of their calls.
func (f *forger) order() (o proof.Order) {
	for _, op := range f.of.Operations {
		if f.IntN(4) > 0 {
			o = append(o, proof.Placement{Line: op.Line, At: op.Call + f.Int64N(5)})
		}
	}
	slices.SortStableFunc(o, func(a, b proof.Placement) int { return int(a.At - b.At) })
	return o
}

func (f *forger) reorder(o proof.Order) proof.Order {
	o = slices.Clone(o)
	if len(o) == 0 {
		return f.order()
	}
	i, j := f.IntN(len(o)), f.IntN(len(o))
	switch f.IntN(7) {
	case 0:
		return slices.Delete(o, i, i+1)
	case 1:
		return slices.Insert(o, j, o[i])
	case 2:
		o[i], o[j] = o[j], o[i]
	case 3: // swapped in place, with the instants in order
		o[i].Line, o[j].Line = o[j].Line, o[i].Line
	case 4:
		o[i].At += f.Int64N(9) - 4
	case 5:
		o[i].Line = f.line()
	case 6:
		return slices.Insert(o, i, proof.Placement{Line: f.line(), At: o[i].At})
	}
	return o
}

func (f *forger) line() int {
	if f.IntN(20) == 0 {
		return f.IntN(100) - 50
	}
	return pick(f, f.of.Operations).Line
}

// breakSteps changes one step.
func (f *forger) breakSteps(steps []proof.Step) []proof.Step {
	steps = slices.Clone(steps)
	if len(steps) == 0 {
		return f.steps(2)
	}
	i, j := f.IntN(len(steps)), f.IntN(len(steps))
	switch f.IntN(6) {
	case 0:
		return slices.Delete(steps, i, i+1)
	case 1:
		return slices.Insert(steps, j, steps[i])
	case 2:
		steps[i], steps[j] = steps[j], steps[i]
	case 3:
		steps[i].Rule = pick(f, []proof.Rule{"", "E1", "C2", "C6", "C7", "C8", "C9", "B1", "B2", "B3", "B4", "B5"})
	case 4:
		steps[i].Line = f.line()
	case 5:
		return f.inOrder(append(steps, f.step()))
	}
	return steps
}

// change drops or adds something, in half of all cases.
func change[T any](f *forger, list []T, more func() []T) []T {
	list = slices.Clone(list)
	switch i := f.IntN(len(list) + 1); f.IntN(4) {
	case 0:
		return slices.Delete(list, i, min(len(list), i+1))
	case 1:
		return append(list, more()...)
	}
	return list
}

// steps draws steps that hold together.
func (f *forger) steps(n int) (steps []proof.Step) {
	for range n {
		if s := f.step(); !slices.Contains(steps, s) {
			steps = append(steps, s)
		}
	}
	return f.inOrder(steps)
}

func (f *forger) step() proof.Step {
	op := pick(f, f.of.Operations)
	return proof.Step{Line: op.Line, Rule: proof.RuleOf(&op)}
}

// inOrder sorts steps as they have to stand.
func (f *forger) inOrder(steps []proof.Step) []proof.Step { return inOrder(f.of.History, steps) }

func inOrder(h *history.History, steps []proof.Step) []proof.Step {
	at := map[int]*history.Operation{}
	for _, s := range steps {
		at[s.Line] = &history.Operation{} // for a line that there is not
	}
	for i := range h.Operations {
		at[h.Operations[i].Line] = &h.Operations[i]
	}
	slices.SortStableFunc(steps, func(a, b proof.Step) int { return proof.Compare(at[a.Line], at[b.Line]) })
	return steps
}

func (f *forger) versions() (apart []location.SeqNo) {
	for n := range location.SeqNo(9) {
		if f.IntN(2) == 0 {
			apart = append(apart, n)
		}
	}
	return apart
}

// some returns about so many of ten operations as steps, and fewer of those without an answer.
func (f *forger) some(tenths int) (steps []proof.Step) {
	for i := range f.of.Operations {
		op := &f.of.Operations[i]
		if f.IntN(10) < tenths && (op.Outcome != history.Info || f.IntN(3) == 0) {
			steps = append(steps, proof.Step{Line: op.Line, Rule: proof.RuleOf(op)})
		}
	}
	return f.inOrder(steps)
}

// named returns about so many of four numbers that operations name, or that are one more.
func (f *forger) named(quarters int) (apart []location.SeqNo) {
	for i := range f.of.Operations {
		for _, n := range shrink.Numbers(&f.of.Operations[i]) {
			for _, n := range []location.SeqNo{n, n + 1} {
				if f.IntN(4) < quarters {
					apart = append(apart, n)
				}
			}
		}
	}
	return apart
}
