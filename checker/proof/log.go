package proof

import (
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// log is the contract of one key of a Consensus. It tells numbers apart only where a
// span ends: of a version it may know no more than the span of its number.
type log struct {
	key       string
	uncounted bool                 // relaxation truncate-count
	exact     bool                 // each number is a span
	ends      []location.SeqNo     // else where spans begin, ascending
	made      map[version]*version // so that equal histories of a key are one
	created   int64                // in an order: when the first version was committed
}

// versions is what a key of a Consensus went through: the versions committed, up to
// its head, and the highest bound of a truncation, in whose span it lies.
type versions struct {
	head *version
	mark span
}

// A span is the numbers from low to high.
type span struct{ low, high location.SeqNo }

func (s span) has(n location.SeqNo) bool { return s.low <= n && n <= s.high }
func (s span) wide() bool                { return s.low < s.high }

// A version is one that was committed, or all of those in a wide span; before them all
// stands one with depth 0, which is none.
type version struct {
	span
	value       string   // unless the span is wide
	depth, wide int      // so many spans, and wide ones, up to this one
	below, skip *version // the next lower one, and one far below
}

func newLog(key string, relax location.Relaxations) *log {
	return &log{key: key, uncounted: relax.Allow(location.RelaxTruncateCount), made: map[version]*version{}, created: history.Never}
}

func (l *log) span(n location.SeqNo) span {
	if l.exact {
		return span{n, n}
	}
	s := span{0, ^location.SeqNo(0)}
	i, found := slices.BinarySearch(l.ends, n)
	if found {
		i++
	}
	if i > 0 {
		s.low = l.ends[i-1]
	}
	if i < len(l.ends) {
		s.high = l.ends[i] - 1
	}
	return s
}

func (l *log) initial() versions {
	none := &version{}
	none.below, none.skip = none, none
	return versions{none, l.span(0)}
}

// add returns the history that goes on with a commit of v.
func (l *log) add(head *version, v history.Version) *version {
	next := version{span: l.span(v.SeqNo), value: v.Value, depth: head.depth + 1, wide: head.wide, below: head, skip: head}
	if next.span.wide() {
		next.value, next.wide = "", head.wide+1
	}
	switch {
	case head.depth > 0 && head.span == next.span:
		return head
	case head.depth-head.skip.depth == head.skip.depth-head.skip.skip.depth:
		next.skip = head.skip.skip // Myers 1983: any of them is found in logarithmic time
	}
	if l.exact {
		return &next
	}
	if l.made[next] == nil {
		l.made[next] = &next
	}
	return l.made[next]
}

// upTo returns the highest version whose span begins at n or below.
func (v *version) upTo(n location.SeqNo) *version {
	for v.depth > 0 && v.low > n {
		if v.skip.depth > 0 && v.skip.low > n {
			v = v.skip
		} else {
			v = v.below
		}
	}
	return v
}

// under returns the highest version whose span begins below n.
func (v *version) under(n location.SeqNo) *version {
	if v = v.upTo(n); v.depth > 0 && v.low == n {
		v = v.below
	}
	return v
}

// may reports whether w can be among the versions of v.
func (v *version) may(w history.Version) bool {
	return v.depth > 0 && v.has(w.SeqNo) && (v.span.wide() || v.value == w.Value)
}

func (l *log) take(s versions, op *history.Operation) (versions, bool) {
	exists := s.head.depth > 0
	switch a := op.Action.(type) {
	case *history.Head:
		return s, a.Found == exists && (!a.Found || s.head.may(a.Version))
	case *history.CompareAndSet:
		matches := a.HasExpected == exists && (!exists || s.head.has(a.Expected))
		switch {
		case !valid(a):
			return s, false
		case op.Outcome == history.Ok && !a.Committed:
			return s, !matches || exists && s.head.span.wide()
		case matches:
			s.head = l.add(s.head, a.New)
		}
		return s, matches
	case *history.Scan:
		return s, l.scans(s, a)
	case *history.Truncate:
		switch {
		case op.Outcome == history.Fail:
			return s, !exists || s.head.low < a.UpTo
		case !exists || s.head.high < a.UpTo || op.Outcome == history.Ok && !l.counts(s, a):
			return s, false
		}
		if bound := l.span(a.UpTo); bound.low > s.mark.low {
			s.mark = bound
		}
		return s, true
	case *history.ListKeys:
		named := count(a.Keys, func(key string) bool { return key == l.key })
		return s, named <= 1 && (named == 1) == exists
	}
	return s, false
}

// valid reports whether a store may answer a at all (C3, C4).
func valid(a *history.CompareAndSet) bool {
	return a.New.SeqNo.Legal() && (!a.HasExpected || a.New.SeqNo > a.Expected)
}

// scans reports whether a scan can have returned what it did.
func (l *log) scans(s versions, a *history.Scan) bool {
	n := len(a.Versions)
	if n == 0 && a.Limit >= 0 {
		return a.Limit == 0 || s.head.depth == 0 || s.head.low < a.From
	}
	if int64(n) > a.Limit || a.Versions[0].SeqNo < a.From || s.mark.low > a.Versions[0].SeqNo {
		return false
	}
	v := s.head // which is returned last, unless the limit cut it off
	if int64(n) == a.Limit {
		v = v.upTo(a.Versions[n-1].SeqNo)
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
	return v.depth == 0 || v.low < a.From || v.low < s.mark.high
}

// counts reports whether a truncation can have deleted as many versions as it told.
func (l *log) counts(s versions, a *history.Truncate) bool {
	if a.Deleted < 0 {
		return a.Deleted == location.CountUnknown && l.uncounted
	}
	last, gone := s.head.under(a.UpTo), s.head.under(s.mark.low)
	if gone.depth > 0 && gone.high >= s.mark.low {
		gone = gone.below
	}
	if most := max(0, last.depth-gone.depth); a.Deleted > int64(most) && (most == 0 || last.wide == gone.wide) {
		return false
	}
	if last.depth > 0 && last.high >= a.UpTo {
		last = last.below
	}
	return a.Deleted >= int64(last.depth-s.head.under(s.mark.high).depth)
}

// A change is what a write does: move the head from a span to a version, or raise the mark.
type change struct {
	expected, new span
	value         string
	truncates     bool
}

func (l *log) effect(op *history.Operation) change {
	switch a := op.Action.(type) {
	case *history.CompareAndSet:
		c := change{expected: span{1, 0}, new: l.span(a.New.SeqNo), value: a.New.Value}
		if a.HasExpected {
			c.expected = l.span(a.Expected)
		}
		if c.new.wide() {
			c.value = ""
		}
		return c
	case *history.Truncate:
		return change{new: l.span(a.UpTo), truncates: true}
	}
	return change{}
}

func (l *log) note(s versions, at int64) {
	if s.head.depth > 0 && l.created == history.Never {
		l.created = at
	}
}

func (l *log) held(from, to int64, found bool, _ int64) bool {
	if found {
		return l.created <= to
	}
	return l.created >= from
}
