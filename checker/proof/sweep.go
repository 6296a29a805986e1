package proof

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/assay-dev/assay/workload/history"
)

// A sweep verifies that answers of a Register contradict each other by going through
// time with all the situations in which the key can have been (just-in-time
// linearization: Lowe, "Testing for linearizability", 2017).
//
// The named operations are in force: each takes effect between its call and its return.
// All other writes and swaps may have happened, at any time from their calls on, or never.
// Those of them that do the same are interchangeable: what counts is how many of
// a kind were used. Of two situations that differ in that alone, the one that used
// no more of any kind has all the possibilities of the other, which is forgotten.
type sweep struct {
	slots    [64]*history.Operation // the named operations in flight
	kinds    []kind                 // of the other operations
	called   []uint8                // by kind: how many were called
	current  situations
	untested int // how many situations may still be looked at
}

// A kind is what operations do that do the same: replace old, or always whatever there
// is, by new.
type kind struct {
	always   bool
	old, new history.Content
}

// A moment is what decides what can happen next, besides the operations that were used.
type moment struct {
	now   history.Content
	taken uint64 // by slot: the operation has taken effect
}

// situations are moments, each with the least numbers of operations used to get there, a
// byte by kind.
type situations map[moment][]string

// Why nothing is verified.
var (
	errExplained = errors.New("the operations have an order")
	errTooHard   = errors.New("there are too many orders to try")
)

// refute returns nil if the named operations contradict each other, whichever of the
// others happened.
func refute(named, others []*history.Operation) error {
	s := &sweep{current: situations{}, untested: maxTries}
	for _, op := range others {
		if k := kindOf(op); !slices.Contains(s.kinds, k) {
			s.kinds = append(s.kinds, k)
		}
	}
	s.called = make([]uint8, len(s.kinds))
	s.current.add(moment{}, string(make([]byte, len(s.kinds))))
	for _, e := range edges(named, others) {
		if err := s.pass(e); err != nil {
			return err
		}
		if len(s.current) == 0 {
			return nil
		}
	}
	return errExplained
}

// refuted reports why the steps do not prove that the operations, by line, contradict
// each other: one step names those in force.
func refuted(steps []Step, operations map[int]*history.Operation) error {
	if len(steps) != 1 || steps[0].Rule != Exhausted {
		return fmt.Errorf("a contradiction of a register is one step, %s", Exhausted)
	}
	var named, others []*history.Operation
	for _, line := range steps[0].Lines {
		op := operations[line]
		if op == nil || !definite(op) {
			return fmt.Errorf("line %d shows nothing of the key", line)
		}
		named = append(named, op)
		delete(operations, line) // a line that stands there twice is refused
	}
	for _, line := range slices.Sorted(maps.Keys(operations)) {
		op := operations[line]
		swap, ok := op.Action.(*history.RegisterSwap)
		mismatch := ok && definite(op) && !swap.Swapped // it changed nothing
		if op.Outcome != history.Fail && effective(op) && !mismatch {
			others = append(others, op)
		}
	}
	return refute(named, others)
}

// kindOf returns what an operation does.
func kindOf(op *history.Operation) kind {
	switch a := op.Action.(type) {
	case *history.RegisterWrite:
		return kind{always: true, new: a.New}
	case *history.RegisterSwap:
		return kind{old: a.Old, new: a.New}
	}
	return kind{}
}

// An edge is a call or a return.
type edge struct {
	at    int64
	side  int // 0 for a call, 1 for a return: what touches overlaps
	op    *history.Operation
	named bool
}

func edges(named, others []*history.Operation) (all []edge) {
	for _, op := range named {
		all = append(all, edge{op.Call, 0, op, true}, edge{op.Return, 1, op, true})
	}
	for _, op := range others {
		all = append(all, edge{op.Call, 0, op, false})
	}
	slices.SortStableFunc(all, func(a, b edge) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.side, b.side)) })
	return all
}

// pass goes past an edge.
func (s *sweep) pass(e edge) error {
	switch {
	case !e.named:
		k := slices.Index(s.kinds, kindOf(e.op))
		if s.called[k]++; s.called[k] == 0 {
			return errTooHard
		}
	case e.side == 0:
		free := slices.Index(s.slots[:], nil)
		if free < 0 {
			return errTooHard
		}
		s.slots[free] = e.op
	default:
		return s.finish(slices.Index(s.slots[:], e.op))
	}
	return nil
}

// finish goes on from each situation until the operation in the slot has taken effect,
// and frees the slot.
func (s *sweep) finish(slot int) error {
	done, seen := situations{}, situations{}
	type place struct {
		moment
		used string
	}
	var open []place
	reach := func(m moment, used string) {
		if m.taken&(1<<slot) != 0 {
			m.taken &^= 1 << slot
			done.add(m, used)
		} else if seen.add(m, used) {
			open = append(open, place{m, used})
		}
	}
	for m, ways := range s.current {
		for _, used := range ways {
			reach(m, used)
		}
	}
	for len(open) > 0 {
		if s.untested--; s.untested < 0 {
			return errTooHard
		}
		p := open[len(open)-1]
		open = open[:len(open)-1]
		s.next(p.moment, p.used, reach)
	}
	s.current, s.slots[slot] = done, nil
	return nil
}

// next reaches all that can come next.
func (s *sweep) next(m moment, used string, reach func(moment, string)) {
	for i, op := range s.slots {
		if op == nil || m.taken&(1<<i) != 0 {
			continue
		}
		c := cell{m.now}
		if c.take(op, 0) == nil {
			reach(moment{c.now, m.taken | 1<<i}, used)
		}
	}
	for i, k := range s.kinds {
		if used[i] < s.called[i] && (k.always || k.old == m.now) && k.new != m.now {
			more := []byte(used)
			more[i]++
			reach(moment{k.new, m.taken}, string(more))
		}
	}
}

// add enters a way to a moment, unless there is one that used no more.
func (s situations) add(m moment, used string) bool {
	ways := s[m]
	if slices.ContainsFunc(ways, func(way string) bool { return noMore(way, used) }) {
		return false
	}
	s[m] = append(slices.DeleteFunc(ways, func(way string) bool { return noMore(used, way) }), used)
	return true
}

// noMore reports whether a used no more of anything than b.
func noMore(a, b string) bool {
	for i := range len(a) {
		if a[i] > b[i] {
			return false
		}
	}
	return true
}
