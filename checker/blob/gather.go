package blob

import (
	"fmt"
	"strings"

	"github.com/assay-dev/assay/workload/history"
)

// gather makes the blocks. An answer that no state explains is a contradiction whatever
// else there is.
func (k *key) gather() {
	for i, op := range k.Operations {
		k.spots[i] = spot{call: op.Call, line: int32(op.Line)}
		if !k.take(i, op, false) {
			k.later = append(k.later, int32(i))
		}
		if k.contradiction != nil {
			return
		}
	}
	k.compareSets()
	for _, i := range k.later {
		if k.take(int(i), k.Operations[i], true); k.contradiction != nil {
			return
		}
	}
	if k.sizeless && k.asked {
		k.ambiguous(k.size)
	}
}

// compareSets finds the values that cannot be told apart.
func (k *key) compareSets() {
	k.tags = k.names.sort(k.tags)
	k.names.equals(func(a, b int32) bool {
		name := k.blocks[a].set.Value
		same := name == k.blocks[b].set.Value
		if same {
			k.blocks[a].twice, k.blocks[b].twice, k.undecided = true, true, fmt.Sprintf("the value %q was written twice", name)
		}
		return same
	})
	if !k.asked {
		return
	}
	k.tags = k.sizes.sort(k.tags)
	k.sizes.equals(func(a, b int32) bool {
		size := k.blocks[a].set.Size
		same := size == k.blocks[b].set.Size
		if same {
			k.blocks[a].alike, k.blocks[b].alike = true, true
			if k.blocks[a].sized || k.blocks[b].sized {
				k.ambiguous(size)
			}
		}
		return same
	})
}

// take sorts an operation to the block that it speaks of. It returns false where that is
// not known before all sets are.
func (k *key) take(i int, op *history.Operation, all bool) bool {
	switch action := op.Action.(type) {
	case *history.Set:
		k.addSet(i, action)
	case *history.Get:
		return k.addGet(i, op, action, all)
	case *history.List:
		return k.addListing(i, op, action, all)
	case *history.Delete:
		return k.addDelete(i, op, action, all)
	case *history.Restore:
		k.addRestore(i, op, action)
	}
	return true
}

// addSet makes a block for a value that may have been written.
func (k *key) addSet(i int, set *history.Set) {
	at := k.newBlock(lasting, set, i)
	k.names.add(newEntry(k.nameTag(set.Value), at))
	if set.Size == history.SizeUnknown {
		k.sizeless = true
	} else {
		k.sizes.add(newEntry(sizeTag(set.Size), at))
	}
}

func (k *key) addGet(i int, op *history.Operation, get *history.Get, all bool) bool {
	switch {
	case get.Damage != "":
		k.contradiction = wrongAnswer(op)
	case !get.Found:
		k.newBlock(absent, nil, i)
	default:
		at := k.named(get.Value, all)
		if at == none || !k.blocks[at].twice && !sameSize(k.blocks[at].set.Size, get.Size) {
			if all {
				k.contradiction = wrongAnswer(op)
			}
			return false
		}
		k.addRead(i, op, at)
	}
	return true
}

// sameSize takes what the history does not tell for no contradiction.
func sameSize(a, b int64) bool {
	return a == b || a == history.SizeUnknown || b == history.SizeUnknown
}

func (k *key) addListing(i int, op *history.Operation, list *history.List, all bool) bool {
	k.spots[i].line = 0
	if len(list.Entries) == 0 {
		k.newBlock(absent, nil, i)
		return true
	}
	if len(list.Entries) > 1 || !strings.HasPrefix(k.Key, list.Prefix) {
		k.contradiction = wrongAnswer(op)
		return true
	}
	at := k.reported(op, list.Entries[0].Size, all)
	if at != none {
		k.addRead(i, op, at)
	}
	return at != none
}

func (k *key) addRead(i int, op *history.Operation, at int32) {
	b := &k.blocks[at]
	b.add(i, op)
	k.spots[i].next, b.reads = b.reads, int32(i+1)
}

// reported finds the value that has a size. When all sets are known and it returns none,
// it has said why.
func (k *key) reported(op *history.Operation, size int64, all bool) int32 {
	k.asked, k.size = true, size
	at := k.ofSize(size, all)
	switch {
	case at != none && !k.blocks[at].alike:
		k.blocks[at].sized = true
		return at
	case at != none || all && k.sizeless:
		k.ambiguous(size)
	case all:
		k.contradiction = wrongAnswer(op)
	}
	return none
}

func (k *key) ambiguous(size int64) {
	k.undecided = fmt.Sprintf("several values may have the size %d that an operation reports", size)
}

func (k *key) addDelete(i int, op *history.Operation, del *history.Delete, all bool) bool {
	switch {
	case op.Outcome == history.Info || !del.Answered:
		k.removals = true
		k.newBlock(deleting, nil, i)
	case !del.Found:
		k.newBlock(absent, nil, i)
	default:
		k.removals = true
		at := k.reported(op, del.Size, all)
		if at == none {
			return false
		}
		k.addRemoval(i, op, at)
	}
	return true
}

// addRemoval ends a value's block. Under delete-size a delete is a look-up and, later, a
// removal of whatever there is: the look-up belongs to the block, the removal stands alone.
func (k *key) addRemoval(i int, op *history.Operation, at int32) {
	b := &k.blocks[at]
	switch {
	case k.deleteSize:
		b.add(i, op)
		k.lookups = append(k.lookups, lookup{of: at, removal: k.newBlock(deleting, nil, i)})
	case b.removed != none:
		k.again = append(k.again, [2]int32{b.removed, int32(i)})
	default:
		b.kind, b.removed = deleting, int32(i)
		b.add(i, op)
	}
}

// A lookup is a delete that reported the size of one block and removed, at the same
// time or later, whatever there was.
type lookup struct{ of, removal int32 }

func (k *key) addRestore(i int, op *history.Operation, restore *history.Restore) {
	switch {
	case op.Outcome == history.Fail && restore.Refused:
		at := k.newBlock(absent, nil, i)
		if !k.noRestore {
			k.refused = append(k.refused, at)
		}
	case op.Outcome == history.Ok:
		k.restores = append(k.restores, op)
		k.revives = k.revives || !k.noRestore
	case op.Outcome == history.Info:
		k.revives = k.revives || !k.noRestore
	}
}
