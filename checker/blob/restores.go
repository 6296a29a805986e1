package blob

import (
	"cmp"
	"slices"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
)

// restorable reports whether a restore may have brought a value back.
func (k *key) restorable() bool { return k.revives && k.removals }

// followRestores decides keys with restores: those that need the key to be present, and
// those that may have brought a value back.
func (k *key) followRestores() {
	if len(k.restores) == 0 && !k.restorable() {
		return
	}
	for _, pair := range k.again {
		b := k.blockOf(pair[0])
		b.add(int(pair[1]), k.Operations[pair[1]])
	}
	if k.checkSets(); k.contradiction == nil {
		k.findZones()
	}
	if k.contradiction != nil {
		return
	}
	switch ok, culprit := k.newFollower().follow(); {
	case ok:
	case culprit == none:
		k.undecided = "a restore may have brought a deleted value back, and too much was in flight at a time"
	default:
		if k.contradiction = k.exhaust(culprit); k.contradiction == nil {
			k.undecided = "a restore may have brought a deleted value back"
		}
	}
}

// How many answers an exhausted contradiction is looked for among.
const (
	fewestNamed = 8
	mostNamed   = 64
)

// exhaust finds answers that have no order, whatever was before: some of the last ones until
// the culprit returned.
func (k *key) exhaust(culprit int32) []proof.Step {
	var known []*history.Operation
	for _, op := range k.Operations {
		if op.Outcome != history.Info && op.Return <= k.Operations[culprit].Return {
			known = append(known, op)
		}
	}
	slices.SortStableFunc(known, func(a, b *history.Operation) int { return cmp.Compare(a.Return, b.Return) })
	about := proof.About{Object: history.Blob, Relax: k.relax, Key: k.Key, Operations: k.Operations}
	for n := fewestNamed; n <= mostNamed; n *= 2 {
		var lines []int
		for _, op := range known[max(0, len(known)-n):] {
			lines = append(lines, op.Line)
		}
		if steps, _, _ := about.Among(lines, nil); steps != nil || n >= len(known) {
			return steps
		}
	}
	return nil
}

// blockOf returns the block that a delete ended.
func (k *key) blockOf(removal int32) *block {
	for i := range k.blocks {
		if k.blocks[i].removed == removal {
			return &k.blocks[i]
		}
	}
	return nil
}
