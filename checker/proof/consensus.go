package proof

import (
	"math"
	"slices"
	"sort"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// log is the contract of one key of a Consensus. It tells numbers apart only where a
// span begins: what is possible for some numbers of the spans is possible.
type log struct {
	uncounted bool                 // relaxation truncate-count
	starts    []location.SeqNo     // where spans begin, ascending from 0; nil: each number is one
	cells     []location.SeqNo     // those of them that part the versions below the head
	needs     []need               // of the steps
	made      map[Version]*Version // so that equal histories of a key are one
	all       []*Version           // where each number is a span, what became of the key
	latest    boxed[commit]        // of effect
}

// Versions is what a key of a Consensus went through: the versions committed, up to its
// head, nil if there is none; and the span of the highest bound of a truncation.
type Versions struct {
	Head *Version
	Mark Span
}

// A Span is the numbers from Low to High.
type Span struct{ Low, High location.SeqNo }

func (s Span) has(n location.SeqNo) bool { return s.Low <= n && n <= s.High }
func (s Span) wide() bool                { return s.Low < s.High }

// A Version is one that was committed, or all of those in a wide span. Below the head that is a
// cell, in which the head's own span may lie.
type Version struct {
	Span
	Value string   // unless the span is wide
	least int64    // so many are in the span,
	more  bool     // or more
	below *Version // the next lower one
}

func newLog(a *About, steps []*history.Operation, apart []location.SeqNo) *log {
	l := &log{uncounted: a.Relax.Allow(location.RelaxTruncateCount), made: map[Version]*Version{}}
	if steps != nil {
		l.starts = append([]location.SeqNo{0}, apart...)
		slices.Sort(l.starts)
		l.divide(a, steps)
	}
	return l
}

// mostNeeds are kept: they cost as much for each commit that a sweep tries.
const mostNeeds = 16

// A need is that a step can tell of so many versions, the highest below a bound.
type need struct {
	bound  location.SeqNo
	number int64
}

// divide finds the needs of the steps, and the cells: they begin where the answer of a step parts
// the versions below the head, or a truncation those that steps tell of. Of the versions in
// one cell it only matters how many they are.
func (l *log) divide(a *About, steps []*history.Operation) {
	part := func(n location.SeqNo) {
		s := l.span(n)
		if l.cells = append(l.cells, s.Low); s.wide() {
			l.cells = append(l.cells, s.High+1) // 0 if there is none
		}
	}
	part(0)
	told := Span{math.MaxUint64, 0} // of this the steps tell
	for _, op := range steps {
		switch s := op.Action.(type) {
		case *history.Truncate:
			told = Span{0, max(told.High, s.UpTo)}
			part(s.UpTo)
			if op.Outcome == history.Ok && s.Deleted >= 0 {
				l.needs = append(l.needs, need{s.UpTo, s.Deleted + 1})
			}
		case *history.Scan:
			part(s.From)
			if len(s.Versions) > 0 {
				l.needs = append(l.needs, need{s.Versions[0].SeqNo, 1})
			}
			for _, v := range s.Versions {
				told = Span{min(told.Low, s.From), max(told.High, v.SeqNo)}
				part(v.SeqNo)
				part(v.SeqNo + 1)
			}
		}
	}
	for _, op := range a.Operations {
		if t, ok := op.Action.(*history.Truncate); ok && told.has(t.UpTo) {
			part(t.UpTo)
		}
	}
	if slices.Sort(l.cells); len(l.needs) > mostNeeds {
		l.needs = []need{{0, 1}} // which nothing meets: all is kept
	}
}

func (l *log) span(n location.SeqNo) Span {
	if l.starts == nil {
		return Span{n, n}
	}
	return between(l.starts, n)
}

// between returns the numbers from the last of the starts up to n to the next start.
func between(starts []location.SeqNo, n location.SeqNo) Span {
	i := sort.Search(len(starts), func(i int) bool { return starts[i] > n })
	if i == len(starts) {
		return Span{starts[i-1], math.MaxUint64}
	}
	return Span{starts[i-1], starts[i] - 1}
}

func (l *log) version(v history.Version) Version {
	if s := l.span(v.SeqNo); s.wide() {
		return Version{Span: s, least: 1, more: true}
	} else {
		return Version{Span: s, Value: v.Value, least: 1}
	}
}

func (l *log) initial() State { return Versions{Mark: l.span(0)} }

func (l *log) presence(s State) Presence {
	return Presence{s.(Versions).Head != nil, history.SizeUnknown}
}

// add returns the history that goes on with a commit.
func (l *log) add(head *Version, v Version) *Version {
	switch {
	case l.starts == nil:
		v.below, l.all = head, append(l.all, &v)
		return &v
	case head != nil && head.Span == v.Span:
		return head
	case head != nil:
		v.below = l.kept(l.join(*head), 0, l.needs)
	}
	return l.one(v)
}

// one returns the only version that is equal to v.
func (l *log) one(v Version) *Version {
	if l.made[v] == nil {
		l.made[v] = &v
	}
	return l.made[v]
}

// join makes one of a version that is no longer the head and all others in its cell.
func (l *log) join(v Version) *Version {
	if cell := between(l.cells, v.Low); cell != v.Span {
		v.Span, v.Value = cell, ""
	}
	if b := v.below; b != nil && b.Span == v.Span {
		v.least, v.more, v.below = v.least+b.least, v.more || b.more, b.below
	}
	return l.one(v)
}

// kept returns v and those below it, but for what is entirely below the mark and what is
// below more versions than any step can tell of.
func (l *log) kept(v *Version, mark location.SeqNo, needs []need) *Version {
	if v == nil || v.High < mark || !slices.ContainsFunc(needs, func(n need) bool { return n.number > 0 }) {
		return nil
	}
	left := slices.Clone(needs)
	for i := range left {
		if v.High < left[i].bound {
			left[i].number -= v.least
		}
	}
	kept := *v
	kept.below = l.kept(v.below, mark, left)
	return l.one(kept)
}

// upTo returns the highest version from v down whose span begins at n or below.
func (l *log) upTo(v *Version, n location.SeqNo) *Version {
	if i := sort.Search(len(l.all), func(i int) bool { return l.all[i].Low > n }); i > 0 {
		return l.all[i-1]
	}
	for v != nil && v.Low > n {
		v = v.below
	}
	return v
}

// may reports whether w can be among the versions of v.
func (v *Version) may(w history.Version) bool {
	return v != nil && v.has(w.SeqNo) && (v.wide() || v.Value == w.Value)
}

func (l *log) take(state State, op *history.Operation) (State, bool) {
	s := state.(Versions)
	exists := s.Head != nil
	switch a := op.Action.(type) {
	case *history.Head:
		return state, a.Found == exists && (!exists || s.Head.may(a.Version))
	case *history.CompareAndSet:
		matches := a.HasExpected == exists && (!exists || s.Head.has(a.Expected))
		switch {
		case !valid(a):
			return state, false
		case op.Outcome == history.Ok && !a.Committed:
			return state, !matches || exists && s.Head.wide()
		case !matches:
			return state, false
		}
		return Versions{l.add(s.Head, l.version(a.New)), s.Mark}, true
	case *history.Scan:
		return state, l.scans(s, a)
	case *history.Truncate:
		switch bound := l.span(a.UpTo); {
		case op.Outcome == history.Fail:
			return state, !exists || s.Head.Low < a.UpTo
		case !exists || s.Head.High < a.UpTo || op.Outcome == history.Ok && !l.counts(s, a):
			return state, false
		case s.Mark.Low < bound.Low && l.starts == nil:
			return Versions{s.Head, bound}, true
		case s.Mark.Low < bound.Low:
			head := *s.Head
			head.below = l.kept(head.below, bound.Low, l.needs)
			return Versions{l.one(head), bound}, true
		}
		return state, true
	}
	return state, false
}

// valid reports whether a store may answer a at all (C3, C4).
func valid(a *history.CompareAndSet) bool {
	return a.New.SeqNo.Legal() && (!a.HasExpected || a.New.SeqNo > a.Expected)
}

// scans reports whether a scan can have returned what it did.
func (l *log) scans(s Versions, a *history.Scan) bool {
	n := len(a.Versions)
	if n == 0 && a.Limit >= 0 {
		return a.Limit == 0 || s.Head == nil || s.Head.Low < a.From
	}
	if int64(n) > a.Limit || a.Versions[0].SeqNo < max(a.From, s.Mark.Low) {
		return false
	}
	v := s.Head // which is returned last, unless the limit cut it off
	if int64(n) == a.Limit {
		v = l.upTo(v, a.Versions[n-1].SeqNo)
	}
	for i := n - 1; i >= 0; i-- {
		// All between the first and the last are returned.
		if i < n-1 && !v.has(a.Versions[i].SeqNo) {
			v = v.below
		}
		if !v.may(a.Versions[i]) || i > 0 && a.Versions[i].SeqNo <= a.Versions[i-1].SeqNo {
			return false
		}
	}
	// What comes before the first is below the bound or truncated.
	v = v.below
	return v == nil || v.Low < a.From || v.Low < s.Mark.High
}

// counts reports whether a truncation can have deleted as many versions as it told.
func (l *log) counts(s Versions, a *history.Truncate) bool {
	if a.Deleted < 0 {
		return a.Deleted == location.CountUnknown && l.uncounted
	}
	least, most := int64(0), int64(0)
	for v := l.upTo(s.Head, a.UpTo); v != nil && v.High >= s.Mark.Low; v = v.below {
		switch {
		case v.Low >= a.UpTo:
			continue
		case v.more:
			most = a.Deleted // or any number
		default:
			most += v.least
		}
		if v.High < a.UpTo && v.Low >= s.Mark.High {
			least += v.least
		}
	}
	return least <= a.Deleted && a.Deleted <= most
}

// A commit moves the head from a span, empty for none, to a version.
type commit struct {
	expected Span
	new      Version
}

// effect is a commit, or the bound of a truncation.
func (l *log) effect(op *history.Operation) any {
	switch a := op.Action.(type) {
	case *history.CompareAndSet:
		if !valid(a) || op.Outcome != history.Info && !a.Committed {
			return nil
		}
		c := commit{Span{1, 0}, l.version(a.New)}
		if a.HasExpected {
			c.expected = l.span(a.Expected)
		}
		return l.latest.box(c)
	case *history.Truncate:
		return l.span(a.UpTo)
	}
	return nil
}

func (l *log) expects(op *history.Operation) any {
	if c, ok := l.effect(op).(commit); ok {
		return c.expected
	}
	return nil
}

func (l *log) holds(s State) any {
	if head := s.(Versions).Head; head != nil {
		return head.Span
	}
	return Span{1, 0}
}
