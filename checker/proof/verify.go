package proof

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// Verify reports why c does not prove what it claims of h under the relaxations: nil
// means that each key with an order is valid and each with a contradiction is not.
// Its time grows in proportion to h and c. Operations without a line are numbered as
// if they stood in a file: the first is on line 2.
func Verify(h *history.History, relax location.Relaxations, c *Certificate) error {
	switch {
	case c.Object != h.Header.Object:
		return fmt.Errorf("the certificate is about a %s, the history about a %s", c.Object, h.Header.Object)
	case !covers(c.Relax, relax) || !covers(relax, c.Relax):
		return fmt.Errorf("the certificate holds under the relaxations [%v], asked was for [%v]", c.Relax, relax)
	}
	v := &verifier{h: h, relax: relax, keys: map[string]*keyHistory{}, placed: make([]bool, len(h.Operations))}
	if err := v.index(c); err != nil {
		return err
	}
	for i := range c.Keys {
		if err := v.key(&c.Keys[i]); err != nil {
			return fmt.Errorf("key %q: %w", c.Keys[i].Key, err)
		}
	}
	switch c.Object {
	case history.Consensus:
		return v.listings(c)
	case history.Blob:
		return v.contents(c)
	}
	return nil // there are no listings
}

func covers(a, b location.Relaxations) bool {
	return !slices.ContainsFunc(b, func(r location.Relaxation) bool { return !a.Allow(r) })
}

// verifier is one verification.
type verifier struct {
	h      *history.History
	relax  location.Relaxations
	byLine []int32 // by line: the index of its operation, counted from 1
	placed []bool  // by index: some order has the operation
	listed []int   // the indexes of the listings that were answered
	keys   map[string]*keyHistory
}

// keyHistory is what the history has of one key.
type keyHistory struct {
	definite int       // so many operations have to be in the order
	ordered  bool      // the order was found right
	disputed bool      // a contradiction is claimed:
	own      []int32   // the indexes of its operations
	created  int64     // Consensus: when the order has the first commit
	held     *register // Blob: what the key held at all times
	named    int       // the latest listing that named the key
}

// definite reports whether op has to be explained, since it was answered.
func definite(op *history.Operation) bool {
	refused := false
	switch a := op.Action.(type) {
	case *history.Truncate:
		refused = a.Refused
	case *history.Restore:
		refused = a.Refused
	}
	return op.Outcome == history.Ok || op.Outcome == history.Fail && refused
}

// keysOf returns the keys that a listing names, and whether op is one.
func keysOf(op *history.Operation) (keys []string, listing bool) {
	switch a := op.Action.(type) {
	case *history.ListKeys:
		return a.Keys, true
	case *history.List:
		for _, e := range a.Entries {
			keys = append(keys, e.Key)
		}
		return keys, true
	}
	return nil, false
}

// index goes through the history once, to find lines and the operations of each key.
func (v *verifier) index(c *Certificate) error {
	for i, k := range c.Keys {
		if i > 0 && k.Key <= c.Keys[i-1].Key {
			return fmt.Errorf("key %q is out of order", k.Key)
		}
		v.keys[k.Key] = &keyHistory{created: history.Never, named: -1, disputed: k.Contradiction != nil}
	}
	for i := range v.h.Operations {
		if err := v.enter(i); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) line(i int) int {
	if line := v.h.Operations[i].Line; line != 0 {
		return line
	}
	return i + 2
}

// enter indexes one operation.
func (v *verifier) enter(i int) error {
	op := &v.h.Operations[i]
	line := v.line(i)
	if line < 0 || line > 64*(len(v.h.Operations)+1024) {
		return fmt.Errorf("operation %d of %d has line %d", i, len(v.h.Operations), line)
	}
	for line >= len(v.byLine) {
		v.byLine = append(v.byLine, make([]int32, max(line, len(v.h.Operations))+2)...)
	}
	if v.byLine[line] != 0 {
		return fmt.Errorf("two operations have line %d", line)
	}
	v.byLine[line] = int32(i + 1)
	keys, listing := keysOf(op)
	switch {
	case !listing:
		return v.count(op, i)
	case op.Outcome == history.Ok:
		v.listed = append(v.listed, i)
		for _, key := range keys {
			if v.keys[key] == nil {
				return fmt.Errorf("key %q is missing", key)
			}
		}
	}
	return nil
}

// count enters an operation under its key.
func (v *verifier) count(op *history.Operation, i int) error {
	k := v.keys[op.Key]
	if k == nil {
		return fmt.Errorf("key %q is missing", op.Key)
	}
	if k.disputed {
		k.own = append(k.own, int32(i))
	}
	if definite(op) {
		k.definite++
	}
	return nil
}

// find returns the index of the operation on a line, which has to concern key.
func (v *verifier) find(line int, key string) (int, error) {
	if line < 0 || line >= len(v.byLine) || v.byLine[line] == 0 {
		return 0, fmt.Errorf("there is no line %d", line)
	}
	i := int(v.byLine[line]) - 1
	if op := &v.h.Operations[i]; op.Key != key && op.Key != "" {
		return 0, fmt.Errorf("line %d is about key %q", line, op.Key)
	}
	return i, nil
}

// key verifies what is claimed of one key.
func (v *verifier) key(c *Key) error {
	k := v.keys[c.Key]
	switch {
	case c.Undecided != "":
		return nil
	case c.Contradiction == nil:
		return v.order(c, k)
	}
	switch v.h.Header.Object {
	case history.Consensus:
		return contradicts(c.Contradiction, newConsensus(c, v, v.about(k)))
	case history.Register:
		return refuted(c.Contradiction, maps.Collect(v.about(k)))
	}
	return contradicts(c.Contradiction, newBlob(c.Key, v.relax, maps.Collect(v.about(k))))
}

// about returns, by line, the operations of a key and the listings that were answered.
func (v *verifier) about(k *keyHistory) iter.Seq2[int, *history.Operation] {
	return func(yield func(int, *history.Operation) bool) {
		for _, i := range k.own {
			if !yield(v.line(int(i)), &v.h.Operations[i]) {
				return
			}
		}
		for _, i := range v.listed {
			if !yield(v.line(i), &v.h.Operations[i]) {
				return
			}
		}
	}
}
