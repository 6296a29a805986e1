package proof

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A spec is the contract of one key as a sequential specification: it takes the
// operations in their order.
type spec interface {
	// take returns an error if op cannot be answered as it was, or has no effect although
	// nobody knows that it happened.
	take(op *history.Operation, at int64) error
}

// order replays the order of one key.
func (v *verifier) order(c *Key, k *keyHistory) error {
	var replay spec = &versions{uncounted: v.relax.Allow(location.RelaxTruncateCount)}
	switch v.h.Header.Object {
	case history.Blob:
		replay = newRegister(v.relax)
	case history.Register:
		replay = &cell{}
	}
	latest, reads := int64(math.MinInt64), map[int]*history.Operation{}
	for _, p := range c.Order {
		i, err := v.find(p.Line, c.Key)
		if err != nil {
			return err
		}
		op := &v.h.Operations[i]
		switch {
		case p.At < latest:
			return fmt.Errorf("line %d takes effect at %d, before its predecessor at %d", p.Line, p.At, latest)
		case v.placed[i]:
			return fmt.Errorf("line %d is placed twice", p.Line)
		case op.Outcome == history.Fail && !definite(op), op.Outcome == history.Info && !effective(op):
			return fmt.Errorf("line %d has no place in an order", p.Line)
		case !v.stale(op) && p.At < op.Call || p.At > op.Latest():
			return fmt.Errorf("line %d takes effect at %d, outside its interval from %d to %d", p.Line, p.At, op.Call, op.Latest())
		case v.stale(op) && reads[op.Process] != nil && !precedes(reads[op.Process], op):
			return fmt.Errorf("line %d comes after a later read of its process", p.Line)
		}
		if err := replay.take(op, p.At); err != nil {
			return fmt.Errorf("line %d: %w", p.Line, err)
		}
		if v.stale(op) {
			reads[op.Process] = op
		}
		if definite(op) {
			k.definite--
		}
		if versions, ok := replay.(*versions); ok && k.created == history.Never && len(versions.all) > 0 {
			k.created = p.At
		}
		latest, v.placed[i] = p.At, true
	}
	if k.definite != 0 {
		return fmt.Errorf("%d answered operations are not in the order", k.definite)
	}
	k.ordered = true
	k.held, _ = replay.(*register)
	return nil
}

// effective reports whether op may have changed what is stored although it was not
// answered.
func effective(op *history.Operation) bool {
	switch op.Action.(type) {
	case *history.CompareAndSet, *history.Truncate, *history.Set, *history.Delete, *history.Restore,
		*history.RegisterWrite, *history.RegisterSwap:
		return true
	}
	return false
}

// stale reports whether op may tell what was true before its call (stale-head).
func (v *verifier) stale(op *history.Operation) bool { return mayBeStale(op, v.relax) }

func mayBeStale(op *history.Operation, relax location.Relaxations) bool {
	switch op.Action.(type) {
	case *history.Head, *history.Scan:
		return relax.Allow(location.RelaxStaleHead)
	}
	return false
}

// precedes reports whether a process called a before b.
func precedes(a, b *history.Operation) bool {
	return a.Process == b.Process && cmp.Or(cmp.Compare(a.Call, b.Call),
		cmp.Compare(a.Return, b.Return), cmp.Compare(a.Line, b.Line)) < 0
}

// listings verifies what the listings say of the keys that have an order: a key is in
// each that was called after its creation, and in none that returned before (C9).
func (v *verifier) listings(c *Certificate) error {
	var created []int64 // of all keys with an order
	for _, k := range c.Keys {
		if k := v.keys[k.Key]; k.ordered {
			created = append(created, k.created)
		}
	}
	slices.Sort(created)
	for _, i := range v.listed {
		op := &v.h.Operations[i]
		must, _ := slices.BinarySearch(created, op.Call) // so many keys existed before
		for _, key := range op.Action.(*history.ListKeys).Keys {
			k := v.keys[key]
			switch {
			case !k.ordered:
				continue
			case k.named == i:
				return fmt.Errorf("key %q: line %d names it twice", key, v.line(i))
			case k.created > op.Return:
				return fmt.Errorf("key %q: line %d names it before it exists", key, v.line(i))
			case k.created < op.Call:
				must--
			}
			k.named = i
		}
		if must != 0 {
			return fmt.Errorf("line %d does not name %d keys that exist", v.line(i), must)
		}
	}
	return nil
}
