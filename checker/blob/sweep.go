package blob

import (
	"cmp"
	"container/heap"
	"math"
	"slices"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
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
	waiting []*block // by opens, those that have not opened yet
	order   proof.Order
	present bool
	cause   *block // the latest block that made the key present

	lasting  pending
	absent   pending
	deleting deadlines
	spent    []spending
	reads    []*history.Operation // of one zone
}

// A spending is an operation that saw nothing and the delete that was used for it.
type spending struct {
	seen, used *block
}

func (k *key) sweep() {
	s := &sweep{key: k, order: make(proof.Order, 0, len(k.Operations))}
	for _, b := range k.blocks {
		if !b.zone() {
			s.waiting = append(s.waiting, b)
		}
	}
	slices.SortFunc(s.waiting, func(a, b *block) int { return cmp.Compare(a.opens, b.opens) })
	if !s.run() {
		k.contradiction, k.blockwise = s.tooFewDeletes(), true
		return
	}
	k.placeRestores(s.order)
}

// run reports whether everything found its place.
func (s *sweep) run() bool {
	for _, zone := range s.key.zones {
		if !s.gap(zone.returned) {
			return false
		}
		// The zone's set overwrites whatever is there.
		s.placeLasting(zone.returned)
		s.placeZone(zone)
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
	t := min(s.lasting.due(), s.absent.due())
	if len(s.deleting) > 0 {
		t = min(t, s.deleting[0].closes)
	}
	if len(s.waiting) > 0 {
		t = min(t, s.waiting[0].opens)
	}
	return t
}

// open takes in the blocks that can take effect from t on.
func (s *sweep) open(t int64) {
	for len(s.waiting) > 0 && s.waiting[0].opens <= t {
		b := s.waiting[0]
		s.waiting = s.waiting[1:]
		switch {
		case b.kind == deleting:
			heap.Push(&s.deleting, b)
		case b.kind == lasting && s.present, b.kind == absent && !s.present:
			s.place(b, t)
		case b.kind == lasting:
			s.lasting.add(b)
		default:
			b.after = s.cause
			s.absent.add(b)
		}
	}
}

// due places what cannot wait beyond t: lasting values first, since a delete at the
// same instant can follow, then deletes, since they make room for what saw nothing.
func (s *sweep) due(t int64) bool {
	if s.lasting.due() <= t {
		s.present, s.cause = true, s.lasting.first
		s.placeLasting(t)
	}
	for len(s.deleting) > 0 && s.deleting[0].closes <= t {
		s.remove(heap.Pop(&s.deleting).(*block), t)
	}
	if s.absent.due() <= t {
		return s.spend(s.absent.first, t)
	}
	return true
}

// spend makes the key absent for an operation that saw nothing.
func (s *sweep) spend(seen *block, t int64) bool {
	if len(s.deleting) == 0 {
		s.spent = append(s.spent, spending{seen, nil})
		return false
	}
	used := heap.Pop(&s.deleting).(*block)
	s.spent = append(s.spent, spending{seen, used})
	s.remove(used, t)
	return true
}

// remove places a delete, and with it all that wanted the key present before and
// absent after.
func (s *sweep) remove(b *block, t int64) {
	s.placeLasting(t)
	s.place(b, t)
	s.becomeAbsent(t)
}

func (s *sweep) becomeAbsent(t int64) {
	s.present = false
	s.placeAll(&s.absent, t)
}

func (s *sweep) placeLasting(t int64) { s.placeAll(&s.lasting, t) }

func (s *sweep) placeAll(p *pending, t int64) {
	for _, b := range p.blocks {
		s.place(b, t)
	}
	p.blocks, p.first = p.blocks[:0], nil
}

// place lets all of a block take effect at t.
func (s *sweep) place(b *block, t int64) {
	s.put(b.written, t)
	s.put(b.single, t)
	for i := b.reads; i != 0; i = s.key.next[i-1] {
		s.put(s.key.Operations[i-1], t)
	}
	s.put(b.removed, t)
}

func (s *sweep) put(op *history.Operation, t int64) {
	if op == nil {
		return
	}
	if _, listing := op.Action.(*history.List); !listing {
		s.order = append(s.order, proof.Placement{Line: op.Line, At: t})
	}
}

// placeZone lets a zone's set take effect when the zone begins, its delete when it
// ends, and each read as soon as it can between them.
func (s *sweep) placeZone(z *block) {
	s.put(z.written, z.returned)
	s.reads = s.reads[:0]
	for i := z.reads; i != 0; i = s.key.next[i-1] {
		s.reads = append(s.reads, s.key.Operations[i-1])
	}
	slices.SortFunc(s.reads, func(a, b *history.Operation) int { return cmp.Compare(a.Call, b.Call) })
	for _, op := range s.reads {
		s.put(op, max(op.Call, z.returned))
	}
	s.present, s.cause = true, z
	if z.removed != nil {
		s.put(z.removed, z.called)
		s.becomeAbsent(z.called)
	}
}

// pending are blocks that wait, all of them until the first of them cannot any longer.
type pending struct {
	blocks []*block
	first  *block // the one that can wait least
}

func (p *pending) add(b *block) {
	p.blocks = append(p.blocks, b)
	if p.first == nil || b.closes < p.first.closes {
		p.first = b
	}
}

func (p *pending) due() int64 {
	if p.first == nil {
		return math.MaxInt64
	}
	return p.first.closes
}

// deadlines is a heap of deletes, the one that can wait least on top.
type deadlines []*block

func (d deadlines) Len() int           { return len(d) }
func (d deadlines) Less(i, j int) bool { return d[i].closes < d[j].closes }
func (d deadlines) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }
func (d *deadlines) Push(b any)        { *d = append(*d, b.(*block)) }
func (d *deadlines) Pop() any {
	last := len(*d) - 1
	b := (*d)[last]
	*d = (*d)[:last]
	return b
}
