package consensus

import (
	"github.com/assay-dev/assay/checker/internal/reuse"
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
	// segments are by sight, of the reads that may be stale and of the others: the event
	// behind which it takes effect; none if it does not.
	stale, segments []int32
	ends            []int32 // by segment: so many take effect there, and then where in the order it ends
}

// order turns the timeline into an order of all operations.
func (t *timeline) order() proof.Order {
	o, n := &t.orderer, int(t.length())
	*o = orderer{
		timeline: t,
		events:   o.events,
		commits:  reuse.Slice(o.commits, n+2),
		passes:   reuse.Slice(o.passes, n+2)[:0],
		passings: o.passings[:0],
		raised:   map[int32]bool{},
		stale:    reuse.Slice(o.stale, len(t.reads)),
		segments: reuse.Slice(o.segments, len(t.seen)),
		ends:     o.ends,
	}
	o.commits[0], o.commits[n+1] = 0, 0
	o.merge()
	o.ends = reuse.Slice(o.ends, len(o.events))
	clear(o.ends)
	o.placeReads()
	o.placeOthers()
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
	o.events = append(reuse.Slice(o.events, int(o.length())+len(o.passings)+1)[:0], event{always, none})
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

// placeReads puts each read that may be stale where its process had seen no more than
// it had.
func (o *orderer) placeReads() {
	process, segment := -1, int32(0)
	for i := range o.reads {
		s := &o.reads[i]
		if p := o.operations[s.op].Process; p != process {
			process, segment = p, 0
		}
		segment = max(segment, o.behind(s))
		o.stale[i] = segment
		o.ends[segment]++
	}
}

// placeOthers puts each of the others, by call, where it can take effect first.
func (o *orderer) placeOthers() {
	sortNearly(o.seen, func(a, b *sight) bool { return a.call < b.call })
	before := int32(0) // the last event at an earlier instant
	for i := range o.seen {
		s := &o.seen[i]
		for int(before)+1 < len(o.events) && o.events[before+1].at < s.call {
			before++
		}
		after := o.commits[o.first[s.low]]
		if s.detail != none {
			after = o.place(s, &o.details[s.detail])
		}
		if o.segments[i] = none; after != none {
			o.segments[i] = max(after, before)
			o.ends[o.segments[i]]++
		}
	}
}

// place returns the last event that an operation with a detail has to come after, none
// for a truncation that is an event or did not happen.
func (o *orderer) place(s *sight, d *detail) int32 {
	switch i := o.first[d.slot]; {
	case d.kind == scan:
		return o.behind(s)
	case d.kind == mismatch:
		if i <= o.length() && o.links[i].slot == d.slot && o.committed[i+1] <= s.ret {
			return o.commits[i+1]
		}
		return 0
	case s.ret == never || d.number > 0 || o.raised[s.op]:
		return none
	case i > 1:
		return max(o.commits[i], o.passes[i-1])
	default:
		return o.commits[i]
	}
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

// list returns each event and what comes behind it, in the order of the instants.
func (o *orderer) list() proof.Order {
	total := int32(0)
	for i, count := range o.ends {
		o.ends[i] = total
		if i > 0 {
			o.ends[i]++ // the event
		}
		total = o.ends[i] + count
	}
	order := make(proof.Order, total)
	for i, e := range o.events[1:] {
		order[o.ends[i+1]-1] = proof.Placement{Line: int(o.lines[e.op]), At: e.at}
	}
	start := o.start()
	for i := range o.reads {
		o.put(order, o.stale[i], o.reads[i].op, start)
	}
	for i := range o.seen {
		if o.segments[i] != none {
			o.put(order, o.segments[i], o.seen[i].op, o.seen[i].call)
		}
	}
	return order
}

// start returns an instant before which nothing takes effect.
func (o *orderer) start() int64 {
	start := int64(never)
	for i := range o.reads {
		start = min(start, o.reads[i].call)
	}
	if len(o.seen) > 0 {
		start = min(start, o.seen[0].call)
	}
	if len(o.events) > 1 {
		start = min(start, o.events[1].at)
	}
	return start
}

// put appends an operation to a segment, as early as it can take effect.
func (o *orderer) put(order proof.Order, segment, op int32, earliest int64) {
	order[o.ends[segment]] = proof.Placement{Line: int(o.lines[op]), At: max(earliest, o.events[segment].at)}
	o.ends[segment]++
}
