package consensus

import (
	"cmp"
	"slices"

	"github.com/assay-dev/assay/checker/internal/reuse"
)

// A question is one that the history leaves open about the chain: who wrote the
// version of a slot, or what followed it (slot none: what came first).
type question struct {
	followed bool
	slot     int32
}

// A chain is a sequence of versions that the key may have gone through: all that are
// known to exist, and what has to lie between them.
type chain struct {
	*key
	links []link  // ascending, from index 1
	first []int32 // by slot: the index of the first link at it or above; 0 for begin
	known int32   // the index of the last version known to exist; those above were chosen
	open  bool    // some write may have followed the last link
	flaw  flaw

	buffer []int32 // for writers
}

// A link is one version of a chain.
type link struct {
	slot   int32
	writer int32 // the earliest called of the writes that may have written it
	asked  bool  // the history leaves open what the writer expected
}

// A flaw is why no chain exists. The chain ends, downward, where it was found.
type flaw struct {
	kind flawKind
	slot int32  // the version at fault
	seq  uint64 // its number
}

type flawKind uint8

const (
	flawless  flawKind = iota
	twice              // two writes of the version were committed
	unwritten          // nobody can have written the version
	skipped            // the version exists, and the lowest link's writer skipped it
)

// length returns the number of versions.
func (c *chain) length() int32 { return int32(len(c.links)) - 1 }

// seq returns the number of the version at index i.
func (c *chain) seq(i int32) uint64 { return c.slots[c.links[i].slot].seq }

// build makes the chain that the choices settled so far lead to. Where a question is
// not settled, it takes the likeliest answer.
func (k *key) build() *chain {
	c := k.unused()
	known := k.end() - 1
	for known >= 0 && !k.slots[known].known() {
		known--
	}
	tops := []int32{known}
	for top := known; ; tops = append(tops, top) {
		next, ok := k.answer(question{true, top})
		if !ok || next == none {
			c.open = k.hasFollower(top)
			break
		}
		top = int32(next)
	}
	for i := len(tops) - 1; i > 0; i-- {
		c.links = append(c.links, link{slot: tops[i], writer: k.writer(tops[i], k.threshold(tops[i-1]))})
	}
	for slot := known; slot != none; {
		slot = c.descend(slot)
	}
	c.links = append(c.links, link{slot: none})
	slices.Reverse(c.links)
	c.known = c.length() - int32(len(tops)-1)
	if c.flaw.kind == flawless {
		c.index()
	}
	return c
}

// unused returns a chain without links.
func (k *key) unused() *chain {
	c := new(chain)
	if n := len(k.chains); n > 0 {
		c, k.chains = k.chains[n-1], k.chains[:n-1]
	}
	*c = chain{key: k, links: reuse.Slice(c.links, len(k.slots)+1)[:0], first: c.first, buffer: c.buffer}
	return c
}

// threshold returns the lowest number above a slot's, 0 for none.
func (k *key) threshold(slot int32) uint64 {
	if slot == none {
		return 0
	}
	return k.slots[slot].seq + 1
}

// writer returns the earliest called write of a slot whose predecessor is below after.
func (k *key) writer(slot int32, after uint64) int32 {
	w := k.slots[slot].first
	for k.writes[w].after != after {
		w++
	}
	return w
}

// hasFollower reports whether some write expects the version of slot, none being what
// is there in the beginning. No known version is above it.
func (k *key) hasFollower(slot int32) bool { return len(k.followers(slot, 1)) > 0 }

// followers returns the slots, at most so many, of which a write expects the version of slot.
func (k *key) followers(slot int32, most int) (slots []int32) {
	after := k.threshold(slot)
	for i := slot + 1; i < k.end() && len(slots) < most; i++ {
		for w := k.slots[i].first; w < k.slots[i+1].first; w++ {
			if k.writes[w].after == after {
				slots = append(slots, i)
				break
			}
		}
	}
	return slots
}

// evidence returns the operations that show that the version of a slot exists, and which.
func (k *key) evidence(slot int32) (ops []int32) {
	s := &k.slots[slot]
	for w := s.first; w < k.slots[slot+1].first; w++ {
		if k.writes[w].committed {
			ops = append(ops, k.writes[w].op)
		}
	}
	if s.seen != none {
		ops = append(ops, s.seen)
	}
	return ops
}

// descend adds the version of a slot and returns the slot of its predecessor, none
// when it is the first or when there is a flaw.
func (c *chain) descend(slot int32) int32 {
	l := link{slot: slot}
	c.buffer = c.writers(slot, c.buffer[:0])
	writers := c.buffer
	switch {
	case c.slots[slot].committed != none && len(writers) > 1:
		c.flaw = flaw{twice, slot, c.slots[slot].seq}
		return none
	case len(writers) == 0:
		c.flaw = flaw{unwritten, slot, c.slots[slot].seq}
		return none
	case len(writers) > 1:
		l.asked = true
		l.writer = c.choose(slot, writers)
	default:
		l.writer = writers[0]
	}
	c.links = append(c.links, l)
	return c.below(slot, c.writes[l.writer].after)
}

// writers returns the writes that may have written the version of a known slot: of those
// that expect the same predecessor, the one called earliest, which is never worse
// than another. If one was committed, all committed ones. They are put into buffer.
func (k *key) writers(slot int32, buffer []int32) []int32 {
	writers := buffer
	s := &k.slots[slot]
	for w := s.first; w < k.slots[slot+1].first; w++ {
		switch write := &k.writes[w]; {
		case s.committed != none:
			if write.committed {
				writers = append(writers, w)
			}
		case s.seen != none && write.value != s.value:
		case len(writers) > 0 && k.writes[writers[len(writers)-1]].after == write.after:
		default:
			writers = append(writers, w)
		}
	}
	return writers
}

// answer returns what was settled or guessed.
func (k *key) answer(q question) (answer int64, ok bool) {
	if answer, ok = k.settled[q]; !ok {
		answer, ok = k.guess.answers[q]
	}
	return answer, ok
}

// choose returns one of several possible writers: what was settled or guessed, or else one
// with the nearest predecessor.
func (c *chain) choose(slot int32, writers []int32) int32 {
	after, ok := c.key.answer(question{false, slot})
	if !ok {
		return writers[len(writers)-1]
	}
	return writers[slices.IndexFunc(writers, func(w int32) bool { return c.writes[w].after == uint64(after) })]
}

// writeOf returns the write that answers a question, none where the chain did not get so far.
func (c *chain) writeOf(q question) int32 {
	i := int32(0)
	if q.slot != none {
		i = c.linkOf(q.slot)
	}
	if q.followed {
		i++
	}
	if i > c.length() {
		return none
	}
	return c.links[i].writer
}

// below returns the slot of the version just below after, where it has to be the next
// one in the chain.
func (c *chain) below(slot int32, after uint64) int32 {
	for i := slot - 1; i >= 0; i-- {
		s := &c.slots[i]
		switch {
		case s.seq+1 == after:
			return i
		case s.seq+1 < after:
			c.flaw = flaw{unwritten, none, after - 1}
			return none
		case s.known():
			c.flaw = flaw{skipped, i, s.seq}
			return none
		}
	}
	if after > 0 {
		c.flaw = flaw{unwritten, none, after - 1}
	}
	return none
}

// index fills in which link is the first at or above each slot.
func (c *chain) index() {
	c.first = reuse.Slice(c.first, len(c.slots)+1)
	c.first[c.begin()] = 0
	i := int32(1)
	for slot := range c.slots {
		c.first[slot] = i
		if i <= c.length() && c.links[i].slot == int32(slot) {
			i++
		}
	}
}

// linkOf returns the index of the link of a slot, or where it would be.
func (c *chain) linkOf(slot int32) int32 {
	i, _ := slices.BinarySearchFunc(c.links[1:], slot, func(l link, slot int32) int { return cmp.Compare(l.slot, slot) })
	return int32(i) + 1
}
