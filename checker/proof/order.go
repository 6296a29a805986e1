package proof

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/assay-dev/assay/workload/history"
)

// replay follows the order of one key.
func replay[S comparable](v *verifier, c *Key, k *keyHistory, of contract[S]) error {
	state, latest, reads := of.initial(), int64(math.MinInt64), map[int]*history.Operation{}
	for _, p := range c.Order {
		i, err := v.find(p.Line, c.Key)
		if err != nil {
			return err
		}
		op := &v.h.Operations[i]
		stale := mayBeStale(op, v.relax)
		switch {
		case p.At < latest:
			return fmt.Errorf("line %d takes effect at %d, before its predecessor at %d", p.Line, p.At, latest)
		case v.placed[i]:
			return fmt.Errorf("line %d is placed twice", p.Line)
		case op.Key == "" || !definite(op) && (op.Outcome == history.Fail || !effective(op)):
			return fmt.Errorf("line %d has no place in an order", p.Line)
		case !stale && p.At < op.Call || p.At > op.Latest():
			return fmt.Errorf("line %d takes effect at %d, outside its interval from %d to %d", p.Line, p.At, op.Call, op.Latest())
		case stale && reads[op.Process] != nil && byCall(reads[op.Process], op) > 0:
			return fmt.Errorf("line %d comes after a later read of its process", p.Line)
		}
		var ok bool
		if state, ok = of.take(state, op); !ok {
			return fmt.Errorf("line %d: %+v cannot be when the key holds %+v", p.Line, op.Action, state)
		}
		of.note(state, p.At)
		if stale {
			reads[op.Process] = op
		}
		if definite(op) {
			k.definite--
		}
		latest, v.placed[i] = p.At, true
	}
	if k.definite != 0 {
		return fmt.Errorf("%d answered operations are not in the order", k.definite)
	}
	k.ordered = true
	return nil
}

// listings verifies what the listings of a Consensus say of the keys that have an
// order: a key is in each that was called after its creation, and in none that
// returned before (C9).
func (v *verifier) listings(c *Certificate) error {
	var created []int64 // of all keys with an order
	for _, k := range c.Keys {
		if k := v.keys[k.Key]; k.ordered {
			created = append(created, k.log.created)
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
			case k.log.created > op.Return:
				return fmt.Errorf("key %q: line %d names it before it exists", key, v.line(i))
			case k.log.created < op.Call:
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

// contents verifies what the listings of a Blob say of the keys that have an order:
// each held at some instant of the listing what the listing says of it (B4).
func (v *verifier) contents(c *Certificate) error {
	for _, i := range v.listed {
		op := &v.h.Operations[i]
		list := op.Action.(*history.List)
		for _, entry := range list.Entries {
			k := v.keys[entry.Key]
			switch {
			case !k.ordered:
				continue
			case k.named == i:
				return fmt.Errorf("line %d names key %q twice", v.line(i), entry.Key)
			case !strings.HasPrefix(entry.Key, list.Prefix):
				return fmt.Errorf("line %d: key %q does not start with %q", v.line(i), entry.Key, list.Prefix)
			case !k.blob.heldBetween(op.Call, op.Return, true, entry.Size):
				return fmt.Errorf("line %d: key %q never held %d bytes", v.line(i), entry.Key, entry.Size)
			}
			k.named = i
		}
		first := sort.Search(len(c.Keys), func(i int) bool { return c.Keys[i].Key >= list.Prefix })
		for _, covered := range c.Keys[first:] {
			if !strings.HasPrefix(covered.Key, list.Prefix) {
				break
			}
			k := v.keys[covered.Key]
			if k.ordered && k.named != i && !k.blob.heldBetween(op.Call, op.Return, false, 0) {
				return fmt.Errorf("line %d: key %q is missing", v.line(i), covered.Key)
			}
		}
	}
	return nil
}
