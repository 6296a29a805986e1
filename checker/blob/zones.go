package blob

import (
	"cmp"
	"slices"
	"sort"
)

// checkRefusals places the restores that found nothing ever set before every value.
func (k *key) checkRefusals() {
	if len(k.refused) == 0 {
		return
	}
	last := slices.MaxFunc(k.refused, func(a, b *block) int { return cmp.Compare(a.called, b.called) })
	for _, b := range k.blocks {
		if b.written == nil || !b.seen {
			continue
		}
		if b.returned < last.called {
			k.contradiction = backwards(b.first, last.single)
			return
		}
		if b.called < last.called {
			b.called, b.last, b.owner = last.called, last.single, last
		}
	}
}

// checkBlocks drops the sets that nobody saw and that may not have happened, and
// finds the values that were seen before they were set or after they were deleted.
func (k *key) checkBlocks() {
	k.blocks = slices.DeleteFunc(k.blocks, func(b *block) bool { return !b.seen })
	for _, b := range k.blocks {
		switch {
		case b.written != nil && b.returned < b.written.Call:
			k.contradiction = backwards(b.first, b.written)
			return
		case b.removed != nil && b.removed.Latest() < b.called:
			k.contradiction, k.blockwise = backwards(b.removed, b.last), true
		case b.again != nil:
			k.contradiction, k.blockwise = once(b.removed, b.again), true
		}
	}
	for _, l := range k.lookups {
		// The removal comes after all of the value's operations, which it ends.
		if l.of.called > l.removal.called {
			l.removal.called, l.removal.last, l.removal.owner = l.of.called, l.of.last, l.of
		}
		if l.removal.returned < l.removal.called {
			k.contradiction, k.blockwise = l.removal.behindItself(), true
		}
	}
}

// findZones orders the zones in time and moves every other block out of them.
func (k *key) findZones() {
	for _, b := range k.blocks {
		if b.zone() {
			k.zones = append(k.zones, b)
		}
	}
	slices.SortFunc(k.zones, func(a, b *block) int { return cmp.Compare(a.returned, b.returned) })
	for i := 1; i < len(k.zones); i++ {
		if a, b := k.zones[i-1], k.zones[i]; b.returned < a.called {
			k.contradiction, k.blockwise = interleaved(a, b), true
			return
		}
	}
	for _, b := range k.blocks {
		if z := k.moveOut(b); b.closes < b.opens {
			k.contradiction, k.blockwise = interleaved(z, b), true
			return
		}
	}
}

// moveOut sets when the block can take effect at one instant, outside all zones.
// It returns the zone that stood in the way.
func (k *key) moveOut(b *block) *block {
	b.opens, b.closes = b.called, b.returned
	if b.zone() {
		b.opens, b.closes = b.returned, b.called
		return nil
	}
	var around *block
	if z := k.zoneAt(b.called); z != nil {
		b.opens, around = z.called, z
	}
	if z := k.zoneAt(b.returned); z != nil {
		b.closes, around = z.returned, z
	}
	return around
}

// zoneAt returns the zone that has t strictly inside, or nil.
func (k *key) zoneAt(t int64) *block {
	i := sort.Search(len(k.zones), func(i int) bool { return k.zones[i].called > t })
	if i < len(k.zones) && k.zones[i].returned < t {
		return k.zones[i]
	}
	return nil
}
