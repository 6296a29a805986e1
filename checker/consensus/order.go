package consensus

import (
	"cmp"

	"github.com/assay-dev/assay/checker/proof"
)

// An event is the commit of a link, or a truncation that has to pass some, at its
// instant. Events cut time into segments: every other operation takes effect behind
// one of them and before the next.
type event struct {
	at int64
	op int32
}

// orderer places the operations on a timeline.
type orderer struct {
	*timeline
	events   []event // in their order, behind one at the beginning of time
	commits  []int32 // by link: its event; 0 for link 0
	passes   []int32 // by link that has to be passed: its event
	passings []passing
	raised   map[int32]bool
	// segments are by sight: the event behind which it takes effect; none if it does not.
	segments []int32
	ends     []int32 // by segment: where in the order it ends
	hint     int32
	start    int64 // nothing takes effect earlier
}

// order turns the timeline into an order of all operations.
func (t *timeline) order() proof.Order {
	o, n := &t.orderer, int(t.length())
	*o = orderer{
		timeline: t,
		events:   o.events,
		commits:  sized(o.commits, n+2),
		passes:   sized(o.passes, n+2)[:0],
		passings: o.passings[:0],
		raised:   map[int32]bool{},
		segments: sized(o.segments, len(t.seen)),
		ends:     o.ends,
		start:    never,
	}
	o.commits[0], o.commits[n+1] = 0, 0
	o.merge()
	if len(o.events) > 1 {
		o.start = o.events[1].at
	}
	for i := range t.seen {
		s := &t.seen[i]
		o.start = min(o.start, s.call)
		if o.segments[i] = none; !s.stale && !s.listing {
			o.segments[i] = o.place(s)
		}
	}
	o.placeReads()
	return o.list()
}

// merge puts the commits and the truncations into one sequence.
func (o *orderer) merge() {
	next := int32(1) // the next link to commit
	commit := func() {
		o.commits[next] = int32(len(o.events))
		o.events = append(o.events, event{o.committed[next], o.writes[o.links[next].writer].op})
		next++
	}
	o.listPassings()
	o.events = append(sized(o.events, int(o.length())+len(o.passings)+1)[:0], event{always, none})
	for _, p := range o.passings {
		for next <= o.length() && (next <= o.marks.low[p.end] || o.committed[next] < p.at) {
			commit()
		}
		for len(o.passes) <= int(p.end) {
			o.passes = append(o.passes, int32(len(o.events)))
		}
		o.events = append(o.events, event{p.at, p.op})
	}
	for next <= o.length() {
		commit()
	}
}

// A passing is a truncation that passes all links up to end.
type passing struct {
	at      int64
	end, op int32
}

// listPassings lists the truncations that are needed, in their order.
func (o *orderer) listPassings() {
	m, needed := o.marks, o.length()
	if m == nil {
		return
	}
	for needed > 0 && m.ceilings[needed].at == never {
		needed--
	}
	o.passes = append(o.passes, 0)
	window := raisers{marks: m}
	for j := int32(1); j <= needed; {
		p := passing{at: m.at[j], op: m.steps[j]}
		if p.op != none {
			p.end = m.stepEnd(j)
		} else {
			r := m.raisers[window.first(j)]
			p.end, p.op = r.target, r.op
			o.raised[p.op] = true
		}
		o.passings = append(o.passings, p)
		j = p.end + 1
	}
}

// place returns the segment in which an operation can take effect first, none for a
// truncation that is an event or did not happen.
func (o *orderer) place(s *sight) int32 {
	after := int32(0)
	switch s.kind {
	case mismatch:
		i := o.first[s.slot]
		if i <= o.length() && o.links[i].slot == s.slot && o.committed[i+1] <= s.ret {
			after = o.commits[i+1]
		}
	case truncation:
		if s.ret == never || o.extents[s.extent].number > 0 || o.raised[s.op] {
			return none
		}
		i := o.first[s.slot]
		if after = o.commits[i]; i > 1 {
			after = max(after, o.passes[i-1])
		}
	case nothing:
	default:
		after = o.behind(s)
	}
	return max(after, o.before(s.call))
}

// behind returns the last event that a sight saw.
func (o *orderer) behind(s *sight) int32 {
	v, _ := o.view(s)
	after := o.commits[v.low]
	if v.gone > 0 {
		after = max(after, o.passes[v.gone])
	}
	return after
}

// before returns the last event at an earlier instant. It looks near the last answer.
func (o *orderer) before(at int64) int32 {
	low, high, step := o.hint, int32(len(o.events)), int32(1)
	if low > 0 && o.events[low].at >= at {
		for high = low; low > 0 && o.events[low].at >= at; step *= 2 {
			high, low = low, max(0, low-step)
		}
	} else {
		for ; low+step < high && o.events[low+step].at < at; step *= 2 {
			low += step
		}
		high = min(high, low+step)
	}
	for high-low > 1 { // the event at low is earlier, or the beginning; that at high is not
		if middle := (low + high) / 2; o.events[middle].at < at {
			low = middle
		} else {
			high = middle
		}
	}
	o.hint = low
	return low
}

// placeReads puts each read that may be stale where its process had seen no more than
// it had.
func (o *orderer) placeReads() {
	process, segment := -1, int32(0)
	for _, i := range o.reads {
		s := &o.seen[i]
		if p := o.operations[s.op].Process; p != process {
			process, segment = p, 0
		}
		if s.kind != nothing {
			segment = max(segment, o.behind(s))
		}
		o.segments[i] = segment
	}
}

// list returns each event and what comes behind it, in the order of the instants.
func (o *orderer) list() proof.Order {
	ends := sized(o.ends, len(o.events))
	clear(ends)
	o.ends = ends
	for _, segment := range o.segments {
		if segment != none {
			ends[segment]++
		}
	}
	total := int32(0)
	for i, count := range ends {
		ends[i] = total
		if i > 0 {
			ends[i]++ // the event
		}
		total = ends[i] + count
	}
	order := make(proof.Order, total)
	for i, e := range o.events[1:] {
		order[ends[i+1]-1] = proof.Placement{Line: o.operations[e.op].Line, At: e.at}
	}
	for i := range o.seen {
		if s := &o.seen[i]; o.segments[i] != none && !s.stale {
			o.put(order, ends, int32(i), s.call)
		}
	}
	for _, i := range o.reads {
		o.put(order, ends, i, o.start)
	}
	begin := int32(0)
	for _, end := range ends {
		sortNearly(order[begin:end], func(a, b *proof.Placement) int { return cmp.Compare(a.At, b.At) })
		begin = end
	}
	return order
}

// put appends a sight to its segment, as early as it can take effect.
func (o *orderer) put(order proof.Order, ends []int32, i int32, earliest int64) {
	segment := o.segments[i]
	order[ends[segment]] = proof.Placement{
		Line: o.operations[o.seen[i].op].Line,
		At:   max(earliest, o.events[segment].at),
	}
	ends[segment]++
}
