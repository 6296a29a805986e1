package minimal

import (
	"cmp"
	"slices"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/workload/history"
)

// A draft is a counterexample in the making.
type draft struct {
	*problem
	force  []*history.Operation // projected
	others []*history.Operation // projected; some unheard, some as they were answered
	kept   versions             // those that matter to the operations in force
	view   *view                // onto those, and more that matter to other writes; nil for a Blob
}

// finish makes a counterexample of operations in force; nil when it cannot be told
// whether that would be fair.
func (p *problem) finish(force []*history.Operation, kept versions) *Counterexample {
	d := &draft{problem: p, kept: kept}
	unheard := p.unheard(force)
	if p.chain != nil {
		var v view
		v, force, unheard = project(force, unheard, kept)
		d.view = &v
	}
	d.force = force
	d.addBackground()
	d.addWriters()
	if !d.fair(d.others) && !d.addFairly(unheard) {
		return nil
	}
	d.addWriters()
	d.hear()
	d.addDenials()
	if !d.fair(d.others) {
		return nil
	}
	return d.result()
}

// fair reports whether each operation in force is indispensable beside these others.
func (d *draft) fair(others []*history.Operation) bool {
	for i, op := range d.force {
		rest := slices.Concat(d.force[:i], d.force[i+1:], others)
		if op = search.Unheard(op); op != nil {
			rest = append(rest, op)
		}
		if d.verdict(rest) != checker.Valid {
			return false
		}
	}
	return true
}

// addFairly adds as few of the writes that nobody heard as make the draft fair.
func (d *draft) addFairly(unheard []*history.Operation) bool {
	unheard = slices.DeleteFunc(slices.Clone(unheard), func(op *history.Operation) bool { return d.find(op.Line) != nil })
	beside := func(some []*history.Operation) bool { return d.fair(slices.Concat(d.others, some)) }
	if !beside(unheard) {
		return false
	}
	d.others = append(d.others, shrink(unheard, beside)...)
	return true
}

// find returns the operation of the draft that stood on a line of the history.
func (d *draft) find(line int) *history.Operation {
	for _, op := range slices.Concat(d.force, d.others) {
		if op.Line == line {
			return op
		}
	}
	return nil
}

// addBackground adds what people need to see what a key held: who wrote the versions that
// are kept, and what happened before an operation that contradicts all others by itself.
func (d *draft) addBackground() {
	if d.view != nil {
		for _, n := range d.kept {
			if d.chain.certain.has(n) {
				d.add(d.writer(d.version(n)))
			}
		}
	} else if len(d.force) == 1 {
		d.add(d.lastWrite(d.force[0]))
	}
}

// addWriters adds, for each value that somebody saw, who wrote it.
func (d *draft) addWriters() {
	for i := 0; i < len(d.force)+len(d.others); i++ {
		for _, writer := range d.writers(slices.Concat(d.force, d.others)[i]) {
			d.add(writer)
		}
	}
}

// add adds an operation as if it had not been heard. A failure had no effect anyway. One
// that was answered that it did nothing would accuse the store too: see addDenials.
func (d *draft) add(op *history.Operation) {
	if op == nil || d.find(op.Line) != nil {
		return
	}
	form := search.Unheard(op)
	if op.Outcome == history.Fail {
		form = op
	}
	if form != nil && d.view != nil {
		form = d.view.one(form)
	}
	if form != nil {
		d.others = append(d.others, form)
	}
}

// addDenials adds the writers of values that were seen although the writers were told
// that they wrote nothing, where the draft remains fair.
func (d *draft) addDenials() {
	for _, op := range slices.Concat(d.force, d.others) {
		for _, writer := range d.writers(op) {
			if writer == nil || d.find(writer.Line) != nil {
				continue
			}
			if form := d.answered(writer.Line); form != nil && d.fair(slices.Concat(d.others, []*history.Operation{form})) {
				d.others = append(d.others, form)
			}
		}
	}
}

// writers returns who wrote what op saw.
func (d *draft) writers(op *history.Operation) (writers []*history.Operation) {
	if d.chain != nil {
		seen, expected := witnessed(op)
		for _, v := range seen {
			writers = append(writers, d.writer(v))
		}
		for _, n := range expected {
			writers = append(writers, d.writer(d.version(n)))
		}
		return writers
	}
	if op.Outcome != history.Ok {
		return nil
	}
	var sizes []int64
	switch a := op.Action.(type) {
	case *history.Get:
		if a.Found {
			return append(writers, d.best(func(op *history.Operation) bool {
				set, ok := op.Action.(*history.Set)
				return ok && set.Value == a.Value
			}))
		}
	case *history.Delete:
		if a.Answered && a.Found {
			sizes = append(sizes, a.Size)
		}
	case *history.List:
		for _, entry := range a.Entries {
			sizes = append(sizes, entry.Size)
		}
	}
	for _, size := range sizes {
		writers = append(writers, d.best(func(op *history.Operation) bool {
			set, ok := op.Action.(*history.Set)
			return ok && set.Size == size
		}))
	}
	return writers
}

// hear lets the others be as they were answered, where the draft remains fair.
func (d *draft) hear() {
	heard := slices.Clone(d.others)
	for i, op := range heard {
		if as := d.answered(op.Line); as != nil {
			heard[i] = as
		}
	}
	if d.fair(heard) {
		d.others = heard
		return
	}
	for i := range heard {
		some := slices.Clone(d.others)
		some[i] = heard[i]
		if d.fair(some) {
			d.others = some
		}
	}
}

// answered returns the operation of a line as it was answered, projected.
func (d *draft) answered(line int) *history.Operation {
	op := d.original(line)
	if d.view != nil {
		return d.view.one(op)
	}
	return op
}

// original returns the operation of a line as it stands in the history.
func (p *problem) original(line int) *history.Operation {
	for _, op := range slices.Concat(p.Operations, p.Failed) {
		if op.Line == line {
			return op
		}
	}
	return nil
}

// result simplifies the draft and has it checked.
func (d *draft) result() *Counterexample {
	c := &Counterexample{Object: d.object, Relax: d.relax}
	simplified := d.history(slices.Concat(d.force, d.others)).Operations
	for i, op := range simplified {
		c.Operations = append(c.Operations, Operation{Operation: op, Was: d.original(op.Line), InForce: i < len(d.force)})
	}
	slices.SortStableFunc(c.Operations, func(a, b Operation) int {
		return cmp.Or(cmp.Compare(a.Call, b.Call), cmp.Compare(a.Line, b.Line))
	})
	c.simplify()
	argued := d.check(c.history()) // with the times of the run
	c.compressTimes()
	found := d.check(c.history())
	if argued == nil || found == nil || len(argued.Violations) != 1 || len(found.Violations) != 1 {
		return nil
	}
	c.Violation = found.Violations[0]
	c.Violation.Argument = argued.Violations[0].Argument
	return c
}

// history is c as it is read from its file.
func (c *Counterexample) history() *history.History {
	h := &history.History{Header: history.Header{Assay: history.FormatVersion, Object: c.Object, Relax: c.Relax}}
	for i := range c.Operations {
		h.Operations = append(h.Operations, c.Operations[i].Operation)
	}
	return h
}
