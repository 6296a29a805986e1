package blob

import (
	"hash/maphash"

	"github.com/assay-dev/assay/workload/history"
)

// An index finds values by a number: their size, or the hash of their name. It is a
// hash table of which at least half the places are free.
type index []place

// A place is small, since most visits to a large table miss all caches.
type place struct {
	tag   uint32 // some bits of the number
	value int32  // counted from 1, 0 where the place is free
}

func newIndex(values int) index {
	size := 2
	for size < 2*values {
		size *= 2
	}
	return make(index, size)
}

// find returns the place of the value with a number that fits, or the free one where
// it would be.
func (x index) find(number uint64, fits func(value int32) bool) *place {
	number *= 0x9e3779b97f4a7c15 // Fibonacci hashing, Knuth 6.4: sizes are no hashes
	tag, mask := uint32(number>>32), len(x)-1
	for i := int(number >> 16); ; i++ {
		p := &x[i&mask]
		if p.value == 0 {
			p.tag = tag
			return p
		}
		if p.tag == tag && fits(p.value-1) {
			return p
		}
	}
}

// named returns the place of the value with a name.
func (k *key) named(name string) *place {
	return k.names.find(maphash.String(k.seed, name), func(value int32) bool {
		return k.values[value].set().Value == name
	})
}

// sized returns the place of a value with a size.
func (k *key) sized(size int64) *place {
	return k.sizes.find(uint64(size), func(value int32) bool {
		return k.values[value].set().Size == size
	})
}

// set returns what wrote the block's value.
func (b *block) set() *history.Set { return b.written.Action.(*history.Set) }
