package proof

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// The rules of a Blob, besides WrongAnswer and Answered.
const (
	// Apart: of two values, or of a value and an operation that saw or made absence, one
	// is wholly before the other. The operations in Lines, one of each, say which: the
	// first returned before the second was called.
	Apart Rule = "apart"
	// Once: the two deletes in Lines removed the same value.
	Once Rule = "once"
	// Undeleted ends a proof: Lines are pairs of a value's set and an operation that later
	// saw nothing, each pair after the one before; and there are fewer deletes that can
	// have come between any of them than there are pairs.
	Undeleted Rule = "undeleted"
)

// Value is everything about the value that the operation on line N set, from its set
// to its delete.
const Value EventKind = "value"

// ValueEvent is everything about the value that the operation on line set.
func ValueEvent(line int) Event { return Event{Value, uint64(line)} }

// blob is the theory of one key of a Blob whose values are unique.
type blob struct {
	key        string
	relax      location.Relaxations
	operations map[int]*history.Operation
	values     map[string][]int // by name: the sets that may have happened
	sizes      map[int64][]int  // by size, likewise
	spans      map[Event]span
	shown      map[int]bool // by a value's set: it was certainly there
	deleted    map[int]bool // by a value's set: a delete certainly removed it
	deletes    []int        // those that may have removed something
	revived    bool         // a restore may have brought a deleted value back
}

// A span is what is certain of an event's time: it began before earliest return, and
// lasted until the latest call.
type span struct{ returned, called int64 }

func (b *blob) clone() theory { return b }

func (b *blob) options(*Step, []fact) ([]option, bool, error) { return nil, false, nil }

func newBlob(key string, relax location.Relaxations, operations map[int]*history.Operation) *blob {
	b := &blob{
		key: key, relax: relax, operations: operations,
		values: map[string][]int{}, sizes: map[int64][]int{}, spans: map[Event]span{},
		shown: map[int]bool{}, deleted: map[int]bool{},
	}
	restores := false
	for line, op := range operations {
		switch a := op.Action.(type) {
		case *history.Set:
			if op.Outcome != history.Fail {
				b.values[a.Value] = append(b.values[a.Value], line)
				b.sizes[a.Size] = append(b.sizes[a.Size], line)
			}
		case *history.Delete:
			if op.Outcome == history.Info || op.Outcome == history.Ok && (a.Found || !a.Answered) {
				b.deletes = append(b.deletes, line)
			}
		case *history.Restore:
			restores = restores || op.Outcome != history.Fail
		}
	}
	b.revived = restores && len(b.deletes) > 0 && !relax.Allow(location.RelaxNoRestore)
	for line, op := range operations {
		b.widen(OpEvent(line), op)
		if set, ok := b.about(line); ok {
			b.widen(ValueEvent(set), op)
			b.shown[set] = b.shown[set] || op.Outcome == history.Ok
			_, deletes := op.Action.(*history.Delete)
			b.deleted[set] = b.deleted[set] || deletes && !b.removal(line)
		}
	}
	return b
}

func (b *blob) widen(e Event, op *history.Operation) {
	s, ok := b.spans[e]
	if !ok {
		s = span{math.MaxInt64, math.MinInt64}
	}
	b.spans[e] = span{min(s.returned, op.Latest()), max(s.called, op.Call)}
}

// about returns the line of the one set of the value that an operation is about.
func (b *blob) about(line int) (set int, ok bool) {
	op := b.operations[line]
	var sets []int
	if a, ok := op.Action.(*history.Set); ok {
		sets = b.values[a.Value]
	} else if op.Outcome != history.Ok {
		return 0, false
	}
	switch a := op.Action.(type) {
	case *history.Get:
		if a.Found {
			sets = b.values[a.Value]
		}
	case *history.Delete:
		if a.Answered && a.Found {
			sets = b.ofSize(a.Size)
		}
	case *history.List:
		if size, _, listed := b.listed(a); listed {
			sets = b.ofSize(size)
		}
	}
	if len(sets) != 1 || op.Outcome == history.Fail {
		return 0, false
	}
	return sets[0], true
}

func (b *blob) ofSize(size int64) []int {
	return slices.Concat(b.sizes[size], b.sizes[history.SizeUnknown])
}

// listed returns what a listing says of the key: its size, and how often it is named.
func (b *blob) listed(a *history.List) (size int64, times int, listed bool) {
	for _, e := range a.Entries {
		if e.Key == b.key {
			size, times = e.Size, times+1
		}
	}
	return size, times, times > 0
}

// nothing reports whether the operation on a line saw that the key was absent.
func (b *blob) nothing(line int) bool {
	op := b.operations[line]
	return op != nil && b.saw(op)
}

// saw reports whether op saw that the key was absent.
func (b *blob) saw(op *history.Operation) bool {
	if !definite(op) {
		return false
	}
	switch a := op.Action.(type) {
	case *history.Get:
		return !a.Found && a.Damage == ""
	case *history.Delete:
		return a.Answered && !a.Found
	case *history.List:
		_, _, listed := b.listed(a)
		return !listed && b.covered(op)
	case *history.Restore:
		return op.Outcome == history.Fail
	}
	return false
}

// removal reports whether the operation on a line is a delete that stands apart from
// the value that it reported, if any.
func (b *blob) removal(line int) bool {
	a, ok := b.operations[line].Action.(*history.Delete)
	return ok && (b.operations[line].Outcome == history.Info || !a.Answered || b.relax.Allow(location.RelaxDeleteSize))
}

func (b *blob) conclude(s *Step, facts []fact) (fact, bool, error) {
	f, ok, closed := fact{s.Before, s.After, true}, false, false
	for _, line := range s.Lines {
		if b.operations[line] == nil {
			return f, false, fmt.Errorf("line %d is about another key", line)
		}
	}
	switch s.Rule {
	case RealTime:
		before, after := b.spans[s.Before], b.spans[s.After]
		ok = s.Before.Kind == Op && s.After.Kind == Op && before.returned < after.called
	case Answered:
		ok = b.answered(s.Before, s.After)
	case Apart:
		// A value that is restored is still the one that was set last.
		values := s.Before.Kind == Value && s.After.Kind == Value
		ok = (values || !b.revived) && len(s.Lines) == 2 && s.Before != s.After &&
			b.belongs(s.Lines[0], s.Before) && b.belongs(s.Lines[1], s.After) &&
			b.operations[s.Lines[0]].Latest() < b.operations[s.Lines[1]].Call
	case Once:
		ok, closed = b.once(s.Lines), true
	case WrongAnswer:
		ok, closed = len(s.Lines) == 1 && b.wrong(s.Lines[0]), true
	case Exhausted:
		ok, closed = b.exhausted(s.Lines), true
	case Undeleted:
		ok, closed = !b.revived && b.undeleted(s.Lines, facts), true
	}
	if !ok {
		return f, false, fmt.Errorf("it does not follow (%v before %v)", s.Before, s.After)
	}
	return f, closed, nil
}

// belongs reports whether the operation on a line is part of an event that stands
// apart from every other.
func (b *blob) belongs(line int, e Event) bool {
	if e.Kind == Value {
		set, ok := b.about(line)
		return ok && uint64(set) == e.N
	}
	return e == OpEvent(line) && (b.nothing(line) || b.removal(line))
}

// answered reports what answers say by themselves.
func (b *blob) answered(before, after Event) bool {
	first, second := int(before.N), int(after.N)
	if b.operations[first] == nil || b.operations[second] == nil {
		return false
	}
	if _, restore := b.operations[first].Action.(*history.Restore); restore && before.Kind == Op {
		// Nothing had ever been set.
		_, value := b.about(second)
		return b.nothing(first) && value && !b.relax.Allow(location.RelaxNoRestore)
	}
	set, ok := b.about(first)
	of, alike := b.about(second)
	if !ok || !alike || set != of {
		return false
	}
	// Of the operations of a value the set is first and the delete last.
	_, ends := b.operations[second].Action.(*history.Delete)
	ends = ends && !b.revived && after.Kind == Op
	return first != second && before.Kind == Op && after.Kind == Op && (first == set || ends) ||
		before.Kind == Value && ends && b.removal(second)
}

func (b *blob) once(lines []int) bool {
	if len(lines) != 2 || lines[0] == lines[1] || b.revived || b.relax.Allow(location.RelaxDeleteSize) {
		return false
	}
	var of [2]int
	for i, line := range lines {
		set, ok := b.about(line)
		if _, deletes := b.operations[line].Action.(*history.Delete); !deletes || !ok || b.operations[line].Outcome != history.Ok {
			return false
		}
		of[i] = set
	}
	return of[0] == of[1]
}

// wrong reports whether no state explains the answer on a line.
func (b *blob) wrong(line int) bool {
	op := b.operations[line]
	if op.Outcome != history.Ok {
		return false
	}
	switch a := op.Action.(type) {
	case *history.Get:
		sets := b.values[a.Value]
		fits := slices.ContainsFunc(sets, func(set int) bool {
			return sameSize(b.operations[set].Action.(*history.Set).Size, a.Size)
		})
		return a.Damage != "" || a.Found && !fits
	case *history.Delete:
		return a.Answered && a.Found && len(b.ofSize(a.Size)) == 0
	case *history.List:
		size, times, listed := b.listed(a)
		return listed && (times > 1 || !strings.HasPrefix(b.key, a.Prefix) || len(b.ofSize(size)) == 0)
	}
	return false
}
