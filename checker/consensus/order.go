package consensus

import (
	"cmp"
	"math"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
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
	events  []event // in their order, behind one at the beginning of time
	commits []int32 // by link: its event; 0 for link 0
	passes  []int32 // by link that has to be passed: its event
	raised  map[int32]bool
	placed  []placing
	hint    int32
}

// A placing is an operation in the segment behind an event.
type placing struct {
	at          int64
	segment, op int32
}

// order turns the timeline into an order of all operations.
func (t *timeline) order() proof.Order {
	o := &orderer{
		timeline: t,
		events:   append(make([]event, 0, t.length()+1), event{math.MinInt64, none}),
		commits:  make([]int32, t.length()+2),
		raised:   map[int32]bool{},
		placed:   make([]placing, 0, len(t.seen)),
	}
	o.merge()
	for i := range t.seen {
		if s := &t.seen[i]; !s.stale && !s.listing {
			o.place(s)
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
	for _, p := range o.passings() {
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

// passings returns the truncations that are needed, in their order.
func (o *orderer) passings() (passings []passing) {
	m, needed := o.marks, o.length()
	if m == nil {
		return nil
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
		passings = append(passings, p)
		j = p.end + 1
	}
	return passings
}

// place puts an operation where it can take effect first.
func (o *orderer) place(s *sight) {
	after := int32(0)
	switch s.kind {
	case mismatch:
		i := o.first[s.slot]
		if i <= o.length() && o.links[i].slot == s.slot && o.committed[i+1] <= s.ret {
			after = o.commits[i+1]
		}
	case truncation:
		a := o.operations[s.op].Action.(*history.Truncate)
		if s.ret == history.Never || a.Deleted > 0 || o.raised[s.op] {
			return // it is an event, or did not happen
		}
		i := o.first[s.slot]
		if after = o.commits[i]; i > 1 {
			after = max(after, o.passes[i-1])
		}
	case nothing:
	default:
		after = o.behind(s)
	}
	segment := max(after, o.before(s.call))
	o.placed = append(o.placed, placing{max(s.call, o.events[segment].at), segment, s.op})
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

// before returns the last event at an earlier instant.
func (o *orderer) before(at int64) int32 {
	i := o.hint
	for i > 0 && o.events[i].at >= at {
		i--
	}
	for int(i)+1 < len(o.events) && o.events[i+1].at < at {
		i++
	}
	o.hint = i
	return i
}

// placeReads puts each read that may be stale where its process had seen no more than
// it had.
func (o *orderer) placeReads() {
	start := int64(never)
	for _, op := range o.operations {
		start = min(start, op.Call)
	}
	process, segment := -1, int32(0)
	for _, i := range o.reads {
		s := &o.seen[i]
		if p := o.operations[s.op].Process; p != process {
			process, segment = p, 0
		}
		if s.kind != nothing {
			segment = max(segment, o.behind(s))
		}
		o.placed = append(o.placed, placing{max(start, o.events[segment].at), segment, s.op})
	}
}

// list returns each event and what comes behind it, in the order of the instants.
func (o *orderer) list() proof.Order {
	ends := make([]int32, len(o.events)+1)
	for _, p := range o.placed {
		ends[p.segment]++
	}
	sum := int32(0)
	for i, n := range ends {
		ends[i], sum = sum, sum+n
	}
	sorted := make([]placing, len(o.placed))
	for _, p := range o.placed {
		sorted[ends[p.segment]] = p
		ends[p.segment]++
	}
	order := make(proof.Order, 0, len(o.events)+len(o.placed))
	begin := int32(0)
	for i, e := range o.events {
		if i > 0 {
			order = append(order, proof.Placement{Line: o.operations[e.op].Line, At: e.at})
		}
		behind := sorted[begin:ends[i]]
		sortNearly(behind, func(a, b *placing) int { return cmp.Compare(a.at, b.at) })
		for _, p := range behind {
			order = append(order, proof.Placement{Line: o.operations[p.op].Line, At: p.at})
		}
		begin = ends[i]
	}
	return order
}
