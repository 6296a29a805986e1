package randhist

import (
	"fmt"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// Rivals returns a random history of one key of a Consensus that leaves much open: many
// writes are of unknown outcome and unseen, and compete for the same numbers and
// predecessors; what is known of them is known from counts, from mismatches and from
// what others expected. A general simulation makes such histories too seldom.
func Rivals(src Source, relax location.Relaxations) *history.History {
	return newRivals(src, relax).history(relax, 3+src.IntN(10))
}

type rivals struct {
	Source
	versions   []history.Version
	mark       location.SeqNo
	states     []snapshot
	sessions   map[int]int
	operations []history.Operation
	weights    [6]int
	unknown    int // percent
	stretch    int
	first      int // so many versions are committed beforehand
	stale      bool
	reader     int // the process of the next read, 0 for any
}

type snapshot struct {
	versions []history.Version
	mark     location.SeqNo
}

func newRivals(src Source, relax location.Relaxations) *rivals {
	g := &rivals{Source: src, unknown: []int{10, 40, 70}[src.IntN(3)], stretch: 1 + src.IntN(6)*src.IntN(3),
		stale: relax.Allow(location.RelaxStaleHead), sessions: map[int]int{}}
	for i := range g.weights {
		g.weights[i] = 1 + src.IntN(4)*src.IntN(4)
	}
	if src.IntN(3) == 0 { // mostly truncations and scans, over several versions
		g.weights, g.first = [6]int{1, 0, 6, 6, 1, 2}, 3+src.IntN(3)
	}
	g.states = []snapshot{{}}
	return g
}

func (g *rivals) percent(p int) bool { return g.IntN(100) < p }

func (g *rivals) kind() int {
	sum := 0
	for _, w := range g.weights {
		sum += w
	}
	n := g.IntN(sum)
	for i, w := range g.weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return 0
}

func (g *rivals) history(relax location.Relaxations, n int) *history.History {
	first := max(g.first, g.IntN(5))
	for i := range n {
		at := int64(i * 2)
		if i < first {
			g.compareAndSet(at, true)
			continue
		}
		switch g.kind() {
		case 0, 1:
			g.compareAndSet(at, false)
		case 2:
			g.truncate(at, relax)
		case 3:
			g.scan(at)
		case 4:
			g.head(at)
		case 5:
			g.ghost(at)
		}
	}
	for i := range g.operations {
		j := i + g.IntN(len(g.operations)-i)
		g.operations[i], g.operations[j] = g.operations[j], g.operations[i]
	}
	for range 1 + g.IntN(3) {
		g.spoil()
	}
	h := &history.History{Header: history.Header{Assay: history.FormatVersion, Object: history.Consensus, Relax: relax}, Operations: g.operations}
	for i := range h.Operations {
		h.Operations[i].Line = i + 2
		if g.busy(&h.Operations[i], h.Operations[:i]) {
			h.Operations[i].Process = 2000 + i
		}
	}
	return h
}

// busy reports whether the process of op has another operation at the time.
func (g *rivals) busy(op *history.Operation, others []history.Operation) bool {
	return slices.ContainsFunc(others, func(o history.Operation) bool {
		return o.Process == op.Process && o.Call <= op.Return && op.Call <= o.Return
	})
}

func (g *rivals) add(at int64, outcome history.Outcome, a history.Action) {
	op := history.Operation{Key: "k", Call: at - int64(g.IntN(g.stretch+1)), Return: at + int64(g.IntN(g.stretch+1)), Outcome: outcome, Action: a}
	op.Call = max(op.Call, 0)
	if op.Process = len(g.operations); g.reader != 0 && g.free(g.reader, op.Call) {
		op.Process = g.reader
	}
	g.reader = 0
	if outcome == history.Info {
		op.Return = history.Never
	}
	g.operations = append(g.operations, op)
}

func (g *rivals) free(p int, from int64) bool {
	for _, op := range g.operations {
		if op.Process == p && (op.Outcome == history.Info || op.Return > from) {
			return false
		}
	}
	return true
}

func (g *rivals) top() location.SeqNo {
	if len(g.versions) == 0 {
		return 0
	}
	return g.versions[len(g.versions)-1].SeqNo
}

func (g *rivals) number() location.SeqNo { return location.SeqNo(g.IntN(int(g.top()) + 4)) }

func (g *rivals) value() string {
	if g.percent(15) {
		return "same"
	}
	return fmt.Sprint("v", g.IntN(1<<30))
}

func (g *rivals) outcome() history.Outcome {
	if g.percent(g.unknown) {
		return history.Info
	}
	return history.Ok
}

func (g *rivals) compareAndSet(at int64, sure bool) {
	a := &history.CompareAndSet{HasExpected: len(g.versions) > 0, Expected: g.top()}
	if !sure && g.percent(25) {
		a.HasExpected, a.Expected = g.percent(85), g.number()
	}
	if !a.HasExpected {
		a.Expected = 0
	}
	a.New = history.Version{SeqNo: a.Expected + 1 + location.SeqNo(g.IntN(3)), Value: g.value()}
	applies := a.HasExpected == (len(g.versions) > 0) && (!a.HasExpected || a.Expected == g.top())
	outcome := history.Ok
	if !sure || g.percent(g.unknown) {
		outcome = g.outcome()
	}
	a.Committed = applies && outcome == history.Ok
	if applies {
		g.versions = append(g.versions[:len(g.versions):len(g.versions)], a.New)
		g.states = append(g.states, snapshot{g.versions, g.mark})
	}
	g.add(at, outcome, a)
}

// ghost is a write of unknown outcome that never happened.
func (g *rivals) ghost(at int64) {
	a := &history.CompareAndSet{HasExpected: g.percent(80), Expected: g.number()}
	if !a.HasExpected {
		a.Expected = 0
	}
	a.New = history.Version{SeqNo: a.Expected + 1 + location.SeqNo(g.IntN(3)), Value: g.value()}
	if g.percent(20) {
		g.add(at, history.Info, &history.Truncate{UpTo: g.number()})
		return
	}
	g.add(at, history.Info, a)
}

func (g *rivals) truncate(at int64, relax location.Relaxations) {
	a := &history.Truncate{UpTo: g.number()}
	outcome := g.outcome()
	switch {
	case len(g.versions) == 0 || a.UpTo > g.top():
		if outcome == history.Ok {
			outcome, a.Refused = history.Fail, true
		}
	default:
		for _, v := range g.versions {
			if v.SeqNo >= g.mark && v.SeqNo < a.UpTo {
				a.Deleted++
			}
		}
		g.mark = max(g.mark, a.UpTo)
		g.states = append(g.states, snapshot{g.versions, g.mark})
		if outcome == history.Info {
			a.Deleted = 0
		} else if relax.Allow(location.RelaxTruncateCount) && g.percent(40) {
			a.Deleted = location.CountUnknown
		}
	}
	g.add(at, outcome, a)
}

// reading returns what a read sees: the present, unless it may be stale. Then one of
// two processes reads, which went some way through the states already.
func (g *rivals) reading() snapshot {
	newest := len(g.states) - 1
	if !g.stale || g.percent(20) {
		return g.states[newest]
	}
	g.reader = 1000 + g.IntN(2)
	oldest := min(g.sessions[g.reader], newest)
	g.sessions[g.reader] = newest - g.IntN(newest-oldest+1)
	return g.states[g.sessions[g.reader]]
}

func (g *rivals) head(at int64) {
	a := &history.Head{}
	if s := g.reading(); len(s.versions) > 0 {
		a.Found, a.Version = true, s.versions[len(s.versions)-1]
	}
	g.add(at, history.Ok, a)
}

func (g *rivals) scan(at int64) {
	a := &history.Scan{From: g.number(), Limit: []int64{location.ScanAll, location.ScanAll, 1, 2, 0}[g.IntN(5)]}
	s := g.reading()
	for _, v := range s.versions {
		if v.SeqNo >= max(a.From, s.mark) && int64(len(a.Versions)) < a.Limit {
			a.Versions = append(a.Versions, v)
		}
	}
	g.add(at, history.Ok, a)
}

// spoil changes something of one operation.
func (g *rivals) spoil() {
	op := &g.operations[g.IntN(len(g.operations))]
	if g.percent(30) && op.Outcome != history.Info {
		op.Call = op.Call + int64(g.IntN(7)) - 3
		op.Call = max(op.Call, 0)
		op.Return = max(op.Return+int64(g.IntN(7))-3, op.Call)
		return
	}
	switch a := op.Action.(type) {
	case *history.Head:
		if s := g.states[g.IntN(len(g.states))]; len(s.versions) > 0 {
			*a = history.Head{Found: true, Version: s.versions[len(s.versions)-1]}
		}
	case *history.Scan:
		if n := len(a.Versions); n > 0 {
			i := g.IntN(n) * g.IntN(2)
			a.Versions = append(a.Versions[:i:i], a.Versions[i+1:]...)
		}
	case *history.Truncate:
		if op.Outcome == history.Ok {
			a.Deleted = max(0, a.Deleted+int64(g.IntN(3))-1)
		}
	case *history.CompareAndSet:
		switch {
		case op.Outcome == history.Ok && g.percent(50):
			a.Committed = !a.Committed
		case op.Outcome == history.Ok && g.percent(30):
			op.Outcome = history.Fail
		case op.Outcome == history.Info:
			a.New.SeqNo++
		}
	}
}
