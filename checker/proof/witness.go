package proof

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// options answers the two questions that a proof can ask of the sequence of versions.
func (c *consensus) options(s *Step, _ []fact) (options []option, asks bool, err error) {
	switch s.Rule {
	case Written:
		writers, err := c.writers(s)
		if err != nil {
			return nil, true, err
		}
		calls := earliest(writers, next)
		for _, after := range slices.Sorted(maps.Keys(calls)) {
			o := option{assume: stand(*s.Version, standing{after, calls[after]})}
			if after > 0 {
				o.pick = new(after - 1)
			}
			options = append(options, o)
		}
		return options, true, nil
	case Followed:
		above := location.SeqNo(0)
		if s.Version != nil {
			above = *s.Version + 1
			if _, ok := c.versions[*s.Version]; !ok {
				return nil, true, fmt.Errorf("version %v is not known to exist", *s.Version)
			}
		}
		options = append(options, option{nil, func(t theory) { t.(*consensus).none = above }})
		calls := earliest(c.successors[above], func(a *history.CompareAndSet) location.SeqNo { return a.New.SeqNo })
		for _, v := range slices.Sorted(maps.Keys(calls)) {
			options = append(options, option{&v, stand(v, standing{above, calls[v]})})
		}
		return options, true, nil
	}
	return nil, false, nil
}

// stand assumes that a version exists and stands there.
func stand(v location.SeqNo, there standing) func(theory) {
	return func(t theory) { t.(*consensus).versions[v] = there }
}

// earliest groups writes by a number of theirs and returns the earliest call of each
// group: a version's writer may be anyone of its group.
func earliest(writes []*history.Operation, number func(*history.CompareAndSet) location.SeqNo) map[location.SeqNo]int64 {
	calls := map[location.SeqNo]int64{}
	for _, op := range writes {
		n := number(op.Action.(*history.CompareAndSet))
		if call, ok := calls[n]; !ok || op.Call < call {
			calls[n] = op.Call
		}
	}
	return calls
}

// writers returns the operations that can have written s.Version, given the evidence
// that it exists.
func (c *consensus) writers(s *Step) ([]*history.Operation, error) {
	successor, known := c.versions[location.SeqNo(s.After.N)]
	if s.Version == nil || len(s.Lines) == 0 && !(known && successor.after > 0 && successor.after-1 == *s.Version) {
		return nil, errors.New("nothing shows that the version exists")
	}
	writers := slices.Clone(c.writes[*s.Version])
	for _, line := range s.Lines {
		op := c.operation(line)
		if op == nil || op.Outcome != history.Ok {
			return nil, fmt.Errorf("line %d shows nothing", line)
		}
		shows := false
		see := func(v history.Version) {
			if v.SeqNo == *s.Version {
				shows = true
				writers = slices.DeleteFunc(writers, func(w *history.Operation) bool {
					return w.Action.(*history.CompareAndSet).New.Value != v.Value
				})
			}
		}
		switch a := op.Action.(type) {
		case *history.Head:
			if a.Found {
				see(a.Version)
			}
		case *history.Scan:
			for _, v := range a.Versions {
				see(v)
			}
		case *history.CompareAndSet:
			switch {
			case a.Committed && a.New.SeqNo == *s.Version:
				shows = true
				writers = slices.DeleteFunc(writers, func(w *history.Operation) bool { return w != op })
			case a.Committed && a.HasExpected && a.Expected == *s.Version:
				shows = true
			}
		}
		if !shows {
			return nil, fmt.Errorf("line %d does not show %v", line, *s.Version)
		}
	}
	return writers, nil
}

// successive checks a step from where versions stand.
func (c *consensus) successive(before, after Event) (strict, ok bool) {
	if after.Kind != Head {
		return false, false
	}
	op := c.at(before)
	if after.N >= uint64(c.none) && (before.Kind == After || op != nil && definite(op)) {
		return true, true
	}
	if v, known := c.versions[location.SeqNo(after.N)]; known {
		if before.Kind == Head && v.after > 0 && before.N == uint64(v.after-1) || before.Kind == After && int64(before.N) < v.called {
			return true, true
		}
	}
	if v, known := c.versions[location.SeqNo(before.N)]; known && before.Kind == Head {
		return after.N > before.N, after.N >= uint64(v.after)
	}
	return false, false
}

func (c *consensus) mismatched(s *Step, facts []fact) bool {
	a, m, ok := only[*history.CompareAndSet](c, s)
	return ok && !a.Committed && a.HasExpected && len(s.From) == 1 &&
		facts[s.From[0]].before == m && facts[s.From[0]].after == HeadEvent(a.Expected+1) &&
		s.Before == m && s.After == HeadEvent(a.Expected)
}

// counted checks a step about the number that a truncation deleted: the highest
// stored ones below its bound. It counts the versions from some version u on.
func (c *consensus) counted(s *Step) (ok, strict, closed bool) {
	a, x, ok := only[*history.Truncate](c, s)
	if !ok || s.Version == nil || *s.Version < a.UpTo || a.Deleted < 0 {
		return false, false, false
	}
	v, known := c.versions[*s.Version]
	if !known || v.after > a.UpTo {
		return false, false, false
	}
	counted := int64(0)
	for n := int64(1); known && v.after > 0; n++ {
		passed := MarkEvent(v.after) // beyond u, the n-th version below the bound
		switch {
		case n <= a.Deleted && s.Before == x && s.After == passed: // it was still there
			return true, false, false
		case n > a.Deleted: // it was gone before
			return s.Before == passed && s.After == x, true, false
		}
		v, known = c.versions[v.after-1]
		counted = n
	}
	// If this was the first version of all, there never were as many.
	return known && counted < a.Deleted && s.Before == (Event{}) && s.After == (Event{}), false, true
}

func (c *consensus) missing(s *Step) bool {
	a, x, ok := only[*history.Scan](c, s)
	if !ok || s.Version == nil || *s.Version < a.From {
		return false
	}
	u, n := *s.Version, len(a.Versions)
	if _, known := c.versions[u]; !known || n == 0 ||
		slices.ContainsFunc(a.Versions, func(v history.Version) bool { return v.SeqNo == u }) {
		return false
	}
	if u < a.Versions[0].SeqNo { // a later version is there, so this one was truncated
		return s.Before == MarkEvent(u+1) && s.After == x
	}
	return (u < a.Versions[n-1].SeqNo || int64(n) < a.Limit) && s.Before == x && s.After == HeadEvent(u)
}

func (c *consensus) raised(s *Step, facts []fact) bool {
	if op := c.at(s.Before); s.After.Kind != Mark || s.Before.Kind == Mark || s.Before.Kind == Op && (op == nil || !definite(op)) {
		return false
	}
	late, bound := map[Event]bool{}, uint64(math.MaxUint64)
	for _, i := range s.From {
		f := facts[i]
		switch {
		case f.before != s.Before && f.before != s.After || !f.strict:
			return false
		case f.after.Kind == Op:
			late[f.after] = true
		case f.after.Kind == Head || f.after.Kind == Mark:
			// It raises the mark to its bound, when that is not above the head.
			bound = min(bound, f.after.N)
		}
	}
	for line, op := range c.truncations {
		upTo := uint64(op.Action.(*history.Truncate).UpTo)
		e := OpEvent(line)
		if upTo >= s.After.N && upTo < bound && !late[e] && !c.inTime(s.Before, e) {
			return false
		}
	}
	return true
}
