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
// covers. The operations stand in the order of their lines.
func Verify(h *history.History, relax location.Relaxations, c *Certificate) error {
	switch {
	case c.Object != h.Header.Object:
		return fmt.Errorf("the certificate is about a %s, the history about a %s", c.Object, h.Header.Object)
	case !covers(c.Relax, relax) || !covers(relax, c.Relax):
		return fmt.Errorf("the certificate holds under the relaxations [%v], asked was for [%v]", c.Relax, relax)
	}
	v := &verifier{keys: make([]key, len(c.Keys)), byName: map[string]*key{}}
	for i := range c.Keys {
		claim := &c.Keys[i]
		if i > 0 && claim.Key <= c.Keys[i-1].Key {
			return fmt.Errorf("key %q is out of order", claim.Key)
		}
		v.keys[i] = key{Key: claim, at: i, about: About{Object: c.Object, Relax: relax, Key: claim.Key}}
		v.byName[claim.Key] = &v.keys[i]
	}
	if err := v.index(h.Operations); err != nil {
		return err
	}
	// Keys have nothing in common, and listings only what became of the keys.
	if err := parallel(v.keys, v.verify); err != nil {
		return err
	}
	return parallel(v.listings, v.listed)
}

// parallel does something with a part of all on each processor.
func parallel[E any](all []E, do func(part []E) error) error {
	errs, running := make([]error, runtime.GOMAXPROCS(0)), sync.WaitGroup{}
	for i := range errs {
		running.Go(func() { errs[i] = do(all[len(all)*i/len(errs) : len(all)*(i+1)/len(errs)]) })
	}
	running.Wait()
	return cmp.Or(errs...)
}

func covers(a, b location.Relaxations) bool {
	return !slices.ContainsFunc(b, func(r location.Relaxation) bool { return !a.Allow(r) })
}

type verifier struct {
	byLine   []*history.Operation
	placed   []bool // by line: some order has the operation
	listings []*history.Operation
	keys     []key
	byName   map[string]*key
}

// key is one key, and what is claimed of it.
type key struct {
	*Key
	at       int // its place among all
	about    About
	answered int
	past     []sight // what came of its order
}

// A sight is what a listing would have told from an instant on.
type sight struct {
	at int64
	Presence
}

// index enters the operations by their lines and keys.
func (v *verifier) index(operations []history.Operation) error {
	last := 0
	if n := len(operations); n > 0 {
		last = operations[n-1].Line
	}
	// Other lines of a history are few. Nothing is made as long as a wrong number says.
	if last > 64*(len(operations)+1024) {
		return fmt.Errorf("there are %d operations, the last of them on line %d", len(operations), last)
	}
	v.byLine, v.placed = make([]*history.Operation, max(last, 0)+1), make([]bool, max(last, 0)+1)
	last = 0
	for i := range operations {
		op := &operations[i]
		switch {
		case op.Line <= last || op.Line >= len(v.byLine):
			return fmt.Errorf("operation %d is on line %d, after one on line %d", i, op.Line, last)
		case op.Action == nil || op.Latest() < op.Call:
			return fmt.Errorf("line %d is no operation that returned after its call", op.Line)
		}
		last = op.Line
		v.byLine[last] = op
		if _, _, ok := listing(op); ok {
			if op.Outcome == history.Ok {
				v.listings = append(v.listings, op)
			}
			continue
		}
		k := v.byName[op.Key]
		if k == nil {
			return fmt.Errorf("key %q is missing", op.Key)
		}
		if answered(op) {
			k.answered++
		}
		if k.Contradiction != nil {
			k.about.Operations = append(k.about.Operations, op)
		}
	}
	return nil
}

func (v *verifier) line(n int) *history.Operation {
	if n < 0 || n >= len(v.byLine) {
		return nil
	}
	return v.byLine[n]
}

// verify verifies what is claimed of some keys.
func (v *verifier) verify(keys []key) (err error) {
	for i := range keys {
		k := &keys[i]
		switch {
		case k.Undecided != "":
		case k.Contradiction != nil:
			for _, s := range k.Contradiction {
				if op := v.line(s.Line); op != nil && op.Key == "" {
					k.about.Operations = append(k.about.Operations, op)
				}
			}
			_, err = k.about.Possible(k.Contradiction, k.Apart)
		default:
			err = v.replay(k)
		}
		if err != nil {
			return fmt.Errorf("key %q: %w", k.Key.Key, err)
		}
	}
	return nil
}

// replay follows the order of one key.
func (v *verifier) replay(k *key) error {
	c, now, reads := k.about.contract(nil, nil), int64(math.MinInt64), map[int]*history.Operation{}
	state := c.initial()
	k.past = []sight{{now, c.presence(state)}}
	for _, p := range k.Order {
		op := v.line(p.Line)
		if op == nil || op.Key != k.about.Key || op.Outcome == history.Fail && !answered(op) || v.placed[p.Line] {
			return fmt.Errorf("line %d has no place in the order, or has one already", p.Line)
		}
		stale := k.about.stale(op)
		if p.At < now || p.At < op.Call && !stale || p.At > op.Latest() {
			return fmt.Errorf("line %d takes effect at %d, before its predecessor or outside its interval", p.Line, p.At)
		}
		if stale {
			if last := reads[op.Process]; last != nil && Compare(op, last) < 0 {
				return fmt.Errorf("line %d comes after a later read of its process", p.Line)
			}
			reads[op.Process] = op
		}
		if answered(op) {
			k.answered--
		}
		ok := true
		if saw := k.about.lookedUp(op); saw != nil {
			ok, op = held(k.past, op.Call, p.At, saw[0]), unheard(op)
		}
		next, possible := c.take(state, op)
		if !ok || !possible {
			return fmt.Errorf("line %d: this cannot be the answer when the key holds %v", p.Line, state)
		}
		state, now, v.placed[p.Line] = next, p.At, true
		if tells := c.presence(state); tells != k.past[len(k.past)-1].Presence {
			k.past = append(k.past, sight{now, tells})
		}
	}
	if k.answered > 0 {
		return fmt.Errorf("%d answered operations are missing in the order", k.answered)
	}
	return nil
}

// held reports whether a key was so at some instant from one to another.
func held(past []sight, from, to int64, p Presence) bool {
	// The first sight that lasted until from or longer: those at one instant all count.
	i := sort.Search(len(past), func(i int) bool { return past[i].at >= from })
	for i = max(i-1, 0); i < len(past) && past[i].at <= to; i++ {
		if past[i].fits(p) {
			return true
		}
	}
	return false
}

// listed verifies what listings say of the keys that have an order: each was so at some
// instant of the listing (C9, B4).
func (v *verifier) listed(listings []*history.Operation) error {
	named := make([]*history.Operation, len(v.keys)) // the latest listing that named a key
	for _, op := range listings {
		prefix, entries, _ := listing(op)
		for e := range entries {
			k := v.byName[e.Key]
			switch {
			case k == nil:
				return fmt.Errorf("key %q is missing", e.Key)
			case k.past == nil:
			case named[k.at] == op || !strings.HasPrefix(e.Key, prefix) || !held(k.past, op.Call, op.Return, Presence{true, e.Size}):
				return fmt.Errorf("line %d names key %q twice, or unasked, or as it never was", op.Line, e.Key)
			}
			named[k.at] = op
		}
		first := sort.Search(len(v.keys), func(i int) bool { return v.keys[i].about.Key >= prefix })
		for i := first; i < len(v.keys) && strings.HasPrefix(v.keys[i].about.Key, prefix); i++ {
			if k := &v.keys[i]; named[i] != op && k.past != nil && !held(k.past, op.Call, op.Return, Presence{}) {
				return fmt.Errorf("line %d does not name key %q", op.Line, k.about.Key)
			}
		}
	}
	return nil
}
