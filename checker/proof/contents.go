package proof

import (
	"fmt"
	"sort"
	"strings"

	"github.com/assay-dev/assay/workload/history"
)

// contents verifies what the listings of a Blob say of the keys that have an order:
// each held at some instant of the listing what the listing says of it (B4).
func (v *verifier) contents(c *Certificate) error {
	for _, i := range v.listed {
		op := &v.h.Operations[i]
		if err := v.named(i, op); err != nil {
			return fmt.Errorf("line %d: %w", v.line(i), err)
		}
		prefix := op.Action.(*history.List).Prefix
		first := sort.Search(len(c.Keys), func(i int) bool { return c.Keys[i].Key >= prefix })
		for _, covered := range c.Keys[first:] {
			if !strings.HasPrefix(covered.Key, prefix) {
				break
			}
			k := v.keys[covered.Key]
			if k.ordered && k.named != i && !k.held.heldBetween(op.Call, op.Return, false, 0) {
				return fmt.Errorf("line %d: key %q is missing", v.line(i), covered.Key)
			}
		}
	}
	return nil
}

// named verifies the entries of the listing with index i.
func (v *verifier) named(i int, op *history.Operation) error {
	list := op.Action.(*history.List)
	for _, entry := range list.Entries {
		k := v.keys[entry.Key]
		switch {
		case !k.ordered:
			continue
		case k.named == i:
			return fmt.Errorf("key %q is named twice", entry.Key)
		case !strings.HasPrefix(entry.Key, list.Prefix):
			return fmt.Errorf("key %q does not start with %q", entry.Key, list.Prefix)
		case !k.held.heldBetween(op.Call, op.Return, true, entry.Size):
			return fmt.Errorf("key %q never held %d bytes", entry.Key, entry.Size)
		}
		k.named = i
	}
	return nil
}
