package proof_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/assay-dev/assay/checker/proof"
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
				*k = proof.Key{Key: k.Key, Contradiction: f.steps(1 + f.IntN(4))}
			} else {
				*k = proof.Key{Key: k.Key, Order: f.order()}
			}
		case 1: // claim what is true of another key
			*k = proof.Key{Key: k.Key, Order: pick(f, c.Keys).Order, Contradiction: pick(f, c.Keys).Contradiction}
		case 2:
			if len(c.Keys) > 1 {
				c.Keys = c.Keys[1:]
			}
		default:
			if k.Contradiction == nil {
				k.Order = f.reorder(k.Order)
			} else {
				k.Contradiction = f.breakSteps(k.Contradiction)
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

// breakSteps changes one step, maybe one within a case.
func (f *forger) breakSteps(steps []proof.Step) []proof.Step {
	steps = slices.Clone(steps)
	if len(steps) == 0 {
		return f.steps(2)
	}
	i, j := f.IntN(len(steps)), f.IntN(len(steps))
	s := &steps[i]
	if len(s.Cases) > 0 && f.IntN(3) > 0 {
		s.Cases = slices.Clone(s.Cases)
		c := &s.Cases[f.IntN(len(s.Cases))]
		switch f.IntN(5) {
		case 0:
			s.Cases = s.Cases[1:]
		case 1:
			c.Pick = f.version()
		default:
			c.Steps = f.breakSteps(c.Steps)
		}
		return steps
	}
	switch f.IntN(11) {
	case 0:
		return slices.Delete(steps, i, i+1)
	case 1:
		return slices.Insert(steps, j, *s)
	case 2:
		steps[i], steps[j] = steps[j], steps[i]
	case 3:
		s.Rule = pick(f, rules)
	case 4:
		s.Before = f.event()
	case 5:
		s.After = f.event()
	case 6:
		s.Before, s.After = s.After, s.Before
	case 7:
		s.Lines = f.change(s.Lines, f.line())
	case 8:
		s.From = f.change(s.From, f.IntN(len(steps)))
	case 9:
		s.Version = f.version()
	case 10:
		return slices.Insert(steps, i, f.step(i))
	}
	return steps
}

// change drops, adds or replaces a number of a list.
func (f *forger) change(list []int, n int) []int {
	list = slices.Clone(list)
	if len(list) == 0 || f.IntN(3) == 0 {
		return append(list, n)
	}
	i := f.IntN(len(list))
	if f.IntN(2) == 0 {
		return slices.Delete(list, i, i+1)
	}
	list[i] = n
	return list
}

var rules = []proof.Rule{
	proof.RealTime, proof.Therefore, proof.Cycle, proof.WrongAnswer, proof.Answered, proof.Process, proof.Ascending,
	proof.Written, proof.Followed, proof.Successive, proof.Mismatched, proof.Counted, proof.Missing, proof.Raised,
	proof.Apart, proof.Once, proof.Undeleted, proof.Exhausted,
}

func (f *forger) steps(n int) (steps []proof.Step) {
	for i := range n {
		steps = append(steps, f.step(i))
	}
	return append(steps, proof.Step{Rule: proof.Cycle, From: f.Perm(n)})
}

// step draws a step that may follow n others.
func (f *forger) step(n int) proof.Step {
	s := proof.Step{Rule: pick(f, rules), Before: f.event(), After: f.event(), Version: f.version()}
	for range f.IntN(4) {
		s.Lines = append(s.Lines, f.line())
	}
	for n > 0 && f.IntN(2) == 0 {
		s.From = append(s.From, f.IntN(n))
	}
	switch s.Rule {
	case proof.RealTime:
		s.Before, s.After = proof.OpEvent(f.line()), proof.OpEvent(f.line())
	case proof.Apart: // of the operations themselves
		s.Lines = []int{f.line(), f.line()}
		s.Before, s.After = f.about(s.Lines[0]), f.about(s.Lines[1])
	case proof.Mismatched, proof.Counted, proof.Missing, proof.WrongAnswer:
		s.Lines = []int{f.line()}
	case proof.Undeleted:
		s.Lines = []int{f.line(), f.line(), f.line(), f.line()}[:2+2*f.IntN(2)]
	}
	return s
}

// about returns the event of an operation, or of the value that it wrote or read.
func (f *forger) about(line int) proof.Event {
	value := func(op history.Operation) string {
		switch a := op.Action.(type) {
		case *history.Set:
			return a.Value
		case *history.Get:
			return a.Value
		}
		return ""
	}
	i := slices.IndexFunc(f.of.Operations, func(op history.Operation) bool { return op.Line == line })
	if i >= 0 && value(f.of.Operations[i]) != "" {
		for _, op := range f.of.Operations {
			if _, set := op.Action.(*history.Set); set && value(op) == value(f.of.Operations[i]) {
				return proof.ValueEvent(op.Line)
			}
		}
	}
	return proof.OpEvent(line)
}

func (f *forger) event() proof.Event {
	line := f.line()
	switch f.IntN(8) {
	case 0, 1, 2:
		return proof.OpEvent(line)
	case 3:
		return proof.AfterEvent(f.Int64N(60))
	case 4, 5:
		if f.of.Header.Object == history.Blob {
			return proof.ValueEvent(line)
		}
		return proof.HeadEvent(location.SeqNo(f.IntN(7)))
	case 6:
		if f.of.Header.Object == history.Blob {
			return proof.ValueEvent(line)
		}
		return proof.MarkEvent(location.SeqNo(f.IntN(7)))
	}
	return proof.OpEvent(line)
}

func (f *forger) version() *location.SeqNo {
	if f.IntN(4) == 0 {
		return nil
	}
	return new(location.SeqNo(f.IntN(7)))
}

// saturate draws steps about the key at a place in the certificate and keeps those
// that the verifier accepts. It tries to close with each circle that they make.
func (f *forger) saturate(key, draws int) (kept []proof.Step, closed bool) {
	claim := proof.Certificate{Object: f.of.Header.Object, Relax: f.of.Header.Relax}
	for _, k := range f.of.certificate.Keys {
		claim.Keys = append(claim.Keys, proof.Key{Key: k.Key, Undecided: "not asked"})
	}
	try := func(steps []proof.Step) error {
		claim.Keys[key] = proof.Key{Key: claim.Keys[key].Key, Contradiction: steps}
		return f.of.verify(&claim)
	}
	for range draws {
		s := f.step(len(kept))
		if s.Rule == proof.Cycle {
			continue
		}
		err := try(append(kept, s))
		if err == nil {
			return append(kept, s), true
		}
		if !strings.Contains(err.Error(), errOpen.Error()) {
			continue
		}
		kept = append(kept, s)
		for _, circle := range circles(kept) {
			if end := append(kept, proof.Step{Rule: proof.Cycle, From: circle}); try(end) == nil {
				return end, true
			}
		}
	}
	return kept, false
}

// errOpen is what the verifier says of steps that are right but come to nothing.
var errOpen = errors.New("the steps do not end in a contradiction")

// circles returns the shortest chain from the last step's end back to its beginning.
func circles(steps []proof.Step) [][]int {
	last := len(steps) - 1
	reached := map[proof.Event][]int{steps[last].After: {last}}
	for next := []proof.Event{steps[last].After}; len(next) > 0; next = next[1:] {
		if next[0] == steps[last].Before {
			return [][]int{reached[next[0]]}
		}
		for i, s := range steps {
			if s.Before == next[0] && reached[s.After] == nil && s.Before != s.After {
				reached[s.After] = append(slices.Clone(reached[next[0]]), i)
				next = append(next, s.After)
			}
		}
	}
	return nil
}
