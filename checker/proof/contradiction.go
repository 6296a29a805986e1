package proof

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

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

// A State is something that a key can have held.
type State any

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

func possible[S, E comparable](c contract[S, E], a About, named []*history.Operation, slack int64) (states [][]State, err error) {
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

// log tells these version numbers apart.
func (a About) log(apart []location.SeqNo) *log {
	l := newLog(a.Key, a.Relax)
	l.ends = slices.Compact(slices.Sorted(slices.Values(apart)))
	return l
}

// blob tells the values apart that the operations name.
func (a About) blob(named []*history.Operation) *blob {
	b := newBlob(a.Key, a.Relax)
	for _, op := range named {
		b.asks(op)
	}
	for _, op := range a.Operations {
		_, restore := op.Action.(*history.Restore)
		b.restores = b.restores || restore
	}
	return b
}

// named returns the operations of the steps.
func (a About) named(steps []Step) (named []*history.Operation, err error) {
	byLine := map[int]*history.Operation{}
	for _, s := range steps {
		byLine[s.Line] = nil
	}
	for _, op := range a.Operations {
		if _, wanted := byLine[op.Line]; wanted {
			byLine[op.Line] = op
		}
	}
	for i, s := range steps {
		op := byLine[s.Line]
		switch {
		case op == nil || !relevant(op):
			return nil, fmt.Errorf("step %d: line %d says nothing about the key", i, s.Line)
		case s.Rule == "" || s.Rule != RuleOf(op) || definite(op) && !strings.EqualFold(string(s.Rule[:1]), string(a.Object[:1])):
			return nil, fmt.Errorf("step %d: line %d follows the rule %s, not %s", i, s.Line, RuleOf(op), s.Rule)
		}
		named = append(named, op)
		delete(byLine, s.Line) // a line that stands there twice is refused
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
	return map[string]Rule{
		"head": "C6", "compare_and_set": "C2", "scan": "C7", "truncate": "C8", "list_keys": "C9",
		"get": "B1", "set": "B2", "delete": "B3", "list": "B4", "restore": "B5",
		"read": "R1", "write": "R1", "cas": "R2",
	}[op.Action.Name()]
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
	unknown, answered := op.Outcome == history.Info, op.Outcome == history.Ok
	switch a := op.Action.(type) {
	case *history.CompareAndSet:
		return valid(a) && (unknown || answered && a.Committed)
	case *history.Delete:
		return unknown || answered && (a.Found || !a.Answered)
	case *history.RegisterSwap:
		return unknown || answered && a.Swapped
	case *history.Set, *history.Truncate, *history.Restore, *history.RegisterWrite:
		return unknown || answered
	}
	return false
}

// relevant reports whether op has to have a place in an order, or may have one.
func relevant(op *history.Operation) bool { return definite(op) || effective(op) }

// listing returns what a listing covers and names. Of a Consensus key it tells no size.
func listing(op *history.Operation) (prefix string, entries []location.BlobMetadata, ok bool) {
	switch a := op.Action.(type) {
	case *history.List:
		return a.Prefix, a.Entries, true
	case *history.ListKeys:
		entries = make([]location.BlobMetadata, len(a.Keys))
		for i, key := range a.Keys {
			entries[i] = location.BlobMetadata{Key: key, Size: history.SizeUnknown}
		}
		return "", entries, true
	}
	return "", nil, false
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

// count returns how many of the elements are as wanted.
func count[E any](elements []E, wanted func(E) bool) (n int) {
	for _, e := range elements {
		if wanted(e) {
			n++
		}
	}
	return n
}
