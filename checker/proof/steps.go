package proof

import (
	"errors"
	"fmt"

	"github.com/assay-dev/assay/location"
)

// The rules that hold of any object. The others stand with their objects.
const (
	// RealTime: what returned comes before what was called later.
	RealTime Rule = "real time"
	// Therefore: From is a chain of steps, the first about Before and the last about After.
	Therefore Rule = "therefore"
	// Cycle ends a proof: From is a chain of steps that comes back to its beginning.
	Cycle Rule = "cycle"
)

// A fact is what a step concluded: that before comes strictly before after, or at
// least no later.
type fact struct {
	before, after Event
	strict        bool
}

// An option is one of the ways in which it can have been.
type option struct {
	pick   *location.SeqNo
	assume func(theory) // makes the assumption
}

// A theory is what is known of one key of an object besides the facts.
type theory interface {
	// conclude checks a step by one of the object's rules. closed means that the step
	// contradicts the facts.
	conclude(s *Step, facts []fact) (f fact, closed bool, err error)
	// options returns all the ways in which the step's question can be answered; ok is
	// false for rules that ask none.
	options(s *Step, facts []fact) (options []option, ok bool, err error)
	// clone returns a copy, to which assumptions can be added.
	clone() theory
}

// proof checks steps one by one.
type proof struct {
	theory
	facts []fact // one for each step
}

// contradicts reports why the steps do not end in a contradiction.
func contradicts(steps []Step, t theory) error {
	return (&proof{theory: t}).check(steps)
}

func (p *proof) check(steps []Step) error {
	for i := range steps {
		closed, err := p.step(&steps[i])
		switch {
		case err != nil:
			return fmt.Errorf("step %d, %s: %w", len(p.facts), steps[i].Rule, err)
		case closed && i < len(steps)-1:
			return errors.New("the proof goes on after its end")
		case closed:
			return nil
		}
	}
	return errors.New("the steps do not end in a contradiction")
}

// step checks one step and keeps what it concludes.
func (p *proof) step(s *Step) (closed bool, err error) {
	for _, i := range s.From {
		if i < 0 || i >= len(p.facts) {
			return false, fmt.Errorf("there is no earlier step %d", i)
		}
	}
	f := fact{}
	switch s.Rule {
	case Cycle:
		f, err = p.chain(s.From)
		if err == nil && (f.before != f.after || !f.strict) {
			err = fmt.Errorf("from %v to %v there is no cycle", f.before, f.after)
		}
		return err == nil, err
	case Therefore:
		f, err = p.chain(s.From)
		if err == nil && (f.before != s.Before || f.after != s.After) {
			err = fmt.Errorf("the chain leads from %v to %v", f.before, f.after)
		}
	default:
		options, asks, err := p.options(s, p.facts)
		if err != nil {
			return false, err
		}
		if asks {
			return p.cases(s, options)
		}
		if f, closed, err = p.conclude(s, p.facts); err != nil {
			return false, err
		}
	}
	p.facts = append(p.facts, f)
	return closed, err
}

// chain joins facts end to end. Two operations are never at one place, so a chain
// with two of them in it is strict.
func (p *proof) chain(from []int) (fact, error) {
	if len(from) == 0 {
		return fact{}, errors.New("the chain is empty")
	}
	joined := p.facts[from[0]]
	op := Event{}
	for i, j := range from {
		f := p.facts[j]
		if i > 0 && f.before != joined.after {
			return fact{}, fmt.Errorf("%v does not follow on %v", f.before, joined.after)
		}
		if f.before.Kind == Op {
			joined.strict = joined.strict || op != Event{} && op != f.before
			op = f.before
		}
		joined.after, joined.strict = f.after, joined.strict || f.strict
	}
	if joined.after.Kind == Op && op != (Event{}) && op != joined.after {
		joined.strict = true
	}
	return joined, nil
}

// cases checks a step that asks which of several options holds: none is a
// contradiction, one is assumed, several are refuted one by one.
func (p *proof) cases(s *Step, options []option) (closed bool, err error) {
	p.facts = append(p.facts, fact{})
	if len(s.Cases) == 0 && len(options) < 2 {
		for _, o := range options {
			o.assume(p.theory)
		}
		return len(options) == 0, nil
	}
	if len(s.Cases) != len(options) {
		return false, fmt.Errorf("%d cases of %d", len(s.Cases), len(options))
	}
	for i, o := range options {
		c := s.Cases[i]
		if (c.Pick == nil) != (o.pick == nil) || c.Pick != nil && *c.Pick != *o.pick {
			return false, fmt.Errorf("case %d is not about %v", i, o.pick)
		}
		inner := proof{theory: p.clone(), facts: p.facts[:len(p.facts):len(p.facts)]}
		o.assume(inner.theory)
		if err := inner.check(c.Steps); err != nil {
			return false, fmt.Errorf("case %d: %w", i, err)
		}
	}
	return true, nil
}
