package consensus

import (
	"cmp"
	"slices"

	"github.com/assay-dev/assay/checker/internal/reuse"
)

// marks are the instants M(j) at which the low-water mark passed each link: the mark is
// the highest bound of a truncation so far, and only what is above it is stored.
//
// A counted truncation passes exactly the links that it deleted. Those of unknown
// count or outcome, the raisers, can pass any links up to their target.
type marks struct {
	at       []int64 // M
	floors   []bound // M(j) is not before
	ceilings []bound // M(j) is not after
	after    []edge  // T(to) < M(j), for the highest such link
	until    []edge  // M(j) < T(to), for the lowest such link
	lifts    []edge  // M(to) < T(i), for the highest such link
	apart    []edge  // M(j) < M(to), for the lowest such link: some operation came between
	steps    []int32 // the counted truncation that deleted the link, or none
	raisers  []raiser
	lifting  bool // some T waits for some M

	// What follows from these, over all links and steps.
	low   []int32 // T(low(j)) < M(j)
	high  []int32 // M(j) < T(high(j))
	reach []int32 // what passes link j passes none above this
	ready []int64 // no truncation may pass link j earlier
}

// An edge leads to a link; the operation from came before the operation until, or is
// the same, and both together show it.
type edge struct{ to, from, until int32 }

// A raiser is a truncation that may have passed the links up to its target.
type raiser struct {
	target, op int32
	call       int64
	earliest   int64 // when it can have taken effect
}

// prepareMarks makes room if any operation concerns the mark.
func (t *timeline) prepareMarks() {
	if !slices.ContainsFunc(t.details, func(d detail) bool { return d.kind != mismatch }) {
		return
	}
	n, m := int(t.length())+2, &t.spare
	m.at, m.floors, m.ceilings = reuse.Slice(m.at, n), reuse.Slice(m.floors, n), reuse.Slice(m.ceilings, n)
	m.after, m.until, m.lifts, m.apart = reuse.Slice(m.after, n), reuse.Slice(m.until, n), reuse.Slice(m.lifts, n), reuse.Slice(m.apart, n)
	for j := range m.at {
		m.at[j], m.floors[j], m.ceilings[j] = always, bound{always, none}, bound{never, none}
		m.after[j], m.lifts[j] = edge{}, edge{}
		m.until[j], m.apart[j] = edge{to: int32(n - 1)}, edge{to: int32(n - 1)}
	}
	m.raisers, m.lifting = m.raisers[:0], false
	t.marks = m
}

// limit sets the bounds in time of an operation that saw M(gone) < x < M(kept).
func (m *marks) limit(v view, call, ret int64, op int32) {
	if m == nil {
		return
	}
	lower(&m.ceilings[v.gone], ret, op)
	raise(&m.floors[v.kept], call, op)
}

// relate enters what an operation's view says of the order of commits and marks: low
// and gone were seen by these operations, the rest by op.
func (m *marks) relate(v view, low, gone, op int32) {
	if m == nil {
		return
	}
	beyond := int32(len(m.at)) - 1
	if e := &m.after[v.kept]; v.kept < beyond && v.low > e.to {
		*e = edge{v.low, low, op}
	}
	if v.gone == 0 {
		return
	}
	if e := &m.until[v.gone]; v.high < e.to {
		*e = edge{v.high, gone, op}
	}
	if e := &m.lifts[v.high]; v.gone > e.to {
		m.lifting = m.lifting || v.high < beyond
		*e = edge{v.gone, gone, op}
	}
	if e := &m.apart[v.gone]; v.kept < e.to {
		*e = edge{v.kept, gone, op}
	}
}

// addSteps enters which links counted truncations passed. They do not depend on any
// instant: most chains that are wrong are found out here.
func (t *timeline) addSteps() {
	steps := reuse.Slice(t.spare.steps, int(t.length())+2)
	for j := range steps {
		steps[j] = none
	}
	t.spare.steps = steps
	for _, c := range t.counted {
		if above := t.first[c.slot]; above <= t.length() { // otherwise it cannot have succeeded
			t.addStep(above, c.number, c.op)
		}
	}
}

// addStep enters a truncation that passed so many links below one.
func (t *timeline) addStep(above, number, op int32) {
	if number >= above {
		t.fail(clash{undercounts, above, op, none})
		return
	}
	passed := t.spare.steps[above-number : above]
	if i := slices.IndexFunc(passed, func(other int32) bool { return other != none }); i >= 0 {
		t.fail(clash{overlap, above - number + int32(i), passed[i], op})
		return
	}
	for i := range passed {
		passed[i] = op
	}
}

// addTruncation enters a truncation that was answered, or may have happened.
func (t *timeline) addTruncation(s *sight, d *detail) {
	m, above := t.marks, t.first[d.slot]
	target := above - 1
	if d.number == uncounted {
		m.raisers = append(m.raisers, raiser{target: target, op: s.op, call: s.call})
	}
	if s.ret == never || above > t.length() {
		return
	}
	if d.number > 0 {
		from := target - d.number
		raise(&m.floors[from+1], s.call, s.op)
		if from > 0 && m.apart[from].to > from+1 {
			m.apart[from] = edge{from + 1, s.op, s.op}
		}
	}
	lower(&m.ceilings[target], s.ret, s.op)
}

// stepEnd returns the last link that the step which begins at link j deleted.
func (m *marks) stepEnd(j int32) int32 {
	end := j
	for m.steps[end+1] == m.steps[j] {
		end++
	}
	return end
}

// arrangeMarks derives the order of commits and marks that holds whatever their
// instants, and the raisers that may pass each link.
func (t *timeline) arrangeMarks() {
	m, n := t.marks, t.length()
	m.low, m.high, m.reach = reuse.Slice(m.low, int(n+2)), reuse.Slice(m.high, int(n+2)), reuse.Slice(m.reach, int(n+2))
	m.ready = reuse.Slice(m.ready, int(n+2))
	m.low[0] = 0
	for j := int32(1); j <= n; {
		end, low := j, max(m.low[j-1], m.after[j].to, j+1)
		if m.steps[j] != none {
			end = m.stepEnd(j)
			for l := j; l <= end; l++ {
				low = max(low, m.after[l].to, l+1)
			}
		}
		for ; j <= end; j++ {
			m.low[j] = low
			if m.steps[j] != none && m.apart[j].to <= end {
				t.fail(clash{inside, j, none, none})
			}
		}
	}
	m.high[n+1], m.reach[n+1] = n+1, n
	for j := n; j > 0; j-- {
		m.high[j], m.reach[j] = min(m.high[j+1], m.until[j].to), min(m.reach[j+1], m.apart[j].to-1)
		if m.high[j] <= n && m.low[j] >= m.high[j] {
			t.fail(clash{tangled, j, none, none})
		}
	}
	t.arrangeRaisers()
}

// arrangeRaisers sorts the raisers by target and keeps the earliest called of each.
func (t *timeline) arrangeRaisers() {
	m, n := t.marks, t.length()
	m.raisers = slices.DeleteFunc(m.raisers, func(r raiser) bool { return r.target < 1 || r.target >= n })
	slices.SortFunc(m.raisers, func(a, b raiser) int {
		return cmp.Or(cmp.Compare(a.target, b.target), cmp.Compare(a.call, b.call))
	})
	m.raisers = slices.CompactFunc(m.raisers, func(a, b raiser) bool { return a.target == b.target })
}

// settleMarks raises M, and reports whether anything changed.
func (t *timeline) settleMarks() (changed bool) {
	m, n := t.marks, t.length()
	m.ready[0] = always
	for j := int32(1); j <= n; j++ {
		m.ready[j] = max(m.ready[j-1], m.floors[j].at, t.committed[m.after[j].to])
	}
	for i := range m.raisers {
		r := &m.raisers[i]
		r.earliest = max(r.call, t.committed[r.target+1], m.ready[r.target])
	}
	window := raisers{marks: m}
	for j := int32(1); j <= n; {
		end, at := j, m.at[j-1]
		if m.steps[j] != none {
			end = m.stepEnd(j)
			at = max(at, t.committed[end+1])
		} else {
			at = max(at, window.earliest(j))
		}
		for l := j; l <= end; l++ {
			at = max(at, m.ready[l])
		}
		for ; j <= end; j++ {
			kept := t.keep(lateMark, j, at, &m.ceilings[j])
			changed = changed || kept > m.at[j]
			m.at[j] = max(m.at[j], kept)
		}
	}
	return changed
}

// raisers is a window that slides over the raisers, by target: those that may pass a
// link. It keeps the ones that come earliest among those behind them.
type raisers struct {
	*marks
	kept  []int32 // indexes, by ascending target and instant
	taken int     // so many entered the window
}

// earliest returns the first instant at which some raiser may pass link j. It has to be
// called for ascending links.
func (w *raisers) earliest(j int32) int64 {
	if r := w.first(j); r != none {
		return w.raisers[r].earliest
	}
	return never
}

func (w *raisers) first(j int32) int32 {
	for ; w.taken < len(w.raisers) && w.may(&w.raisers[w.taken], j); w.taken++ {
		r := &w.raisers[w.taken]
		for len(w.kept) > 0 && w.raisers[w.kept[len(w.kept)-1]].earliest >= r.earliest {
			w.kept = w.kept[:len(w.kept)-1]
		}
		w.kept = append(w.kept, int32(w.taken))
	}
	for len(w.kept) > 0 && w.raisers[w.kept[0]].target < j {
		w.kept = w.kept[1:]
	}
	if len(w.kept) == 0 {
		return none
	}
	return w.kept[0]
}

// may reports whether a raiser can be the one that passes link j, if its target is
// not below. It closes no cycle with T: whoever saw a link passed before a commit also
// saw the next one stored, so that the link's raiser does not reach further.
func (m *marks) may(r *raiser, j int32) bool { return r.target <= m.reach[j] }
