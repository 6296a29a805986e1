package blob

// checkRefusals places the restores that found nothing ever set before every value.
func (k *key) checkRefusals() {
	if len(k.refused) == 0 {
		return
	}
	last := k.refused[0]
	for _, i := range k.refused {
		if k.blocks[i].called > k.blocks[last].called {
			last = i
		}
	}
	refusal := &k.blocks[last]
	for i := range k.blocks {
		b := &k.blocks[i]
		if b.set == nil || !b.seen {
			continue
		}
		if b.returned < refusal.called {
			k.contradiction = k.among(b.op, b.first, refusal.op)
			return
		}
		if b.called < refusal.called {
			b.called, b.last, b.owner = refusal.called, refusal.op, last
		}
	}
}

// checkBlocks finds the values that were seen before they were set or after they were
// deleted.
func (k *key) checkBlocks() {
	if k.checkSets(); k.contradiction != nil {
		return
	}
	for i := range k.blocks {
		if b := &k.blocks[i]; b.removed != none && k.Operations[b.removed].Latest() < b.called {
			k.contradiction = k.among(b.op, b.removed, b.last)
		}
	}
	for _, pair := range k.again {
		k.contradiction = k.among(pair[0], pair[1], k.blockOf(pair[0]).op)
	}
	for _, l := range k.lookups {
		// The removal comes after all of the value's operations, which it ends.
		of, removal := &k.blocks[l.of], &k.blocks[l.removal]
		if of.called > removal.called {
			removal.called, removal.last, removal.owner = of.called, of.last, l.of
		}
		if removal.returned < removal.called {
			k.contradiction = k.all(of, removal)
		}
	}
}

// checkSets finds the values that were seen before they were set.
func (k *key) checkSets() {
	for i := range k.blocks {
		if b := &k.blocks[i]; b.set != nil && b.returned < k.spots[b.op].call {
			k.contradiction = k.among(b.first, b.op)
			return
		}
	}
}

// findZones orders the zones in time and moves every other block out of them. A set that
// nobody saw and that may not have happened is dropped.
func (k *key) findZones() {
	for i := range k.blocks {
		if b := &k.blocks[i]; k.counts(b) && b.zone() {
			k.zones = append(k.zones, stretch{b.returned, b.called, int32(i), b.kind})
		}
	}
	k.zones, k.spare = sortByBegin(k.zones, k.spare)
	for i := 1; i < len(k.zones); i++ {
		if a, b := &k.zones[i-1], &k.zones[i]; b.begin < a.end {
			k.contradiction = k.all(&k.blocks[a.of], &k.blocks[b.of])
			return
		}
	}
	k.waiting = emptied(k.waiting, len(k.blocks)-len(k.zones))
	hint := 0
	for i := range k.blocks {
		b := &k.blocks[i]
		if !k.counts(b) || b.zone() {
			continue
		}
		s, around := k.moveOut(b, &hint)
		if s.end < s.begin {
			k.contradiction = k.all(&k.blocks[around.of], b)
			return
		}
		s.of = int32(i)
		k.waiting = append(k.waiting, s)
	}
	k.waiting, k.spare = sortByBegin(k.waiting, k.spare)
}

// counts reports whether a block has to find its place. Where a value may have been restored
// only values do: the key may have been absent amid the operations of one.
func (k *key) counts(b *block) bool { return b.seen && (b.set != nil || !k.restorable()) }

// moveOut returns when a block that is no zone can take effect at one instant, outside all
// zones, and the zone that stood in the way.
func (k *key) moveOut(b *block, hint *int) (s stretch, around *stretch) {
	s = stretch{begin: b.called, end: b.returned, kind: b.kind}
	if z := k.zoneAt(b.called, hint); z != nil {
		s.begin, around = z.end, z
	}
	if z := k.zoneAt(b.returned, hint); z != nil {
		s.end, around = z.begin, z
	}
	return s, around
}

// zoneAt returns the zone that has t strictly inside, or nil. It looks near hint first,
// since blocks that stand together tend to be about the same time.
func (k *key) zoneAt(t int64, hint *int) *stretch {
	i := *hint
	for step := 1; i > 0 && k.zones[i-1].end > t; step *= 2 {
		i = max(0, i-step)
	}
	low, high, step := i, i, 1
	for ; high < len(k.zones) && k.zones[high].end <= t; step *= 2 {
		low, high = high+1, min(len(k.zones), high+step)
	}
	for low < high { // the first zone that ends after t is in between
		if middle := (low + high) / 2; k.zones[middle].end > t {
			high = middle
		} else {
			low = middle + 1
		}
	}
	*hint = low
	if low < len(k.zones) && k.zones[low].begin < t {
		return &k.zones[low]
	}
	return nil
}
