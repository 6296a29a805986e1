package consensus

import (
	"cmp"
	"math"
	"slices"

	"github.com/assay-dev/assay/workload/history"
)

// truncationOf returns a truncation's action and the first link not below its bound.
func (b *blame) truncationOf(op int32) (a *history.Truncate, above int32) {
	a, ok := b.timeline.operations[op].Action.(*history.Truncate)
	if ok {
		above = b.first[b.find(uint64(a.UpTo), 0)]
	}
	return a, above
}

// gone blames an operation for having found link j gone.
func (b *blame) gone(j, op int32) {
	b.take(op)
	b.number(b.seq(j))
	if a, above := b.truncationOf(op); a != nil {
		b.standAll(above-int32(a.Deleted), above)
	} else {
		b.stand(j)
	}
}

// goneWith blames an operation for having found link j gone, or passed it.
func (b *blame) goneWith(j, op int32) {
	if a, _ := b.truncationOf(op); a == nil {
		b.gone(j, op)
	}
	b.take(op)
	b.number(b.seq(j))
}

// kept blames an operation for having found link j stored.
func (b *blame) kept(op, j int32) {
	b.take(op)
	b.number(b.seq(j))
	if a, above := b.truncationOf(op); a != nil {
		b.standAll(j+1, above)
	}
}

// standAll establishes where the links from low to high stand.
func (b *blame) standAll(low, high int32) {
	for i := high; i >= low; i-- {
		b.stand(i)
	}
}

// pass goes on from where link l is passed to where link j is: later, or at once by the
// same step.
func (b *blame) pass(l, j int32) {
	if l > j {
		b.goneWith(l, b.marks.steps[j])
		b.kept(b.marks.steps[j], j)
	}
}

// passAfter collects why M(j) > r.
func (b *blame) passAfter(j int32, r int64) {
	m := b.marks
	b.number(b.seq(j))
	for l := j; ; l-- {
		end := l
		if m.steps[l] != none {
			end = m.stepEnd(l)
		}
		switch {
		case m.ready[end] > r:
			b.readyAfter(end, l, r)
			return
		case b.committed[end+1] > r:
			b.number(b.seq(end))
			b.commitAfter(end+1, r, b.seq(end)+1)
			b.pass(end, l)
			return
		case m.steps[l] == none && (l == j || m.at[l-1] <= r) && b.soonest(l) > r:
			b.raised(l, r)
			return
		}
	}
}

// soonest returns the first instant at which a raiser may pass link j.
func (b *blame) soonest(j int32) int64 {
	earliest, m := int64(never), b.marks
	from, _ := slices.BinarySearchFunc(m.raisers, j, func(r raiser, j int32) int { return cmp.Compare(r.target, j) })
	for i := from; i < len(m.raisers) && m.may(&m.raisers[i], j); i++ {
		earliest = min(earliest, m.raisers[i].earliest)
	}
	return earliest
}

// readyAfter collects why link l is not passed until after r: one up to link end is
// not, which it is passed with or before.
func (b *blame) readyAfter(end, l int32, r int64) {
	m := b.marks
	for i := end; ; i-- {
		if f := m.floors[i]; f.at > r {
			b.kept(f.op, i)
			b.pass(i, l)
			return
		}
		if e := m.after[i]; b.committed[e.to] > r {
			b.commitAfter(e.to, r, b.lowHead(e.from))
			b.take(e.from)
			b.kept(e.until, i)
			b.pass(i, l)
			return
		}
	}
}

// raised collects why no raiser passes link j until after r.
func (b *blame) raised(j int32, r int64) {
	b.number(b.seq(j))
	bound, cover := b.cover(j, r)
	all := b.bounded()
	i, _ := slices.BinarySearchFunc(all, b.seq(j)+1, func(t bounded, n uint64) int { return cmp.Compare(t.upTo, n) })
	for ; i < len(all) && all[i].upTo < bound; i++ {
		if all[i].call <= r {
			b.gone(j, all[i].op)
		}
	}
	if i < len(all) && all[i].earliest <= r {
		cover()
	}
}

// A bounded is a truncation that may have happened.
type bounded struct {
	upTo     uint64
	call     int64
	earliest int64 // the first call of this and those with higher bounds
	op       int32
}

// bounded returns the truncations by their bounds.
func (k *key) bounded() []bounded {
	if k.byBound != nil {
		return k.byBound
	}
	k.byBound = []bounded{}
	for _, s := range k.seen {
		if s.detail != none && k.details[s.detail].kind == truncation {
			upTo := uint64(k.operations[s.op].Action.(*history.Truncate).UpTo)
			k.byBound = append(k.byBound, bounded{upTo: upTo, call: s.call, op: s.op})
		}
	}
	slices.SortFunc(k.byBound, func(a, b bounded) int { return cmp.Compare(a.upTo, b.upTo) })
	earliest := int64(never)
	for i := len(k.byBound) - 1; i >= 0; i-- {
		earliest = min(earliest, k.byBound[i].call)
		k.byBound[i].earliest = earliest
	}
	return k.byBound
}

// cover returns the lowest bound from which on no truncation passes link j until after
// r, and collects why when it is called.
func (b *blame) cover(j int32, r int64) (bound uint64, collect func()) {
	m, n := b.marks, b.length()
	bound = math.MaxUint64
	consider := func(i int32, why func()) {
		if at := b.seq(i) + 1; at < bound {
			bound, collect = at, why
		}
	}
	for l := j; l <= m.reach[j] && m.reach[j] < n; l++ {
		if e := m.apart[l]; e.to == m.reach[j]+1 {
			consider(e.to, func() {
				b.gone(l, e.from)
				b.kept(e.until, e.to)
			})
		}
	}
	for i := j; i <= n; i++ {
		switch {
		case b.committed[i+1] > r:
			consider(i, func() {
				b.number(b.seq(i))
				b.commitAfter(i+1, r, b.seq(i)+1)
			})
		case m.ready[i] > r:
			consider(i, func() { b.readyAfter(i, i, r) })
		default:
			continue
		}
		break
	}
	return bound, collect
}

// headAfterMark collects why link j is passed before T(high(j)).
func (b *blame) headAfterMark(j int32) {
	for l := j; ; l++ {
		if e := b.marks.until[l]; e.to == b.marks.high[j] {
			b.gone(l, e.from)
			b.take(e.until)
			return
		}
	}
}

// markAfterHead collects why link j is passed after T(low(j)).
func (b *blame) markAfterHead(j int32) {
	m, end := b.marks, j
	if m.steps[j] != none {
		end = m.stepEnd(j)
	}
	for l := end; ; l-- {
		if l+1 == m.low[j] {
			b.stand(l + 1)
			b.number(b.seq(l))
			b.pass(l, j)
			return
		}
		if e := m.after[l]; e.to == m.low[j] {
			b.take(e.from)
			b.kept(e.until, l)
			b.pass(l, j)
			return
		}
	}
}

// all collects why there is a clash.
func (b *blame) all(c clash) {
	switch c.kind {
	case lateCommit:
		b.take(c.a)
		b.commitAfter(c.i, b.timeline.operations[c.a].Return, b.lowHead(c.a))
	case lateMark:
		b.passAfter(c.i, b.timeline.operations[c.a].Return)
		b.goneWith(c.i, c.a)
	case backwards:
		b.take(c.a)
		b.take(c.b)
	case unmarked:
		b.kept(c.b, c.i)
		b.gone(c.i, c.a)
	case hole:
		b.take(c.a)
		b.stand(c.i)
	case undercounts:
		b.take(c.a)
		b.standAll(1, c.i)
	case overlap:
		b.kept(c.a, c.i)
		b.goneWith(c.i, c.b)
		b.kept(c.b, c.i)
	case inside:
		e, step := b.marks.apart[c.i], b.marks.steps[c.i]
		b.kept(step, c.i)
		b.gone(c.i, e.from)
		b.kept(e.until, e.to)
		b.goneWith(e.to, step)
	case tangled:
		b.headAfterMark(c.i)
		b.markAfterHead(c.i)
	}
}
