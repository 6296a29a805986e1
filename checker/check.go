package checker

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
)

// The budget of a check that names none.
const (
	DefaultTime   = time.Minute
	DefaultMemory = 2 << 30 // bytes
)

// leastShare is worth trying even when there are very many keys.
const leastShare = 100 * time.Millisecond

// Check judges a history. Its error is a [history.LineError] when h is no history, or
// that of ctx when ctx ended; it has no verdict then. Operations without a line are
// numbered as if they stood in a file: the first is on line 2.
func Check(ctx context.Context, h *history.History, o Options) (*Result, error) {
	h = Numbered(h)
	if err := wellFormed(h); err != nil {
		return nil, err
	}
	c := newChecking(ctx, h.Header.Object, o, perkey.Split(h))
	c.run()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c.result(), nil
}

// Numbered returns h with a line for every operation, see [Check].
func Numbered(h *history.History) *history.History {
	if numbered(h.Operations) {
		return h
	}
	copied := *h
	copied.Operations = slices.Clone(h.Operations)
	for i := range copied.Operations {
		if op := &copied.Operations[i]; op.Line == 0 {
			op.Line = i + 2
		}
	}
	return &copied
}

func numbered(operations []history.Operation) bool {
	for i := range operations {
		if operations[i].Line == 0 {
			return false
		}
	}
	return true
}

// checking is one check of all keys. Easy keys come first, so that a hard one uses up
// only what nobody else needs.
type checking struct {
	ctx      context.Context
	object   history.Object
	options  Options
	deadline time.Time

	mu     sync.Mutex
	keys   []perkey.History // not taken yet, the easiest first
	claims []proof.Key
	found  []Violation
	gaveUp []UndecidedKey
}

func newChecking(ctx context.Context, object history.Object, o Options, keys []perkey.History) *checking {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	o.Workers = max(1, min(o.Workers, len(keys)))
	o.Budget.Time = cmp.Or(o.Budget.Time, DefaultTime)
	o.Budget.Memory = cmp.Or(o.Budget.Memory, DefaultMemory)
	slices.SortStableFunc(keys, func(a, b perkey.History) int {
		return cmp.Compare(len(a.Operations), len(b.Operations))
	})
	return &checking{
		ctx: ctx, object: object, options: o, deadline: time.Now().Add(o.Budget.Time),
		keys: keys, claims: make([]proof.Key, 0, len(keys)),
	}
}

// run checks all keys, as many at a time as there are workers.
func (c *checking) run() {
	var workers sync.WaitGroup
	for range c.options.Workers {
		workers.Go(func() {
			for key, share, ok := c.next(); ok; key, share, ok = c.next() {
				c.add(c.check(key, share))
			}
		})
	}
	workers.Wait()
}

// next takes the next key and its fair share of the time that is left.
func (c *checking) next() (key perkey.History, share time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.keys) == 0 || c.ctx.Err() != nil {
		return key, 0, false
	}
	rounds := (len(c.keys) + c.options.Workers - 1) / c.options.Workers
	key, c.keys = c.keys[0], c.keys[1:]
	left := time.Until(c.deadline)
	return key, min(left, max(left/time.Duration(rounds), leastShare)), true
}

// add keeps what was found of one key.
func (c *checking) add(claim proof.Key, violation *Violation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.claims = append(c.claims, claim)
	switch {
	case violation != nil:
		c.found = append(c.found, *violation)
	case claim.Undecided != "":
		c.gaveUp = append(c.gaveUp, UndecidedKey{Key: claim.Key, Reason: claim.Undecided})
	}
}

// result sums up: a violation counts more than a key that is undecided.
func (c *checking) result() *Result {
	slices.SortFunc(c.claims, func(a, b proof.Key) int { return cmp.Compare(a.Key, b.Key) })
	slices.SortFunc(c.found, func(a, b Violation) int { return cmp.Compare(a.Key, b.Key) })
	slices.SortFunc(c.gaveUp, func(a, b UndecidedKey) int { return cmp.Compare(a.Key, b.Key) })
	r := &Result{
		Verdict:     Valid,
		Violations:  c.found,
		Undecided:   c.gaveUp,
		Certificate: &proof.Certificate{Object: c.object, Relax: c.options.Relax, Keys: c.claims},
	}
	switch {
	case len(c.found) > 0:
		r.Verdict = Invalid
	case len(c.gaveUp) > 0:
		r.Verdict = Undecided
	}
	return r
}
