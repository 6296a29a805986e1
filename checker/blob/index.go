package blob

import (
	"hash/maphash"

	"github.com/assay-dev/assay/workload/history"
)

// An index finds values by a number: their size, or the hash of their name. It is a
// hash table of which half the places are free.
type index struct {
	places []place
	mask   uint64
}

type place struct {
	number uint64
	value  *block // nil where the place is free
}

func newIndex(values int) index {
	size := 2
	for size < 2*values {
		size *= 2
	}
	return index{make([]place, size), uint64(size - 1)}
}

// find returns the place of the value with a number that fits, or the free one where
// it would be.
func (x *index) find(number uint64, fits func(*block) bool) *place {
	for i := number * 0x9e3779b97f4a7c15 >> 32; ; i++ {
		p := &x.places[i&x.mask]
		if p.value == nil || p.number == number && fits(p.value) {
			return p
		}
	}
}

// named returns the place of the value with a name.
func (k *key) named(name string) *place {
	return k.names.find(maphash.String(k.seed, name), func(b *block) bool {
		return b.written.Action.(*history.Set).Value == name
	})
}

// sized returns the place of the value with a size.
func (k *key) sized(size int64) *place {
	return k.sizes.find(uint64(size), func(*block) bool { return true })
}
