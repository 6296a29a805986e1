package proof

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// The rules of a Consensus.
const (
	// WrongAnswer ends a proof: no state explains the answer of the operation in Lines.
	WrongAnswer Rule = "wrong answer"
	// Answered: Before or After is an operation, and its answer says so by itself.
	Answered Rule = "answered"
	// Process: two reads of one process tell of instants in their order (stale-head).
	Process Rule = "process"
	// Ascending: versions are committed, and bounds raised, in the order of their numbers;
	// a bound is raised only up to the head.
	Ascending Rule = "ascending"
	// Written: Version exists, as the operations in Lines saw it, or as the predecessor
	// of a version in From. One of the compare-and-sets that carry it wrote it. A case
	// is about those that expect the version picked.
	Written Rule = "written"
	// Followed: what comes after Version, which exists: one of the versions that some
	// compare-and-set would have it followed by, or none. A case is about one of them.
	Followed Rule = "followed"
	// Successive: what follows from where a version stands (Written, Followed). Its
	// predecessor was the head until its commit, which was not before the call of whoever
	// wrote it; nothing comes after the last one, or is as high as nobody wrote.
	Successive Rule = "successive"
	// Mismatched: the compare-and-set in Lines failed, so that it came either before the
	// version that it expected or after its replacement; and From says that it was not
	// after.
	Mismatched Rule = "mismatched"
	// Counted: how many versions the truncation in Lines deleted says whether the mark
	// had passed a version. Version is the first one not below the bound.
	Counted Rule = "counted"
	// Missing: the scan in Lines does not show Version, which exists.
	Missing Rule = "missing"
	// Raised: each truncation that may have raised the mark to After comes after Before,
	// by time or by a step in From; or a step in From says that the mark was raised earlier.
	Raised Rule = "raised"
)

// A standing is where a version stands in the sequence of all versions.
type standing struct {
	after  location.SeqNo // its predecessor is the version just below after; 0: none is
	called int64          // no operation that can have written it was called earlier
}

// consensus is the theory of one key of a Consensus.
type consensus struct {
	key         string
	relax       location.Relaxations
	verifier    *verifier
	writes      map[location.SeqNo][]*history.Operation // by new version, those that may have happened
	successors  map[location.SeqNo][]*history.Operation // likewise, by the number above the one expected
	truncations map[int]*history.Operation              // by line, those that may have happened

	versions map[location.SeqNo]standing
	none     location.SeqNo // no version is as high as this
}

func newConsensus(k *Key, v *verifier, operations iter.Seq2[int, *history.Operation]) *consensus {
	c := &consensus{
		key:         k.Key,
		relax:       v.relax,
		verifier:    v,
		writes:      map[location.SeqNo][]*history.Operation{},
		successors:  map[location.SeqNo][]*history.Operation{},
		truncations: map[int]*history.Operation{},
		versions:    map[location.SeqNo]standing{},
	}
	c.asked(k.Contradiction)
	for line, op := range operations {
		switch a := op.Action.(type) {
		case *history.CompareAndSet:
			if valid(a) && (op.Outcome == history.Info || op.Outcome == history.Ok && a.Committed) {
				c.enter(op, a)
			}
		case *history.Truncate:
			if op.Outcome != history.Fail {
				c.truncations[line] = op
			}
		}
	}
	return c
}

// asked makes room for the writes that the steps ask for: few of all.
func (c *consensus) asked(steps []Step) {
	for _, s := range steps {
		switch {
		case s.Rule == Written && s.Version != nil:
			c.writes[*s.Version] = nil
		case s.Rule == Followed && s.Version != nil:
			c.successors[*s.Version+1] = nil
		case s.Rule == Followed:
			c.successors[0] = nil
		}
		for _, of := range s.Cases {
			c.asked(of.Steps)
		}
	}
}

func (c *consensus) enter(op *history.Operation, a *history.CompareAndSet) {
	c.none = max(c.none, a.New.SeqNo+1)
	if writes, asked := c.writes[a.New.SeqNo]; asked {
		c.writes[a.New.SeqNo] = append(writes, op)
	}
	if successors, asked := c.successors[next(a)]; asked {
		c.successors[next(a)] = append(successors, op)
	}
}

// operation returns the operation on a line if it concerns the key, else nil.
func (c *consensus) operation(line int) *history.Operation {
	i, err := c.verifier.find(line, c.key)
	if err != nil {
		return nil
	}
	return &c.verifier.h.Operations[i]
}

// next returns the lowest number above the version that a expects.
func next(a *history.CompareAndSet) location.SeqNo {
	if !a.HasExpected {
		return 0
	}
	return a.Expected + 1
}

func (c *consensus) clone() theory {
	inner := *c
	inner.versions = maps.Clone(c.versions)
	return &inner
}

// at returns the operation of an event, nil for other events.
func (c *consensus) at(e Event) *history.Operation {
	if e.Kind != Op {
		return nil
	}
	return c.operation(int(e.N))
}

// only returns the one operation in s.Lines if its action is of the right kind.
func only[A history.Action](c *consensus, s *Step) (a A, e Event, ok bool) {
	if len(s.Lines) != 1 || c.operation(s.Lines[0]) == nil {
		return a, e, false
	}
	op := c.operation(s.Lines[0])
	a, ok = op.Action.(A)
	return a, OpEvent(s.Lines[0]), ok && op.Outcome == history.Ok
}

// conclude checks all rules that ask nothing.
func (c *consensus) conclude(s *Step, facts []fact) (fact, bool, error) {
	f, ok, closed := fact{s.Before, s.After, true}, false, false
	switch s.Rule {
	case RealTime:
		ok = c.inTime(s.Before, s.After)
	case Process:
		a, b := c.at(s.Before), c.at(s.After)
		ok = a != nil && b != nil && mayBeStale(a, c.relax) && mayBeStale(b, c.relax) && precedes(a, b)
	case Ascending:
		f.strict = s.Before.Kind == Head && s.After.Kind == Mark
		ok = (f.strict || s.Before.Kind == s.After.Kind && (s.Before.Kind == Head || s.Before.Kind == Mark)) && s.Before.N <= s.After.N
	case Answered:
		said := append(c.says(s.Before), c.says(s.After)...)
		i := slices.IndexFunc(said, func(f fact) bool { return f.before == s.Before && f.after == s.After })
		if ok = i >= 0; ok {
			f = said[i]
		}
	case Successive:
		f.strict, ok = c.successive(s.Before, s.After)
	case Mismatched:
		ok = c.mismatched(s, facts)
	case Counted:
		ok, f.strict, closed = c.counted(s)
	case Missing:
		ok = c.missing(s)
	case Raised:
		ok = c.raised(s, facts)
	case WrongAnswer:
		ok, closed = c.wrong(s), true
	}
	if !ok {
		return f, false, fmt.Errorf("it does not follow (%v before %v)", s.Before, s.After)
	}
	return f, closed, nil
}

// inTime reports whether a comes before b by their instants alone: an After lies just
// behind its instant, an operation anywhere from its call to its return.
func (c *consensus) inTime(a, b Event) bool {
	until, from := int64(a.N), int64(b.N)
	if op := c.at(a); op != nil && op.Outcome != history.Info {
		until = op.Return
	} else if a.Kind != After {
		return false
	}
	if op := c.at(b); op != nil && !mayBeStale(op, c.relax) {
		from = op.Call
	} else if b.Kind != After {
		return false
	}
	return until < from || until == from && a.Kind == Op && b.Kind == After
}

// says returns what an operation's answer says by itself.
func (c *consensus) says(e Event) (said []fact) {
	op := c.at(e)
	if op == nil || !definite(op) {
		return nil
	}
	from := func(x Event) { said = append(said, fact{x, e, true}) }
	until := func(x Event) { said = append(said, fact{e, x, true}) }
	switch a := op.Action.(type) {
	case *history.Head:
		if !a.Found {
			until(HeadEvent(0))
			break
		}
		from(HeadEvent(a.Version.SeqNo))
		until(HeadEvent(a.Version.SeqNo + 1))
	case *history.CompareAndSet:
		switch {
		case a.Committed:
			// It is itself the commit of its version.
			said = append(said, fact{e, HeadEvent(next(a)), false}, fact{HeadEvent(a.New.SeqNo), e, false})
			until(HeadEvent(a.New.SeqNo + 1))
			if a.HasExpected {
				from(HeadEvent(a.Expected))
			}
		case !a.HasExpected:
			from(HeadEvent(0))
		}
	case *history.Scan:
		if n := len(a.Versions); n > 0 {
			from(HeadEvent(a.Versions[n-1].SeqNo))
			until(MarkEvent(a.Versions[0].SeqNo + 1))
			if int64(n) < a.Limit {
				until(HeadEvent(a.Versions[n-1].SeqNo + 1))
			}
		} else if a.Limit > 0 {
			until(HeadEvent(a.From))
		}
	case *history.Truncate:
		if op.Outcome == history.Fail {
			until(HeadEvent(a.UpTo))
			break
		}
		from(HeadEvent(a.UpTo))
		said = append(said, fact{MarkEvent(a.UpTo), e, false})
	case *history.ListKeys:
		if slices.Contains(a.Keys, c.key) {
			from(HeadEvent(0))
		} else {
			until(HeadEvent(0))
		}
	}
	return said
}

// wrong reports whether no state explains the answer in s.Lines.
func (c *consensus) wrong(s *Step) bool {
	if a, _, ok := only[*history.CompareAndSet](c, s); ok {
		return !valid(a)
	}
	if a, _, ok := only[*history.Truncate](c, s); ok {
		return a.Deleted < 0 && (a.Deleted != location.CountUnknown || !c.relax.Allow(location.RelaxTruncateCount))
	}
	if a, _, ok := only[*history.ListKeys](c, s); ok {
		return len(slices.DeleteFunc(slices.Clone(a.Keys), func(key string) bool { return key != c.key })) > 1
	}
	a, _, ok := only[*history.Scan](c, s)
	if !ok {
		return false
	}
	for i, v := range a.Versions {
		if v.SeqNo < a.From || i > 0 && v.SeqNo <= a.Versions[i-1].SeqNo {
			return true
		}
	}
	return int64(len(a.Versions)) > a.Limit
}
