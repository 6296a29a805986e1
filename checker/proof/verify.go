package proof

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"sync"

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
	if err := v.verifyAll(c.Keys); err != nil {
		return err
	}
	if c.Object == history.Consensus {
		return v.listings(c)
	}
	return v.contents(c) // a register has no listings
}

func covers(a, b location.Relaxations) bool {
	return !slices.ContainsFunc(b, func(r location.Relaxation) bool { return !a.Allow(r) })
}

// A contract says what may become of one key. States are what it can hold; they are
// the same for equal states.
type contract[S comparable] interface {
	initial() S
	// take returns the state after op, ok = false when op cannot have been answered as it
	// was, or has no effect although nobody knows that it happened.
	take(s S, op *history.Operation) (next S, ok bool)
	// effect is the same for writes that all lead from any state to the same one, as far
	// as they have been heard to do anything.
	effect(op *history.Operation) any
	// note is told each state of an order.
	note(s S, at int64)
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
	definite int     // so many operations have to be in the order
	ordered  bool    // the order was found right
	disputed bool    // a contradiction is claimed:
	own      []int32 // the indexes of its operations
	log      *log    // what came of the order
	blob     *blob
	named    int // the latest listing that named the key
}

// index goes through the history once, to find lines and the operations of each key.
func (v *verifier) index(c *Certificate) error {
	for i, k := range c.Keys {
		if i > 0 && k.Key <= c.Keys[i-1].Key {
			return fmt.Errorf("key %q is out of order", k.Key)
		}
		v.keys[k.Key] = &keyHistory{named: -1, disputed: k.Contradiction != nil}
	}
	for i := range v.h.Operations {
		if err := v.enter(i, &v.h.Operations[i]); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) line(i int) int { return cmp.Or(v.h.Operations[i].Line, i+2) }

// enter indexes one operation.
func (v *verifier) enter(i int, op *history.Operation) error {
	line := v.line(i)
	switch {
	case line < 0 || line > 64*(len(v.h.Operations)+1024):
		return fmt.Errorf("operation %d of %d has line %d", i, len(v.h.Operations), line)
	case !of(op, v.h.Header.Object):
		return fmt.Errorf("line %d is no operation of a %s", line, v.h.Header.Object)
	case op.Latest() < op.Call:
		return fmt.Errorf("line %d returned before it was called", line)
	}
	for line >= len(v.byLine) {
		v.byLine = append(v.byLine, make([]int32, max(line, len(v.h.Operations))+2)...)
	}
	if v.byLine[line] != 0 {
		return fmt.Errorf("two operations have line %d", line)
	}
	v.byLine[line] = int32(i + 1)
	if !listing(op) {
		return v.count(op, i)
	}
	if op.Outcome == history.Ok {
		v.listed = append(v.listed, i)
		for _, key := range keysOf(op) {
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

// verifyAll verifies what is claimed of all keys, a part of them on each processor: no two
// have anything in common but what index found.
func (v *verifier) verifyAll(keys []Key) error {
	errs := make([]error, runtime.GOMAXPROCS(0))
	var running sync.WaitGroup
	for i := range errs {
		running.Go(func() { errs[i] = v.verify(keys[len(keys)*i/len(errs) : len(keys)*(i+1)/len(errs)]) })
	}
	running.Wait()
	return cmp.Or(errs...)
}

func (v *verifier) verify(keys []Key) error {
	for i := range keys {
		if err := v.key(&keys[i]); err != nil {
			return fmt.Errorf("key %q: %w", keys[i].Key, err)
		}
	}
	return nil
}

// key verifies what is claimed of one key.
func (v *verifier) key(c *Key) error {
	k := v.keys[c.Key]
	switch {
	case c.Undecided != "":
		return nil
	case c.Contradiction != nil:
		_, err := v.about(c.Key, k).Possible(c.Contradiction, c.Apart, 0)
		return err
	}
	switch v.h.Header.Object {
	case history.Consensus:
		k.log = newLog(c.Key, v.relax)
		k.log.exact = true
		return replay(v, c, k, k.log)
	case history.Blob:
		k.blob = newBlob(c.Key, v.relax)
		k.blob.exact, k.blob.restores = true, true
		return replay(v, c, k, k.blob)
	}
	return replay(v, c, k, register{})
}

// about returns the operations of a key and the listings that were answered.
func (v *verifier) about(key string, k *keyHistory) About {
	a := About{Object: v.h.Header.Object, Relax: v.relax, Key: key}
	add := func(i int) {
		op := &v.h.Operations[i]
		if op.Line == 0 {
			numbered := *op
			numbered.Line = v.line(i)
			op = &numbered
		}
		a.Operations = append(a.Operations, op)
	}
	for _, i := range k.own {
		add(int(i))
	}
	for _, i := range v.listed {
		add(i)
	}
	return a
}
