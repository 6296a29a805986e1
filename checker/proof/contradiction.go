package proof

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// About is what a contradiction is about: all operations of one key, each with a line.
type About struct {
	Object     history.Object
	Relax      location.Relaxations
	Key        string
	Operations []*history.Operation
}

// Possible returns what the key can have held when the operation of each answered step
// had returned. Its error says why the steps are no contradiction. The clocks may be
// wrong by slack nanoseconds.
func (a About) Possible(steps []Step, apart []location.SeqNo, slack int64) ([][]State, error) {
	named, err := a.named(steps)
	if err != nil {
		return nil, err
	}
	switch a.Object {
	case history.Consensus:
		return possible(a.log(apart), a, named, slack)
	case history.Blob:
		return possible(a.blob(named), a, named, slack)
	}
	return possible(register{}, a, named, slack)
}

// log tells these version numbers apart.
func (a About) log(apart []location.SeqNo) *log {
	l := newLog(a.Key, a.Relax)
	l.ends = slices.Compact(slices.Sorted(slices.Values(apart)))
	return l
}

// blob tells the values apart that the operations name.
func (a About) blob(named []*history.Operation) *blob {
	c := newBlob(a.Key, a.Relax)
	for _, op := range named {
		c.asks(op)
	}
	for _, op := range a.Operations {
		_, restore := op.Action.(*history.Restore)
		c.restores = c.restores || restore
	}
	return c
}

// A State is something that a key can have held.
type State any

func possible[S comparable](c contract[S], a About, named []*history.Operation, slack int64) (states [][]State, err error) {
	s, err := newSweep(c, a.Relax, named, a.Operations, slack)
	if err != nil {
		return nil, err
	}
	found, err := s.run()
	for _, moment := range found {
		var at []State
		for _, state := range moment {
			at = append(at, state)
		}
		states = append(states, at)
	}
	return states, err
}

// named returns the operations of the steps.
func (a About) named(steps []Step) ([]*history.Operation, error) {
	byLine := map[int]*history.Operation{}
	for _, s := range steps {
		byLine[s.Line] = nil
	}
	for _, op := range a.Operations {
		if _, wanted := byLine[op.Line]; wanted {
			byLine[op.Line] = op
		}
	}
	var named []*history.Operation
	for i, s := range steps {
		op := byLine[s.Line]
		switch {
		case op == nil:
			return nil, fmt.Errorf("step %d: line %d is not about the key", i, s.Line)
		case !definite(op) && (op.Outcome == history.Fail || !effective(op)):
			return nil, fmt.Errorf("step %d: line %d says nothing", i, s.Line)
		case s.Rule != RuleOf(op):
			return nil, fmt.Errorf("step %d: line %d follows the rule %s, not %s", i, s.Line, RuleOf(op), s.Rule)
		}
		named = append(named, op)
	}
	return named, nil
}

// RuleOf returns the rule by which op takes part in a contradiction: the clause of the
// contract that says what the key can have held when it was answered as it was, and
// what after that; or E1, that without an answer it may take effect once, at any time
// from its call on.
func RuleOf(op *history.Operation) Rule {
	if op.Outcome == history.Info {
		return "E1"
	}
	return clause(op)
}

func clause(op *history.Operation) Rule {
	switch op.Action.(type) {
	case *history.Head:
		return "C6"
	case *history.CompareAndSet:
		return "C2"
	case *history.Scan:
		return "C7"
	case *history.Truncate:
		return "C8"
	case *history.ListKeys:
		return "C9"
	case *history.Get:
		return "B1"
	case *history.Set:
		return "B2"
	case *history.Delete:
		return "B3"
	case *history.List:
		return "B4"
	case *history.Restore:
		return "B5"
	case *history.RegisterRead, *history.RegisterWrite:
		return "R1"
	case *history.RegisterSwap:
		return "R2"
	}
	return "?"
}

// of reports whether op is an operation of an object.
func of(op *history.Operation, object history.Object) bool {
	switch clause(op)[0] {
	case 'C':
		return object == history.Consensus
	case 'B':
		return object == history.Blob
	case 'R':
		return object == history.Register
	}
	return false
}

// definite reports whether op has to be explained, since it was answered. Refusals are
// answers (E6).
func definite(op *history.Operation) bool {
	refused := false
	switch a := op.Action.(type) {
	case *history.Truncate:
		refused = a.Refused
	case *history.Restore:
		refused = a.Refused
	}
	return op.Outcome == history.Ok || op.Outcome == history.Fail && refused
}

// effective reports whether op may have changed what is stored.
func effective(op *history.Operation) bool {
	answered := op.Outcome == history.Ok
	switch a := op.Action.(type) {
	case *history.CompareAndSet:
		return op.Outcome == history.Info || answered && a.Committed
	case *history.Delete:
		return op.Outcome == history.Info || answered && (a.Found || !a.Answered)
	case *history.RegisterSwap:
		return op.Outcome == history.Info || answered && a.Swapped
	case *history.Set, *history.Truncate, *history.Restore, *history.RegisterWrite:
		return op.Outcome != history.Fail
	}
	return false
}

func listing(op *history.Operation) bool { return clause(op) == "C9" || clause(op) == "B4" }

// keysOf returns the keys that a listing names.
func keysOf(op *history.Operation) (keys []string) {
	switch a := op.Action.(type) {
	case *history.ListKeys:
		return a.Keys
	case *history.List:
		for _, e := range a.Entries {
			keys = append(keys, e.Key)
		}
	}
	return keys
}

// mayBeStale reports whether op may tell what was true before its call.
func mayBeStale(op *history.Operation, relax location.Relaxations) bool {
	switch op.Action.(type) {
	case *history.Head, *history.Scan:
		return relax.Allow(location.RelaxStaleHead)
	}
	return false
}

// byCall orders the operations of a process.
func byCall(a, b *history.Operation) int {
	return cmp.Or(cmp.Compare(a.Call, b.Call), cmp.Compare(a.Return, b.Return), cmp.Compare(a.Line, b.Line))
}
