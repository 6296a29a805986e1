package randhist

import (
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// watch is a way to watch the key.
type watch int

const (
	byTruncation watch = iota
	byLostTruncation
	byRefusal
	byMismatch
	byHead
	byScan
	byListing
	watches
)

func (g *ladders) watch() {
	sum := 0
	for _, w := range g.weights {
		sum += w
	}
	n, chosen := g.IntN(sum), watch(0)
	for n >= g.weights[chosen] {
		n -= g.weights[chosen]
		chosen++
	}
	switch chosen {
	case byTruncation:
		g.truncate(g.bound())
	case byLostTruncation:
		g.loseTruncation(g.bound())
	case byRefusal:
		g.truncate(g.head() + 1 + g.IntN(3)*g.IntN(3))
	case byMismatch:
		g.mismatch(max(0, g.head()+3-g.IntN(10)))
	case byHead:
		g.lookAtHead(g.view(), g.percent(g.curious))
	case byScan:
		g.scan(g.view(), g.IntN(g.head()+3), []int64{1, 2, 3, location.ScanAll}[g.IntN(4)], g.percent(g.curious))
	case byListing:
		g.list()
	}
}

// bound draws the bound of a truncation: a little above the mark, a version that somebody
// saw, or any.
func (g *ladders) bound() int {
	n := g.IntN(g.head() + 2)
	switch g.IntN(3) {
	case 0:
		return g.mark + g.IntN(5)
	case 1:
		for n > 0 && !g.known[n] {
			n--
		}
	}
	return n
}

func (g *ladders) truncate(bound int) {
	a := &history.Truncate{UpTo: location.SeqNo(bound)}
	if bound > g.head() {
		a.Refused = true
		g.answer(history.Fail, a)
		return
	}
	for _, v := range g.present().stored {
		if v.SeqNo < a.UpTo {
			a.Deleted++
		}
	}
	if g.options.Relax.Allow(location.RelaxTruncateCount) && g.percent(30) {
		a.Deleted = location.CountUnknown
	}
	g.answer(history.Ok, a)
	g.mark = max(g.mark, bound)
}

// loseTruncation is a truncation without an answer, that happens or does not.
func (g *ladders) loseTruncation(bound int) {
	g.tick()
	op := history.Operation{Call: int64(g.IntN(int(g.now) + 1)), Return: history.Never, Outcome: history.Info,
		Action: &history.Truncate{UpTo: location.SeqNo(bound)}}
	if g.percent(50) {
		op.Call = g.before()
	}
	if bound > g.head() || g.percent(50) {
		g.add(op)
		return
	}
	g.happen(op)
	g.mark = max(g.mark, bound)
}

// mismatch expects a version that is not the head.
func (g *ladders) mismatch(expected int) {
	if expected != g.head() {
		g.answer(history.Ok, g.write(expected, expected+1+g.IntN(3)))
	}
}

// lookAtHead does so where somebody saw the head, or may do so now.
func (g *ladders) lookAtHead(v view, reveal bool) {
	a := &history.Head{Found: len(v.stored) > 0}
	if a.Found {
		a.Version = v.stored[len(v.stored)-1]
		g.read(v, a, reveal, a.Version)
	} else {
		g.read(v, a, reveal)
	}
}

func (g *ladders) scan(v view, from int, limit int64, reveal bool) {
	a := &history.Scan{From: location.SeqNo(max(0, from)), Limit: limit}
	for _, v := range v.stored {
		if v.SeqNo >= a.From && int64(len(a.Versions)) < limit {
			a.Versions = append(a.Versions, v)
		}
	}
	g.read(v, a, reveal, a.Versions...)
}

func (g *ladders) list() {
	a := &history.ListKeys{}
	if g.head() != none {
		a.Keys = []string{"k"}
	}
	g.tick()
	g.add(history.Operation{Call: g.before(), Return: g.after(), Action: a})
}

// A view is what a read sees.
type view struct {
	stored  []history.Version
	behind  int // which of the operations that happened is the last that it sees
	process int // which reads the past; 0 where the present is read
}

// A session is how far the reads of a process have come.
type session struct {
	behind int
	free   int64 // when the last one returned
}

func (g *ladders) present() view {
	return view{stored: g.stored(len(g.versions), g.mark)}
}

// sessions is the lowest process that reads the past.
const sessions = 1 << 20

// view returns the present, or under stale-head what a process may see of the past.
func (g *ladders) view() view {
	p := sessions + g.IntN(3)
	s, last := g.sessions[p], len(g.order)-1
	if !g.options.Relax.Allow(location.RelaxStaleHead) || g.percent(30) || s.free > g.now || last < 0 {
		return g.present()
	}
	v := view{behind: s.behind + g.IntN(last-s.behind+1), process: p}
	if v.behind == last {
		v.stored = g.present().stored
	} else {
		next := g.order[v.behind+1]
		v.stored = g.stored(next.versions, next.mark)
	}
	return v
}

// stored returns those of the first versions that are stored when the mark is there.
func (g *ladders) stored(versions, mark int) []history.Version {
	all := g.versions[:versions]
	if i := slices.IndexFunc(all, func(v history.Version) bool { return int(v.SeqNo) >= mark }); i > 0 {
		return all[i:]
	}
	return all
}

// read adds a read that returns these versions, if somebody saw them or may see them now.
func (g *ladders) read(v view, a history.Action, reveal bool, returned ...history.Version) {
	if !reveal && slices.ContainsFunc(returned, func(v history.Version) bool { return !g.known[int(v.SeqNo)] }) {
		return
	}
	for _, v := range returned {
		g.known[int(v.SeqNo)] = true
	}
	if v.process == 0 {
		g.answer(history.Ok, a)
		return
	}
	g.tick()
	op := history.Operation{Process: v.process, Call: max(g.sessions[v.process].free, g.before()), Return: g.after(), Action: a}
	g.sessions[v.process] = session{v.behind, op.Return}
	g.stale = append(g.stale, happening{operation: len(g.operations), at: g.order[v.behind].at, behind: v.behind})
	g.add(op)
}
