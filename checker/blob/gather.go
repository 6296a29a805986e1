package blob

import (
	"fmt"
	"math"
	"strings"

	"github.com/assay-dev/assay/workload/history"
)

// gather makes the blocks. An answer that no state explains is a contradiction whatever
// else there is.
func (k *key) gather() {
	k.gatherSets()
	k.gatherAnswers()
}

// gatherSets makes a block for each value that may have been written.
func (k *key) gatherSets() {
	sets := 0
	for _, op := range k.Operations {
		if _, ok := op.Action.(*history.Set); ok {
			sets++
		}
	}
	k.names, k.sizes, k.values = newIndex(sets), newIndex(sets), make([]block, 0, sets)
	k.blocks = make([]*block, 0, sets+(len(k.Operations)-sets)/4)
	for _, op := range k.Operations {
		if set, ok := op.Action.(*history.Set); ok {
			k.addSet(op, set)
		}
	}
}

func (k *key) addSet(op *history.Operation, set *history.Set) {
	k.values = append(k.values, block{kind: lasting, returned: math.MaxInt64, called: math.MinInt64})
	b := &k.values[len(k.values)-1]
	b.written, b.seen = op, op.Outcome == history.Ok
	b.add(op)
	if p := k.named(set.Value); p.value == 0 {
		p.value = int32(len(k.values))
		k.blocks = append(k.blocks, b)
	} else {
		k.values[p.value-1].twice, k.undecided = true, fmt.Sprintf("the value %q was written twice", set.Value)
	}
	if set.Size == history.SizeUnknown {
		k.sizeless = true
	} else if p := k.sized(set.Size); p.value == 0 {
		p.value = int32(len(k.values))
	} else {
		k.values[p.value-1].alike = true
	}
}

// gatherAnswers sorts every other operation to the block that it speaks of.
func (k *key) gatherAnswers() {
	for i, op := range k.Operations {
		switch action := op.Action.(type) {
		case *history.Get:
			k.addGet(i, action)
		case *history.List:
			k.addListing(i, action)
		case *history.Delete:
			k.addDelete(op, action)
		case *history.Restore:
			k.addRestore(op, action)
		}
		if k.contradiction != nil {
			return
		}
	}
}

func (k *key) addGet(i int, get *history.Get) {
	op := k.Operations[i]
	switch {
	case get.Damage != "":
		k.contradiction = wrongAnswer(op)
	case !get.Found:
		k.addSingle(absent, op)
	default:
		p := k.named(get.Value)
		if p.value == 0 {
			k.contradiction = wrongAnswer(op)
			return
		}
		b := &k.values[p.value-1]
		if !b.twice && !sameSize(b.set().Size, get.Size) {
			k.contradiction = wrongAnswer(op)
			return
		}
		k.addRead(i, b)
	}
}

// sameSize takes what the history does not tell for no contradiction.
func sameSize(a, b int64) bool {
	return a == b || a == history.SizeUnknown || b == history.SizeUnknown
}

func (k *key) addListing(i int, list *history.List) {
	op := k.Operations[i]
	if len(list.Entries) == 0 {
		k.addSingle(absent, op)
	} else if len(list.Entries) > 1 || !strings.HasPrefix(k.Key, list.Prefix) {
		k.contradiction = wrongAnswer(op)
	} else if b := k.ofSize(op, list.Entries[0].Size); b != nil {
		k.addRead(i, b)
	}
}

func (k *key) addRead(i int, b *block) {
	b.seen = true
	b.add(k.Operations[i])
	k.next[i], b.reads = b.reads, int32(i+1)
}

// ofSize finds the value that has a size. Where it returns nil it has said why.
func (k *key) ofSize(op *history.Operation, size int64) *block {
	p := k.sized(size)
	switch {
	case p.value != 0 && !k.values[p.value-1].alike && !k.sizeless:
		return &k.values[p.value-1]
	case p.value != 0 || k.sizeless:
		k.undecided = fmt.Sprintf("several values may have the size %d that an operation reports", size)
	default:
		k.contradiction = wrongAnswer(op)
	}
	return nil
}

func (k *key) addDelete(op *history.Operation, del *history.Delete) {
	switch {
	case op.Outcome == history.Info || !del.Answered:
		k.removals = true
		k.addSingle(deleting, op)
	case !del.Found:
		k.addSingle(absent, op)
	default:
		k.removals = true
		if b := k.ofSize(op, del.Size); b != nil {
			k.addRemoval(op, b)
		}
	}
}

// addRemoval ends b's block. Under delete-size a delete is a look-up and, later, a
// removal of whatever there is: the look-up belongs to b, the removal stands alone.
func (k *key) addRemoval(op *history.Operation, b *block) {
	switch {
	case k.deleteSize:
		b.seen = true
		b.add(op)
		k.lookups = append(k.lookups, lookup{of: b, removal: k.addSingle(deleting, op)})
	case b.removed != nil:
		b.again = op
	default:
		b.seen, b.kind, b.removed = true, deleting, op
		b.add(op)
	}
}

// A lookup is a delete that reported the size of one block and removed, at the same
// time or later, whatever there was.
type lookup struct {
	of      *block
	removal *block
}

func (k *key) addRestore(op *history.Operation, restore *history.Restore) {
	switch {
	case op.Outcome == history.Fail && restore.Refused:
		b := k.addSingle(absent, op)
		if !k.noRestore {
			k.refused = append(k.refused, b)
		}
	case op.Outcome == history.Ok:
		k.restores = append(k.restores, op)
		k.revives = k.revives || !k.noRestore
	case op.Outcome == history.Info:
		k.revives = k.revives || !k.noRestore
	}
}

func (k *key) addSingle(kind kind, op *history.Operation) *block {
	b := k.newBlock(kind)
	b.seen, b.single = true, op
	b.add(op)
	k.blocks = append(k.blocks, b)
	return b
}
