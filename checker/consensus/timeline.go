package consensus

import (
	"math"
	"slices"

	"github.com/assay-dev/assay/checker/internal/reuse"
	"github.com/assay-dev/assay/workload/history"
)

// The beginning and the end of time: instants before and after all others.
const (
	always = math.MinInt64
	never  = history.Never
)

// A timeline is the earliest instants at which a chain's versions can have been
// committed and truncated.
//
// T(i) is the instant at which link i was committed, from 1; M(i) the one at which a
// truncation first had a bound above link i. T(0) and M(0) are always, T is never
// behind the last link. Both ascend, and T(i+1) < M(i).
type timeline struct {
	*chain
	committed []int64 // T
	floors    []bound // T(i) is not before
	ceilings  []bound // T(i) is not after
	// waiting are the mismatches on link i, linked by their places in delays.
	waiting []int32
	delays  []delay
	marks   *marks  // nil if nothing concerns the mark
	spare   marks   // their memory
	clashes []clash // why it does not exist; none if it does
}

// A bound is an instant and the operation that it comes from, none where it is the
// call of a link's writer.
type bound struct {
	at int64
	op int32
}

// A delay is a mismatch on a link: before T(i) or after T(i+1).
type delay struct {
	call, ret int64
	op, next  int32
}

// A clash is why a timeline does not exist. What a and b are depends on the kind.
type clash struct {
	kind clashKind
	i    int32
	a, b int32 // operations
}

type clashKind uint8

const (
	lateCommit  clashKind = iota // T(i) lies behind its ceiling
	lateMark                     // M(i) lies behind its ceiling
	backwards                    // the read b saw link i, the read a of its process saw later
	unmarked                     // the read a saw that link i was truncated, the read b later that it was not
	hole                         // the scan a does not show link i
	undercounts                  // the truncation a counts more versions than there are
	overlap                      // the truncations a and b both deleted link i
	inside                       // link i was gone and a later one not, but one truncation deleted both
	tangled                      // T(i) would come before and after the marks
)

// mostClashes are looked for at a time, so that guesses are put right together.
const mostClashes = 1000

// fail notes a clash.
func (t *timeline) fail(c clash) {
	if len(t.clashes) < mostClashes && !slices.Contains(t.clashes, c) {
		t.clashes = append(t.clashes, c)
	}
}

// newTimeline finds the least solution of all bounds, or clashes: with these, no instant is
// above the least one, but some are below.
func (k *key) newTimeline(c *chain) *timeline {
	t := new(timeline)
	if n := len(k.timelines); n > 0 {
		t, k.timelines = k.timelines[n-1], k.timelines[:n-1]
	}
	t.chain, t.marks, t.clashes = c, nil, t.clashes[:0]
	if c.flaw.kind != flawless {
		return t
	}
	if t.addSteps(); len(t.clashes) > 0 {
		return t
	}
	n := int(c.length()) + 2
	t.committed, t.waiting = reuse.Slice(t.committed, n), reuse.Slice(t.waiting, n)
	t.floors, t.ceilings = reuse.Slice(t.floors, n), reuse.Slice(t.ceilings, n)
	t.delays = reuse.Slice(t.delays, k.mismatches)[:0]
	for i := range t.floors {
		t.committed[i], t.floors[i], t.ceilings[i], t.waiting[i] = always, bound{always, none}, bound{never, none}, none
	}
	t.committed[n-1] = never
	t.addWriters()
	t.prepareMarks()
	t.addAll(t.listings)
	t.addAll(t.seen)
	t.addReads()
	if len(t.clashes) == 0 && t.marks != nil {
		t.arrangeMarks()
	}
	if len(t.clashes) == 0 {
		t.solve()
	}
	return t
}

func (t *timeline) addWriters() {
	for i := int32(1); i <= t.length(); i++ {
		w := &t.writes[t.links[i].writer]
		t.floors[i].at = w.call
		if w.committed {
			t.ceilings[i] = bound{w.ret, w.op}
		}
	}
}

// A view is what one operation x saw: T(low) < x < T(high), and M(gone) < x < M(kept).
// The bounds from above are behind the last link, those from below 0, where it saw
// nothing of the kind.
type view struct {
	low, high, gone, kept int32
}

// view returns what a sight says of the chain. ok is false if a scan skipped a link.
func (t *timeline) view(s *sight) (v view, ok bool) {
	v = view{low: t.first[s.low], high: t.first[s.high], kept: t.length() + 1}
	if s.detail == none || t.details[s.detail].kind != scan {
		return v, true
	}
	d := &t.details[s.detail]
	v.kept = t.first[d.slot]
	if v.kept > 1 && t.links[v.kept-1].slot >= d.from {
		v.gone = v.kept - 1
	}
	return v, v.low-v.kept == d.number-1
}

// addAll enters the bounds that sights set. Of one that clashes, not all.
func (t *timeline) addAll(seen []sight) {
	for i := range seen {
		s := &seen[i]
		t.limit(t.first[s.low], t.first[s.high], s.call, s.ret, s.op)
		if s.detail != none {
			t.add(s, &t.details[s.detail])
		}
	}
}

// add enters what a detail says.
func (t *timeline) add(s *sight, d *detail) {
	switch d.kind {
	case mismatch:
		if i := t.first[d.slot]; i <= t.length() && t.links[i].slot == d.slot {
			t.delays = append(t.delays, delay{s.call, s.ret, s.op, t.waiting[i]})
			t.waiting[i] = int32(len(t.delays) - 1)
		}
	case truncation:
		t.addTruncation(s, d)
	case scan:
		v, ok := t.view(s)
		if !ok {
			t.fail(t.hole(s))
			return
		}
		t.marks.limit(v, s.call, s.ret, s.op)
		t.marks.relate(v, s.op, s.op, s.op)
	}
}

// hole returns the link that a scan skipped.
func (t *timeline) hole(s *sight) clash {
	versions := t.operations[s.op].Action.(*history.Scan).Versions
	for i, n := t.first[s.low], len(versions)-1; ; i, n = i-1, n-1 {
		if t.seq(i) != uint64(versions[n].SeqNo) {
			return clash{hole, i, s.op, none}
		}
	}
}

// limit sets the bounds in time of an operation that saw T(low) < x < T(high).
func (t *timeline) limit(low, high int32, call, ret int64, op int32) {
	lower(&t.ceilings[low], ret, op)
	raise(&t.floors[high], call, op)
}

func lower(b *bound, at int64, op int32) {
	if at < b.at {
		*b = bound{at, op}
	}
}

func raise(b *bound, at int64, op int32) {
	if at > b.at {
		*b = bound{at, op}
	}
}

// addReads enters the reads that may be stale: each comes after the earlier reads of
// its process, but not after its call.
func (t *timeline) addReads() {
	process := -1
	var seen view       // the most that earlier reads of the process saw,
	var low, gone int32 // and which
	for i := range t.reads {
		s := &t.reads[i]
		if p := t.operations[s.op].Process; p != process {
			process, seen = p, view{}
		}
		v, ok := t.view(s)
		switch {
		case !ok:
			t.fail(t.hole(s))
			continue
		case v.high <= seen.low:
			t.fail(clash{backwards, seen.low, low, s.op})
			continue
		case v.kept <= seen.gone:
			t.fail(clash{unmarked, seen.gone, gone, s.op})
			continue
		}
		t.limit(v.low, v.high, always, s.ret, s.op)
		t.marks.limit(v, always, s.ret, s.op)
		if v.low >= seen.low {
			seen.low, low = v.low, s.op
		}
		if v.gone >= seen.gone {
			seen.gone, gone = v.gone, s.op
		}
		v.low, v.gone = seen.low, seen.gone
		t.marks.relate(v, low, gone, s.op)
	}
}

// solve raises all instants to the least ones that keep all bounds from below, as far as
// those from above let it.
func (t *timeline) solve() {
	for {
		t.settleCommits()
		if t.marks == nil || !t.settleMarks() || !t.marks.lifting {
			break
		}
	}
	n := t.length() + 1
	t.keep(lateCommit, n, t.committed[n], &t.ceilings[n])
}

// keep returns an instant that a link may have: at, or the ceiling if it lies behind. That is
// a clash, and as if there were none the search for others goes on.
func (t *timeline) keep(kind clashKind, i int32, at int64, ceiling *bound) int64 {
	if at <= ceiling.at {
		return at
	}
	t.fail(clash{kind, i, ceiling.op, none})
	return ceiling.at
}

// settleCommits raises T: forward, each to its own floor and that of its predecessor;
// then back, where a mismatch cannot come after T(i+1) any more. What that raises stays
// below T(i+1), so that once is enough.
func (t *timeline) settleCommits() {
	n := t.length()
	for i := int32(1); i <= n; i++ {
		at := max(t.committed[i], t.floors[i].at, t.committed[i-1])
		if t.marks != nil {
			at = max(at, t.marks.at[t.marks.lifts[i].to])
		}
		t.committed[i] = t.keep(lateCommit, i, at, &t.ceilings[i])
	}
	for i := n; i > 0; i-- {
		for d := t.waiting[i]; d != none; d = t.delays[d].next {
			if m := &t.delays[d]; m.ret < t.committed[i+1] && m.call > t.committed[i] {
				t.committed[i] = t.keep(lateCommit, i, m.call, &t.ceilings[i])
			}
		}
	}
}
