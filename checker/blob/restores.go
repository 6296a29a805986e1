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
	for n := fewestNamed; n <= mostNamed; n *= 2 {
		if named := known[max(0, len(known)-n):]; k.refuted(named, false) {
			return k.smallest(named)
		}
		if n >= len(known) {
			break
		}
	}
	return nil
}

// smallest leaves out what is not needed for the contradiction, and returns it.
func (k *key) smallest(named []*history.Operation) []proof.Step {
	for i := 0; i < len(named); {
		if fewer := slices.Delete(slices.Clone(named), i, i+1); k.refuted(fewer, false) {
			named = fewer
		} else {
			i++
		}
	}
	if !k.refuted(named, true) {
		return nil
	}
	return exhausted(named)
}

func exhausted(named []*history.Operation) []proof.Step {
	end := proof.Step{Rule: proof.Exhausted}
	for _, op := range named {
		end.Lines = append(end.Lines, op.Line)
	}
	slices.Sort(end.Lines)
	return []proof.Step{end}
}

// refuted asks the verifier whether it accepts that some answers have no order: from the
// whole history of the key, or from what can matter of it.
func (k *key) refuted(named []*history.Operation, whole bool) bool {
	if len(named) == 0 {
		return false
	}
	first, last := int64(history.Never), named[0].Return
	for _, op := range named {
		first, last = min(first, op.Call), max(last, op.Return)
	}
	alone := &history.History{Header: history.Header{Object: history.Blob}}
	for _, op := range k.Operations {
		if _, set := op.Action.(*history.Set); whole || op.Call <= last && (set || op.Latest() >= first) {
			alone.Operations = append(alone.Operations, *op)
		}
	}
	claim := proof.Key{Key: k.Key, Contradiction: exhausted(named)}
	return proof.Verify(alone, k.relax, &proof.Certificate{Object: history.Blob, Relax: k.relax, Keys: []proof.Key{claim}}) == nil
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
