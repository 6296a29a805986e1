package proof

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// Verify reports why c does not prove what it claims of h under the relaxations: nil
// means that each key with an order is valid and each with a contradiction is not.
// Its time grows in proportion to h and c, where a listing counts for each key that it
// covers. Operations without a line are numbered as if they stood in a file: the first
// is on line 2.
func Verify(h *history.History, relax location.Relaxations, c *Certificate) error {
	switch {
	case c.Object != h.Header.Object:
		return fmt.Errorf("the certificate is about a %s, the history about a %s", c.Object, h.Header.Object)
	case !covers(c.Relax, relax) || !covers(relax, c.Relax):
		return fmt.Errorf("the certificate holds under the relaxations [%v], asked was for [%v]", c.Relax, relax)
	}
	v := &verifier{h: h, relax: relax, keys: map[string]*keyHistory{}, placed: make([]bool, len(h.Operations))}
	for i, k := range c.Keys {
		if i > 0 && k.Key <= c.Keys[i-1].Key {
			return fmt.Errorf("key %q is out of order", k.Key)
		}
		v.keys[k.Key] = &keyHistory{at: i}
		v.inOrder = append(v.inOrder, v.keys[k.Key])
	}
	for i := range h.Operations {
		if err := v.enter(i, &h.Operations[i]); err != nil {
			return err
		}
	}
	// Keys have nothing in common, and listings only what became of the keys.
	if err := parts(len(c.Keys), func(from, to int) error { return v.verify(c.Keys[from:to]) }); err != nil {
		return err
	}
	return parts(len(v.listed), func(from, to int) error { return v.listings(v.listed[from:to], c.Keys) })
}

// parts calls do for a part of n things on each processor.
func parts(n int, do func(from, to int) error) error {
	errs, running := make([]error, runtime.GOMAXPROCS(0)), sync.WaitGroup{}
	for i := range errs {
		running.Go(func() { errs[i] = do(n*i/len(errs), n*(i+1)/len(errs)) })
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

func covers(a, b location.Relaxations) bool {
	return !slices.ContainsFunc(b, func(r location.Relaxation) bool { return !a.Allow(r) })
}

// A contract says what may become of one key. States are what it can hold. Effects are
// the same for writes that all lead from any state to the same one, if nobody has heard
// what they did.
type contract[S, E comparable] interface {
	initial() S
	// take returns the state after op, ok = false when op cannot have been answered as it
	// was, or has no effect although nobody knows that it happened.
	take(s S, op *history.Operation) (next S, ok bool)
	effect(op *history.Operation) E
	// note is told each state of an order; held reports then whether the key held nothing,
	// or something of a size, at some instant from one to another.
	note(s S, at int64)
	held(from, to int64, found bool, size int64) bool
}

// verifier is one verification. It names operations by their index in the history.
type verifier struct {
	h       *history.History
	relax   location.Relaxations
	byLine  []int32 // by line: the index of its operation, counted from 1
	placed  []bool  // by index: some order has the operation
	listed  []int   // the listings that were answered
	keys    map[string]*keyHistory
	inOrder []*keyHistory // of the keys of the certificate
}

// keyHistory is what the history has of one key.
type keyHistory struct {
	at   int                                               // its place in the certificate
	own  []int32                                           // its operations
	held func(from, to int64, found bool, size int64) bool // what came of its order
}

func (v *verifier) line(i int) int { return cmp.Or(v.h.Operations[i].Line, i+2) }

// enter indexes one operation by its line and its key.
func (v *verifier) enter(i int, op *history.Operation) error {
	line := v.line(i)
	switch {
	case line < 0 || line > 64*(len(v.h.Operations)+1024):
		return fmt.Errorf("operation %d of %d has line %d", i, len(v.h.Operations), line)
	case op.Action == nil || op.Latest() < op.Call:
		return fmt.Errorf("line %d is no operation that returned after its call", line)
	}
	for line >= len(v.byLine) {
		v.byLine = append(v.byLine, make([]int32, max(line, len(v.h.Operations))+2)...)
	}
	if v.byLine[line] != 0 {
		return fmt.Errorf("two operations have line %d", line)
	}
	v.byLine[line] = int32(i + 1)
	switch op.Action.(type) {
	case *history.List, *history.ListKeys:
		if op.Outcome == history.Ok {
			v.listed = append(v.listed, i)
		}
		return nil
	}
	k := v.keys[op.Key]
	if k == nil {
		return fmt.Errorf("key %q is missing", op.Key)
	}
	k.own = append(k.own, int32(i))
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
		l := newLog(c.Key, v.relax)
		l.exact = true
		return replay(v, c, k, l)
	case history.Blob:
		b := newBlob(c.Key, v.relax)
		b.exact, b.restores = true, true
		return replay(v, c, k, b)
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

// replay follows the order of one key.
func replay[S, E comparable](v *verifier, c *Key, k *keyHistory, of contract[S, E]) error {
	state, latest, reads, definites := of.initial(), int64(math.MinInt64), map[int]*history.Operation{}, 0
	for _, p := range c.Order {
		if p.Line < 0 || p.Line >= len(v.byLine) || v.byLine[p.Line] == 0 {
			return fmt.Errorf("there is no line %d", p.Line)
		}
		i := v.byLine[p.Line] - 1
		op := &v.h.Operations[i]
		stale := mayBeStale(op, v.relax)
		_, _, listing := listing(op)
		switch {
		case op.Key != c.Key || listing || !relevant(op):
			return fmt.Errorf("line %d has no place in an order of the key", p.Line)
		case v.placed[i]:
			return fmt.Errorf("line %d is placed twice", p.Line)
		case p.At < latest:
			return fmt.Errorf("line %d takes effect at %d, before its predecessor at %d", p.Line, p.At, latest)
		case !stale && p.At < op.Call || p.At > op.Latest():
			return fmt.Errorf("line %d takes effect at %d, outside its interval from %d to %d", p.Line, p.At, op.Call, op.Latest())
		case stale && reads[op.Process] != nil && byCall(reads[op.Process], op) > 0:
			return fmt.Errorf("line %d comes after a later read of its process", p.Line)
		}
		next, ok := of.take(state, op)
		if !ok {
			return fmt.Errorf("line %d: this cannot be the answer when the key holds %v", p.Line, state)
		}
		of.note(next, p.At)
		state, latest, v.placed[i] = next, p.At, true
		if stale {
			reads[op.Process] = op
		}
		if definite(op) {
			definites++
		}
	}
	if answered := count(k.own, func(i int32) bool { return definite(&v.h.Operations[i]) }); definites != answered {
		return fmt.Errorf("of %d answered operations %d are in the order", answered, definites)
	}
	k.held = of.held
	return nil
}

// listings verifies what listings say of the keys that have an order: each was so at
// some instant of the listing (C9, B4).
func (v *verifier) listings(listed []int, keys []Key) error {
	named := make([]int, len(keys)) // by key: the latest listing that named it
	for _, i := range listed {
		op := &v.h.Operations[i]
		prefix, entries, _ := listing(op)
		for _, e := range entries {
			k := v.keys[e.Key]
			if k == nil {
				return fmt.Errorf("key %q is missing", e.Key)
			}
			if k.held != nil && (named[k.at] == i+1 || !strings.HasPrefix(e.Key, prefix) || !k.held(op.Call, op.Return, true, e.Size)) {
				return fmt.Errorf("line %d names key %q twice, or unasked, or as it never was", v.line(i), e.Key)
			}
			named[k.at] = i + 1
		}
		first := sort.Search(len(keys), func(i int) bool { return keys[i].Key >= prefix })
		for at := first; at < len(keys) && strings.HasPrefix(keys[at].Key, prefix); at++ {
			if k := v.inOrder[at]; named[at] != i+1 && k.held != nil && !k.held(op.Call, op.Return, false, 0) {
				return fmt.Errorf("line %d does not name key %q", v.line(i), keys[at].Key)
			}
		}
	}
	return nil
}
