package blob

import (
	"cmp"
	"slices"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/checker/shrink"
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

// How many operations an exhausted contradiction is looked for among: so many that were
// answered, and as many of unknown outcome.
const (
	fewestNamed = 8
	mostNamed   = 64
)

// exhaust finds operations that have no order, whatever was before: some of the last ones
// that were called before the culprit returned.
func (k *key) exhaust(culprit int32) []proof.Step {
	var answered, unknown []*history.Operation
	until := k.Operations[culprit].Return
	for _, op := range k.Operations {
		switch {
		case op.Call > until:
		case op.Outcome == history.Info:
			unknown = append(unknown, op)
		default:
			answered = append(answered, op)
		}
	}
	slices.SortStableFunc(answered, func(a, b *history.Operation) int { return cmp.Compare(a.Return, b.Return) })
	about := proof.About{Object: history.Blob, Relax: k.relax, Key: k.Key, Operations: k.Operations}
	for n := fewestNamed; ; n *= 2 {
		lines := k.bounded(append(last(n, answered), last(n, unknown)...))
		if steps, _, _ := shrink.Among(about, lines, nil); steps != nil || n == mostNamed || n >= max(len(answered), len(unknown)) {
			return steps
		}
	}
}

// bounded adds what bounds in time the values that were set on some lines.
func (k *key) bounded(lines []int) []int {
	slices.Sort(lines)
	bounded := lines
	for i := range k.blocks {
		b := &k.blocks[i]
		if _, found := slices.BinarySearch(lines, k.Operations[b.op].Line); !found {
			continue
		}
		for _, step := range k.all(b) {
			bounded = append(bounded, step.Line)
		}
	}
	return bounded
}

// last returns the lines of the last n operations.
func last(n int, operations []*history.Operation) (lines []int) {
	for _, op := range operations[max(0, len(operations)-n):] {
		lines = append(lines, op.Line)
	}
	return lines
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
