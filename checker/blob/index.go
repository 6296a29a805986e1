package blob

import (
	"hash/maphash"
	"slices"
)

// An index finds values by their tag, some bits of their size or of the hash of their
// name. It is sorted when all values are known. Until then it finds those of late: it takes
// little memory, and operations that stand together tend to speak of the same values.
type index struct {
	late    []entry // by some bits of the tag
	entries []entry
}

// An entry is a tag and, below it, a block.
type entry uint64

func newEntry(tag uint32, block int32) entry { return entry(tag)<<32 | entry(block) }

func (e entry) tag() uint32  { return uint32(e >> 32) }
func (e entry) block() int32 { return int32(uint32(e)) }

// unused is an entry of late that is about no value.
const unused = ^entry(0)

// reset empties the index, for a key of so many operations.
func (x *index) reset(operations int) {
	size := 8
	for size < min(operations, 4096) {
		size *= 2
	}
	x.late = emptied(x.late, size)[:size]
	for i := range x.late {
		x.late[i] = unused
	}
	x.entries = emptied(x.entries, operations*2/5)
}

func (x *index) add(e entry) {
	x.late[int(e.tag())&(len(x.late)-1)] = e
	x.entries = append(x.entries, e)
}

// recent returns the latest value of which the tag looks alike.
func (x *index) recent(tag uint32) (block int32, ok bool) {
	e := x.late[int(tag)&(len(x.late)-1)]
	return e.block(), e != unused && e.tag() == tag
}

// sort makes the index ready for all. It returns a slice that is no longer used.
func (x *index) sort(spare []entry) (other []entry) {
	x.entries, other = sortByTag(x.entries, emptied(spare, len(x.entries))[:len(x.entries)])
	return other
}

// all returns the entries with a tag.
func (x *index) all(tag uint32) []entry {
	first, _ := slices.BinarySearch(x.entries, newEntry(tag, 0))
	end := first
	for end < len(x.entries) && x.entries[end].tag() == tag {
		end++
	}
	return x.entries[first:end]
}

// equals calls same for values of the same tag, for each of them until it finds one that is
// the same.
func (x *index) equals(same func(a, b int32) bool) {
	for i := 1; i < len(x.entries); i++ {
		for j := i - 1; j >= 0 && x.entries[j].tag() == x.entries[i].tag(); j-- {
			if same(x.entries[j].block(), x.entries[i].block()) {
				break
			}
		}
	}
}

// sizeTag spreads sizes evenly (Fibonacci hashing, Knuth 6.4).
func sizeTag(size int64) uint32 { return uint32(uint64(size) * 0x9e3779b97f4a7c15 >> 32) }

func (k *key) nameTag(name string) uint32 { return uint32(maphash.String(k.seed, name)) }

// named returns the block of the value with a name, or none. It may find one only when
// all are known.
func (k *key) named(name string, all bool) int32 {
	tag := k.nameTag(name)
	if at, ok := k.names.recent(tag); ok && k.blocks[at].set.Value == name {
		return at
	}
	if all {
		for _, e := range k.names.all(tag) {
			if at := e.block(); k.blocks[at].set.Value == name {
				return at
			}
		}
	}
	return none
}

// ofSize does the same for a size.
func (k *key) ofSize(size int64, all bool) int32 {
	tag := sizeTag(size)
	if at, ok := k.sizes.recent(tag); ok && k.blocks[at].set.Size == size {
		return at
	}
	if all {
		for _, e := range k.sizes.all(tag) {
			if at := e.block(); k.blocks[at].set.Size == size {
				return at
			}
		}
	}
	return none
}
