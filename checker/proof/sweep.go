package proof

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// effort bounds a sweep: so many operations may be tried on a state, and some more for
// each in the history.
const effort, effortPerOperation = 1 << 21, 16

// A sweep goes through the moments at which the operations of a contradiction returned,
// and keeps all that the key can have held then. At each moment whatever was called may
// take effect, in any order: an operation of the contradiction once, and each other
// write of the key any number of times while it was in flight. Then only that remains
// in which the operation that returned has taken effect. If nothing remains, no order
// explains the operations.
type sweep[S comparable] struct {
	contract[S]
	moments []int64
	forced  []forced
	writes  []*write
	effort  int
	now     int // the moment
}

// forced is an operation of the contradiction that was answered.
type forced struct {
	op          *history.Operation
	from, until int    // the moments at which it can take effect
	after       int    // the operation that takes effect before it, or -1
	taken       uint64 // the bit that says that it has, while it can
}

// A write stands for all of one effect: for those of the contradiction that were not
// answered, each of which takes effect once or never, or for those outside it.
type write struct {
	op     *history.Operation
	once   bool
	change []int // at each moment: so many more are in flight
	flying int
}

// A situation is what the key holds and who has taken effect. Of the writes that take
// effect once it matters how many did: a byte for each in the keys of ways. A way that
// used no more than another has all the possibilities of the other, which is forgotten.
type situation[S comparable] struct {
	state S
	taken uint64
}

type situations[S comparable] map[situation[S]][]string

// add enters a way to a situation, unless there is one that used no more.
func (s situations[S]) add(at situation[S], way string) bool {
	if slices.ContainsFunc(s[at], func(other string) bool { return noMore(other, way) }) {
		return false
	}
	s[at] = append(slices.DeleteFunc(s[at], func(other string) bool { return noMore(way, other) }), way)
	return true
}

// noMore reports whether the way a used no more of anything than b.
func noMore(a, b string) bool {
	for i := range len(a) {
		if a[i] > b[i] {
			return false
		}
	}
	return true
}

// run returns the states that were possible after each answered step, up to the first
// one after which none is.
func (s *sweep[S]) run() (possible [][]S, err error) {
	current := situations[S]{}
	current.add(situation[S]{state: s.initial()}, string(make([]byte, len(s.writes))))
	for s.now = range s.moments {
		returned, err := s.begin()
		if err == nil {
			err = s.spread(current)
		}
		if err != nil {
			return nil, err
		}
		remaining, states := situations[S]{}, map[S]bool{}
		for at, ways := range current {
			if at.taken&returned == returned {
				remaining[situation[S]{at.state, at.taken &^ returned}] = ways
				states[at.state] = true
			}
		}
		current, possible = remaining, append(possible, slices.Collect(maps.Keys(states)))
		if len(remaining) == 0 {
			return possible, nil
		}
	}
	return possible, errors.New("the steps do not end in a contradiction")
}

// begin prepares for a moment. It returns the bits of those that return at it.
func (s *sweep[S]) begin() (returned uint64, err error) {
	used := uint64(0)
	for i := range s.forced {
		if f := &s.forced[i]; f.from < s.now && s.now <= f.until {
			used |= f.taken
		}
	}
	for i := range s.forced {
		f := &s.forced[i]
		if f.from == s.now {
			if f.taken = ^used & (used + 1); f.taken == 0 {
				return 0, errors.New("too many operations are in flight at once")
			}
			used |= f.taken
		}
		if f.until == s.now {
			returned |= f.taken
		}
	}
	for _, w := range s.writes {
		if w.flying += w.change[s.now]; w.once && w.flying > math.MaxUint8 {
			return 0, errors.New("too many writes of one effect may have taken effect")
		}
	}
	return returned, nil
}

// spread adds all situations to which the current ones can lead at the moment.
func (s *sweep[S]) spread(current situations[S]) error {
	type place struct {
		situation[S]
		way string
	}
	var open []place
	for at, ways := range current {
		for _, way := range ways {
			open = append(open, place{at, way})
		}
	}
	reach := func(at situation[S], way string) {
		if current.add(at, way) {
			open = append(open, place{at, way})
		}
	}
	for len(open) > 0 {
		p := open[len(open)-1]
		open = open[:len(open)-1]
		if s.effort -= 1 + len(s.forced) + len(s.writes); s.effort < 0 {
			return errors.New("there are too many possibilities to try them all")
		}
		if !s.look(p.situation, p.way, reach) {
			s.change(p.situation, p.way, reach)
		}
	}
	return nil
}

// look lets an operation take effect that changes nothing: it may as well be now. It
// reports whether there was one.
func (s *sweep[S]) look(at situation[S], way string, reach func(situation[S], string)) bool {
	for i := range s.forced {
		if f := &s.forced[i]; !effective(f.op) && s.ready(at, f) {
			if _, ok := s.take(at.state, f.op); ok {
				reach(situation[S]{at.state, at.taken | f.taken}, way)
				return true
			}
		}
	}
	return false
}

// change lets each write take effect.
func (s *sweep[S]) change(at situation[S], way string, reach func(situation[S], string)) {
	for i := range s.forced {
		if f := &s.forced[i]; s.ready(at, f) {
			if state, ok := s.take(at.state, f.op); ok {
				reach(situation[S]{state, at.taken | f.taken}, way)
			}
		}
	}
	for i, w := range s.writes {
		if w.flying == 0 || w.once && int(way[i]) >= w.flying {
			continue
		}
		state, ok := s.take(at.state, w.op)
		switch {
		case !ok || state == at.state:
		case w.once:
			more := []byte(way)
			more[i]++
			reach(situation[S]{state, at.taken}, string(more))
		default:
			reach(situation[S]{state, at.taken}, way)
		}
	}
}

// ready reports whether f can take effect, as far as that does not depend on the state.
func (s *sweep[S]) ready(at situation[S], f *forced) bool {
	if s.now < f.from || f.until < s.now || at.taken&f.taken != 0 {
		return false
	}
	if f.after < 0 {
		return true
	}
	before := &s.forced[f.after]
	return before.until < s.now || before.from <= s.now && at.taken&before.taken != 0
}

// newSweep prepares a sweep for operations that are said to contradict each other, and
// all of the key. The clocks may be wrong by slack nanoseconds.
func newSweep[S comparable](c contract[S], relax location.Relaxations, steps, all []*history.Operation, slack int64) (*sweep[S], error) {
	s := &sweep[S]{contract: c, effort: effort + effortPerOperation*len(all)}
	named := map[int]bool{}
	for _, op := range steps {
		if named[op.Line] {
			return nil, fmt.Errorf("line %d is named twice", op.Line)
		}
		named[op.Line] = true
		if op.Outcome != history.Info {
			s.moments = append(s.moments, op.Return+slack)
		}
	}
	if !slices.IsSorted(s.moments) {
		return nil, errors.New("the steps are not in the order of their returns")
	}
	moment, writes := 0, map[any]*write{}
	for _, op := range steps {
		if op.Outcome == history.Info {
			s.let(op, true, writes, slack)
		} else {
			s.force(forced{op: op, from: s.moment(op.Call), until: moment, after: -1}, relax)
			moment++
		}
	}
	s.chain(relax)
	for _, op := range all {
		if !named[op.Line] && effective(op) {
			s.let(op, false, writes, slack)
		}
	}
	return s, nil
}

// moment returns the first one at t or later.
func (s *sweep[S]) moment(t int64) int {
	return sort.Search(len(s.moments), func(i int) bool { return s.moments[i] >= t })
}

// force enters an operation of the contradiction: as two where it looked a size up and,
// at the same time or later, removed whatever there was (delete-size).
func (s *sweep[S]) force(f forced, relax location.Relaxations) {
	if mayBeStale(f.op, relax) {
		f.from = 0
	}
	if a, ok := f.op.Action.(*history.Delete); ok && f.op.Outcome == history.Ok && a.Found && relax.Allow(location.RelaxDeleteSize) {
		seen, removal := *f.op, *f.op
		seen.Action = &history.List{Entries: []location.BlobMetadata{{Key: f.op.Key, Size: a.Size}}}
		removal.Action = &history.Delete{}
		f.op = &seen
		s.forced = append(s.forced, f)
		f.op, f.after = &removal, len(s.forced)-1
	}
	s.forced = append(s.forced, f)
}

// chain puts the reads of a process in their order (stale-head).
func (s *sweep[S]) chain(relax location.Relaxations) {
	var reads []int
	for i := range s.forced {
		if mayBeStale(s.forced[i].op, relax) {
			reads = append(reads, i)
		}
	}
	slices.SortStableFunc(reads, func(i, j int) int { return byCall(s.forced[i].op, s.forced[j].op) })
	latest := map[int]int{}
	for _, i := range reads {
		process := s.forced[i].op.Process
		if before, ok := latest[process]; ok {
			s.forced[i].after = before
		}
		latest[process] = i
	}
}

// let enters a write of the key that need not have taken effect.
func (s *sweep[S]) let(op *history.Operation, once bool, writes map[any]*write, slack int64) {
	from, until := s.moment(op.Call), len(s.moments)
	if op.Latest() <= math.MaxInt64-slack {
		until = s.moment(op.Latest() + slack)
	}
	if from == len(s.moments) {
		return
	}
	key := [2]any{s.effect(op), once}
	w := writes[key]
	if w == nil {
		unheard := *op
		unheard.Outcome = history.Info
		w = &write{op: &unheard, once: once, change: make([]int, len(s.moments)+2)}
		writes[key], s.writes = w, append(s.writes, w)
	}
	w.change[from]++
	w.change[until+1]--
}
