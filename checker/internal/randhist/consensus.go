package randhist

import (
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A key is what the store holds at one key, now and at each earlier moment.
type key struct {
	name   string
	states []state
	tried  []location.SeqNo // numbers that some compare-and-set was about
}

// A state is what one key holds; one half of it is used.
type state struct {
	versions       []history.Version // Consensus: those stored
	value, deleted *value            // Blob: nil for none
}

type value struct {
	name string
	size int64
}

func newKey(name string) *key {
	return &key{name: name, states: make([]state, 1)}
}

func (k *key) now() state   { return k.states[len(k.states)-1] }
func (k *key) set(s state)  { k.states = append(k.states, s) }
func (s state) empty() bool { return len(s.versions) == 0 }

// head returns the head's number, or 0.
func (s state) head() location.SeqNo {
	if s.empty() {
		return 0
	}
	return s.versions[len(s.versions)-1].SeqNo
}

func (g *generator) executeConsensus(e event) {
	op, s := e.operation, e.key.now()
	switch a := op.Action.(type) {
	case *history.CompareAndSet:
		g.chooseCompareAndSet(a, e.key)
		if e.part == effect {
			g.compareAndSet(e, a)
		} else {
			a.Committed = false
		}
	case *history.Truncate:
		a.UpTo = g.bound(e.key)
		if e.part == effect {
			g.truncate(e, a)
		}
	case *history.Head:
		answerHead(g.readFrom(e), a)
	case *history.Scan:
		a.From, a.Limit = g.bound(e.key), pick[int64](g, location.ScanAll, 1, 2, 3, 0)
		answerScan(g.readFrom(e), a)
	case *history.ListKeys:
		if !s.empty() {
			a.Keys = append(a.Keys, e.key.name)
		}
	}
}

// readFrom returns the state that a head or a scan sees: the present one, or under
// stale-head one that is not older than what its process saw before.
func (g *generator) readFrom(e event) state {
	if !g.options.Relax.Allow(location.RelaxStaleHead) {
		return e.key.now()
	}
	session := e.operation.Process*len(g.keys) + slices.Index(g.keys, e.key)
	oldest, newest := g.session[session], len(e.key.states)-1
	g.session[session] = newest - g.IntN(newest-oldest+1)
	return e.key.states[g.session[session]]
}

// bound draws a number evenly from what is around the versions of a key.
func (g *generator) bound(k *key) location.SeqNo {
	return location.SeqNo(g.IntN(int(k.now().head()) + 3))
}

func (g *generator) chooseCompareAndSet(a *history.CompareAndSet, k *key) {
	s := k.now()
	a.HasExpected, a.Expected = !s.empty(), s.head()
	switch g.IntN(8) {
	case 5:
		a.HasExpected = false
	case 6:
		a.HasExpected, a.Expected = true, g.bound(k)
	case 7:
		if len(k.tried) > 0 {
			a.HasExpected, a.Expected = true, pick(g, k.tried...)
		}
	}
	a.New.SeqNo = location.SeqNo(pick(g, 0, 0, 0, 1, 2))
	if a.HasExpected {
		a.New.SeqNo += a.Expected + 1
	} else {
		a.Expected = 0
	}
	a.New.Value = g.name()
	k.tried = append(k.tried, a.New.SeqNo)
}

// name returns the name of a new value.
func (g *generator) name() string {
	g.values++
	n := g.values
	if g.options.Repeats && g.percent(30) {
		n = 1 + g.IntN(n)
	}
	return "v" + string(rune('a'+n%26)) + string(rune('0'+n/26))
}

func (g *generator) compareAndSet(e event, a *history.CompareAndSet) {
	s := e.key.now()
	a.Committed = a.HasExpected == !s.empty() && (!a.HasExpected || a.Expected == s.head())
	if a.Committed && !g.miscarries(e.operation) {
		s.versions = append(slices.Clip(s.versions), a.New)
		e.key.set(s)
	}
}

func (g *generator) truncate(e event, a *history.Truncate) {
	s := e.key.now()
	if s.empty() || a.UpTo > s.head() {
		if e.operation.Outcome == history.Ok {
			e.operation.Outcome, a.Refused = history.Fail, true
		}
		return
	}
	keep := slices.IndexFunc(s.versions, func(v history.Version) bool { return v.SeqNo >= a.UpTo })
	a.Deleted = int64(keep)
	if g.options.Relax.Allow(location.RelaxTruncateCount) && g.percent(50) {
		a.Deleted = location.CountUnknown
	}
	if keep > 0 && !g.miscarries(e.operation) {
		s.versions = s.versions[keep:]
		e.key.set(s)
	}
}

// miscarries breaks an operation that is having its effect, now and then: it is
// acknowledged without effect (true), or fails with it (false).
func (g *generator) miscarries(op *history.Operation) bool {
	if !g.broken || op.Outcome != history.Ok || !g.percent(8) {
		return false
	}
	if g.percent(50) {
		return true
	}
	op.Outcome = history.Fail
	return false
}

func answerHead(s state, a *history.Head) {
	*a = history.Head{Found: !s.empty()}
	if a.Found {
		a.Version = s.versions[len(s.versions)-1]
	}
}

func answerScan(s state, a *history.Scan) {
	a.Versions = nil
	for _, v := range s.versions {
		if v.SeqNo >= a.From && int64(len(a.Versions)) < a.Limit {
			a.Versions = append(a.Versions, v)
		}
	}
}
