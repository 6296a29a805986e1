package consensus

import (
	"iter"
	"maps"

	"github.com/assay-dev/assay/workload/history"
)

// An aspect is what a sight says of which slot.
type aspect struct {
	kind     aspectKind
	slot, op int32
}

type aspectKind uint8

const (
	reached       aspectKind = iota // it, or a later one, was there
	unreached                       // it was not there yet
	lateMismatch                    // it was not the head
	earlyMismatch                   // likewise
	returnedFirst                   // nothing was stored below it
	returnedNext                    // nothing was between it and the next one returned
	stored                          // it was there yet
	gone                            // nothing was below it that was there once
	truncated                       // so many below it were deleted, or all
)

// An extreme is the sight that says most of an aspect.
type extreme struct {
	sight
	most int64
}

type extremes map[aspect]extreme

// extremes returns, of the sights that say the same of the stretch, those that say most.
func (s *stretch) extremes() iter.Seq[extreme] {
	e := extremes{}
	for _, sights := range [][]sight{s.listings, s.seen, s.reads} {
		for i := range sights {
			s.weigh(e, &sights[i])
		}
	}
	return maps.Values(e)
}

func (e extremes) add(kind aspectKind, slot int32, s *sight, value int64) {
	a := aspect{kind, slot, 0}
	if kind == truncated {
		a.op = s.op
	}
	if x, ok := e[a]; !ok || value > x.most {
		e[a] = extreme{*s, value}
	}
}

// weigh enters what a sight says of the stretch.
func (s *stretch) weigh(e extremes, said *sight) {
	if low := said.low; low != s.begin() && low > s.low {
		e.add(reached, min(low, s.highest()+1), said, -said.ret)
	}
	if high := said.high; high <= s.highest() {
		e.add(unreached, max(high, s.low, 0), said, said.call)
	}
	if said.detail == none {
		return
	}
	d := s.details[said.detail]
	if !s.concerns(said, &d) {
		return
	}
	switch d.kind {
	case mismatch:
		e.add(lateMismatch, d.slot, said, said.call)
		e.add(earlyMismatch, d.slot, said, -said.ret)
	case truncation:
		s.addTruncation(said, &d)
		if said.ret != never {
			e.add(truncated, d.slot, said, 0)
		}
	case scan:
		e.add(stored, s.within(d.slot), said, said.call)
		e.add(gone, s.within(d.slot), said, -int64(d.from))
		if from := s.stored(said, &d); from < d.slot {
			e.add(returnedFirst, s.within(d.slot), said, -int64(from))
		}
		if said.low-d.slot != d.number-1 {
			for _, v := range s.operations[said.op].Action.(*history.Scan).Versions {
				e.add(returnedNext, s.within(s.find(uint64(v.SeqNo), d.slot)), said, 0)
			}
		}
	}
}

// addTruncation adds one that may have deleted versions of the stretch. Of those with bounds
// above it, the first one called is as good as all.
func (s *stretch) addTruncation(said *sight, d *detail) {
	if d.slot <= s.highest() {
		s.truncations = append(s.truncations, *said)
	} else if s.beyond == nil || said.call < s.beyond.call {
		s.beyond = said
	}
}
