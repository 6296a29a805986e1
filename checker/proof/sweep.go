package proof

import (
	"errors"
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
type sweep[S, E comparable] struct {
	contract[S, E]
	moments []int64
	forced  []forced
	writes  []*write
	effort  int
	now     int // the moment
}

// forced is an operation of the contradiction that was answered. It takes effect at one
// of these moments, and not before the one with the index after, if that is not negative.
type forced struct {
	op                 *history.Operation
	from, until, after int
}

// A write stands for all of one effect: for those of the contradiction that were not
// answered, each of which takes effect once or never, or for those outside it.
type write struct {
	op     *history.Operation
	once   bool
	change []int // at each moment: so many more are in flight
	flying int
}

// A situation is what the key holds and which of the forced have taken effect, a byte for
// each. The keys of ways say how many did of the writes that take effect once. A way that
// used no more than another has all the possibilities of the other, which is forgotten.
type situation[S comparable] struct {
	state S
	taken string
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

func noMore(a, b string) bool {
	for i := range len(a) {
		if a[i] > b[i] {
			return false
		}
	}
	return true
}

// with counts one more at place i.
func with(counts string, i int) string {
	more := []byte(counts)
	more[i]++
	return string(more)
}

// run returns the states that were possible after each answered step, up to the first
// one after which none is.
func (s *sweep[S, E]) run() (possible [][]S, err error) {
	current := situations[S]{}
	current.add(situation[S]{s.initial(), string(make([]byte, len(s.forced)))}, string(make([]byte, len(s.writes))))
	for s.now = range s.moments {
		if err := s.spread(current); err != nil {
			return nil, err
		}
		states := map[S]bool{}
		maps.DeleteFunc(current, func(at situation[S], _ []string) bool {
			for i, f := range s.forced {
				if f.until == s.now && at.taken[i] == 0 {
					return true
				}
			}
			states[at.state] = true
			return false
		})
		if possible = append(possible, slices.Collect(maps.Keys(states))); len(current) == 0 {
			return possible, nil
		}
	}
	return possible, errors.New("the steps do not end in a contradiction")
}

// spread adds all situations to which the current ones can lead at the moment.
func (s *sweep[S, E]) spread(current situations[S]) error {
	for _, w := range s.writes {
		if w.flying += w.change[s.now]; w.once && w.flying > math.MaxUint8 {
			return errors.New("too many writes of one effect may have taken effect")
		}
	}
	type place struct {
		at  situation[S]
		way string
	}
	var open []place
	for at, ways := range current {
		for _, way := range ways {
			open = append(open, place{at, way})
		}
	}
	for len(open) > 0 {
		p := open[len(open)-1]
		open = open[:len(open)-1]
		if s.effort -= 1 + len(s.forced) + len(s.writes); s.effort < 0 {
			return errors.New("there are too many possibilities to try them all")
		}
		s.move(p.at, p.way, func(at situation[S], way string) {
			s.effort -= len(current[at])
			if current.add(at, way) {
				open = append(open, place{at, way})
			}
		})
	}
	return nil
}

// move lets one more operation take effect, each in turn. What changes nothing may as
// well be now, before all else.
func (s *sweep[S, E]) move(at situation[S], way string, reach func(situation[S], string)) {
	for i, f := range s.forced {
		if s.now < f.from || f.until < s.now || at.taken[i] > 0 || f.after >= 0 && at.taken[f.after] == 0 {
			continue
		}
		if state, ok := s.take(at.state, f.op); ok {
			reach(situation[S]{state, with(at.taken, i)}, way)
			if !effective(f.op) {
				return
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
			reach(situation[S]{state, at.taken}, with(way, i))
		default:
			reach(situation[S]{state, at.taken}, way)
		}
	}
}

// newSweep prepares a sweep for operations that are said to contradict each other, and
// all of the key. The clocks may be wrong by slack nanoseconds.
func newSweep[S, E comparable](c contract[S, E], relax location.Relaxations, steps, all []*history.Operation, slack int64) (*sweep[S, E], error) {
	s := &sweep[S, E]{contract: c, effort: effort + effortPerOperation*len(all)}
	named := map[int]bool{}
	for _, op := range steps {
		named[op.Line] = true
		if op.Outcome != history.Info {
			s.moments = append(s.moments, op.Return+slack)
		}
	}
	if !slices.IsSorted(s.moments) {
		return nil, errors.New("the steps are not in the order of their returns")
	}
	moment, writes := 0, map[E]*write{}
	for _, op := range steps {
		if op.Outcome == history.Info {
			s.let(op, true, writes, slack)
		} else {
			s.force(forced{op, s.moment(op.Call), moment, -1}, relax)
			moment++
		}
	}
	s.chain(relax)
	clear(writes)
	for _, op := range all {
		if effective(op) && !named[op.Line] {
			s.let(op, false, writes, slack)
		}
	}
	return s, nil
}

// moment returns the first one at t or later.
func (s *sweep[S, E]) moment(t int64) int {
	return sort.Search(len(s.moments), func(i int) bool { return s.moments[i] >= t })
}

// force enters an operation of the contradiction: as two where it looked a size up and,
// at the same time or later, removed whatever there was (delete-size).
func (s *sweep[S, E]) force(f forced, relax location.Relaxations) {
	if mayBeStale(f.op, relax) {
		f.from = 0
	}
	if a, ok := f.op.Action.(*history.Delete); ok && a.Found && relax.Allow(location.RelaxDeleteSize) {
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
func (s *sweep[S, E]) chain(relax location.Relaxations) {
	for i := range s.forced {
		f := &s.forced[i]
		if !mayBeStale(f.op, relax) {
			continue
		}
		for j, g := range s.forced {
			before := mayBeStale(g.op, relax) && f.op.Process == g.op.Process && byCall(g.op, f.op) < 0
			if before && (f.after < 0 || byCall(s.forced[f.after].op, g.op) < 0) {
				f.after = j
			}
		}
	}
}

// let enters a write of the key that need not have taken effect.
func (s *sweep[S, E]) let(op *history.Operation, once bool, writes map[E]*write, slack int64) {
	from, until := s.moment(op.Call), len(s.moments)
	if op.Latest() <= math.MaxInt64-slack {
		until = s.moment(op.Latest() + slack)
	}
	if from == len(s.moments) {
		return
	}
	effect := s.effect(op)
	w := writes[effect]
	if w == nil {
		unheard := *op
		unheard.Outcome = history.Info
		w = &write{op: &unheard, once: once, change: make([]int, len(s.moments)+2)}
		writes[effect], s.writes = w, append(s.writes, w)
	}
	w.change[from]++
	w.change[until+1]--
}
