package blob

import (
	"cmp"
	"math"
	"slices"

	"github.com/assay-dev/assay/checker/proof"
)

// A sweep goes over time once and places every block.
//
// Between two zones, the key is present or absent. Operations that saw nothing take
// effect as soon as it is absent, lasting values as soon as it is present: neither
// costs anything. When one of them cannot wait any longer, the state has to change.
// Making the key present is always possible. Making it absent takes a delete: the
// one that can wait least, or one of unknown outcome, which can wait for ever.
// Delaying each choice to the last moment and taking the earliest deadline first is
// optimal by the usual exchange argument.
type sweep struct {
	key     *key
	waiting []stretch // by begin, the blocks that have not opened yet
	order   proof.Order
	present bool
	cause   *block // the latest block that made the key present

	lasting  pending
	absent   pending
	deleting deadlines
	spent    []spending
	reads    []int32 // of one zone
}

// A spending is an operation that saw nothing, the value that it found in its way and
// the delete that was used for it.
type spending struct {
	seen, after *block
	used        stretch // of none if there was none left
}

func (k *key) sweep() {
	s := &k.sweeper
	*s = sweep{
		key: k, waiting: k.waiting, order: make(proof.Order, 0, len(k.Operations)),
		lasting: s.lasting.emptied(), absent: s.absent.emptied(),
		deleting: s.deleting[:0], spent: s.spent[:0], reads: s.reads,
	}
	if !s.run() {
		k.contradiction = s.tooFewDeletes()
		return
	}
	k.order = s.order
}

// run reports whether everything found its place.
func (s *sweep) run() bool {
	for i := range s.key.zones {
		zone := &s.key.zones[i]
		if !s.gap(zone.begin) {
			return false
		}
		// The zone's set overwrites whatever is there.
		s.placeLasting(zone.begin)
		s.placeZone(&s.key.blocks[zone.of])
	}
	return s.gap(math.MaxInt64)
}

// gap goes on to the instant until, at which a zone begins.
func (s *sweep) gap(until int64) bool {
	for {
		t := s.nextEvent()
		if t > until || t == math.MaxInt64 {
			return true
		}
		s.open(t)
		if !s.due(t) {
			return false
		}
	}
}

func (s *sweep) nextEvent() int64 {
	t := min(s.lasting.due, s.absent.due)
	if len(s.deleting) > 0 {
		t = min(t, s.deleting[0].end)
	}
	if len(s.waiting) > 0 {
		t = min(t, s.waiting[0].begin)
	}
	return t
}

// open takes in the blocks that can take effect from t on.
func (s *sweep) open(t int64) {
	for len(s.waiting) > 0 && s.waiting[0].begin <= t {
		w := s.waiting[0]
		s.waiting = s.waiting[1:]
		switch kind := w.kind; {
		case kind == deleting:
			s.deleting.push(w)
		case kind == lasting && s.present, kind == absent && !s.present:
			s.place(w.of, t)
		case kind == lasting:
			s.lasting.add(w, nil)
		default:
			s.absent.add(w, s.cause)
		}
	}
}

// due places what cannot wait beyond t: lasting values first, since a delete at the
// same instant can follow, then deletes, since they make room for what saw nothing.
func (s *sweep) due(t int64) bool {
	if s.lasting.due <= t {
		s.present, s.cause = true, &s.key.blocks[s.lasting.first]
		s.placeLasting(t)
	}
	for len(s.deleting) > 0 && s.deleting[0].end <= t {
		s.remove(s.deleting.pop().of, t)
	}
	if s.absent.due <= t {
		return s.spend(t)
	}
	return true
}

// spend makes the key absent for the operation that saw nothing and cannot wait.
func (s *sweep) spend(t int64) bool {
	hole := spending{seen: &s.key.blocks[s.absent.first], after: s.absent.after}
	if len(s.deleting) == 0 {
		s.spent = append(s.spent, hole)
		return false
	}
	hole.used = s.deleting.pop()
	s.spent = append(s.spent, hole)
	s.remove(hole.used.of, t)
	return true
}

// remove places a delete, and with it all that wanted the key present before and
// absent after.
func (s *sweep) remove(of int32, t int64) {
	s.placeLasting(t)
	s.place(of, t)
	s.becomeAbsent(t)
}

func (s *sweep) becomeAbsent(t int64) {
	s.present = false
	s.placeAll(&s.absent, t)
}

func (s *sweep) placeLasting(t int64) { s.placeAll(&s.lasting, t) }

func (s *sweep) placeAll(p *pending, t int64) {
	for _, of := range p.blocks {
		s.place(of, t)
	}
	*p = p.emptied()
}

// place lets all of a block take effect at t.
func (s *sweep) place(of int32, t int64) {
	b := &s.key.blocks[of]
	s.put(b.op, t)
	for i := b.reads; i != 0; i = s.key.spots[i-1].next {
		s.put(i-1, t)
	}
	if b.removed != none {
		s.put(b.removed, t)
	}
}

func (s *sweep) put(i int32, t int64) {
	if line := s.key.spots[i].line; line != 0 {
		s.order = append(s.order, proof.Placement{Line: int(line), At: t})
	}
}

// placeZone lets a zone's set take effect when the zone begins, its delete when it
// ends, and each read as soon as it can between them.
func (s *sweep) placeZone(z *block) {
	s.put(z.op, z.returned)
	spots := s.key.spots
	s.reads = s.reads[:0]
	for i := z.reads; i != 0; i = spots[i-1].next {
		s.reads = append(s.reads, i-1)
	}
	slices.Reverse(s.reads) // now they are nearly in order
	slices.SortFunc(s.reads, func(a, b int32) int { return cmp.Compare(spots[a].call, spots[b].call) })
	for _, i := range s.reads {
		s.put(i, max(spots[i].call, z.returned))
	}
	s.present, s.cause = true, z
	if z.removed != none {
		s.put(z.removed, z.called)
		s.becomeAbsent(z.called)
	}
}
