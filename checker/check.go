package checker

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/assay-dev/assay/checker/internal/parallel"
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
	return NewChecker(o).Check(ctx, h)
}

// A Checker judges one history after the other. Small ones share its memory, to get which
// takes longer than to judge them does: it is not for several goroutines at once.
type Checker struct {
	options Options
	small   memory
}

// small histories have at most so many operations.
const small = 1000

// memory is what a check needs beside its history, and the next one can use again.
type memory struct {
	parts    []sequence // by worker
	splitter perkey.Splitter
	decide   decider // of the only worker
	object   history.Object
}

// NewChecker returns a Checker.
func NewChecker(o Options) *Checker {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	o.Budget.Time = cmp.Or(o.Budget.Time, DefaultTime)
	o.Budget.Memory = cmp.Or(o.Budget.Memory, DefaultMemory)
	return &Checker{options: o}
}

// Check does what [Check] does.
func (c *Checker) Check(ctx context.Context, h *history.History) (*Result, error) {
	m := &c.small
	if len(h.Operations) > small {
		m = new(memory)
	}
	keys, err := m.split(h, c.options.Workers)
	if err == errUnnumbered {
		keys, err = m.split(Numbered(h), c.options.Workers)
	}
	if err != nil {
		return nil, err
	}
	k := newChecking(ctx, h.Header.Object, c.options, keys)
	if len(h.Operations) <= small && c.options.Workers == 1 {
		k.decide = m.decider(k)
	}
	k.run()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return k.result(), nil
}

// decider returns one in this memory.
func (m *memory) decider(c *checking) decider {
	if m.decide == nil || m.object != c.object {
		m.decide, m.object = c.decider(), c.object
	}
	return m.decide
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

// checking is one check of all keys.
type checking struct {
	ctx     context.Context
	object  history.Object
	options Options
	decide  decider // of the only worker; nil where each makes its own

	keys   []perkey.History
	claims []proof.Key  // by key
	found  []*Violation // by key, nil where there is none
}

func newChecking(ctx context.Context, object history.Object, o Options, keys []perkey.History) *checking {
	return &checking{
		ctx: ctx, object: object, options: o,
		keys: keys, claims: make([]proof.Key, len(keys)), found: make([]*Violation, len(keys)),
	}
}

// run decides all keys, and then searches those that need it: the short ones first, so
// that a hard one uses up only what nobody else needs.
func (c *checking) run() {
	c.each(len(c.keys), func() func(int) {
		decide := c.decide
		if decide == nil {
			decide = c.decider()
		}
		return func(i int) { c.claims[i], c.found[i] = c.check(c.keys[i], decide) }
	})
	var hard []int
	for i := range c.claims {
		if c.claims[i].Undecided != "" && c.found[i] == nil {
			hard = append(hard, i)
		}
	}
	slices.SortStableFunc(hard, func(i, j int) int {
		return cmp.Compare(len(c.keys[i].Operations), len(c.keys[j].Operations))
	})
	deadline := time.Now().Add(c.options.Budget.Time)
	c.each(len(hard), func() func(int) {
		return func(n int) {
			i, share := hard[n], c.share(time.Until(deadline), len(hard)-n)
			c.claims[i], c.found[i] = c.search(c.keys[i], c.claims[i].Undecided, share)
		}
	})
}

// share is a key's fair share of the time that is left for so many keys.
func (c *checking) share(left time.Duration, keys int) time.Duration {
	rounds := (keys + c.options.Workers - 1) / c.options.Workers
	return min(left, max(left/time.Duration(rounds), leastShare))
}

// each has workers, as many as there are, do something for all numbers below n, until the
// context ends. Each of them makes ready by itself.
func (c *checking) each(n int, ready func() (do func(i int))) {
	var next atomic.Int64
	parallel.Ranges(min(c.options.Workers, n), n, func(int, int, int) {
		do := ready()
		for i := int(next.Add(1)) - 1; i < n && c.ctx.Err() == nil; i = int(next.Add(1)) - 1 {
			do(i)
		}
	})
}

// result sums up: a violation counts more than a key that is undecided.
func (c *checking) result() *Result {
	r := &Result{
		Verdict:     Valid,
		Certificate: &proof.Certificate{Object: c.object, Relax: c.options.Relax, Keys: c.claims},
	}
	for i := range c.claims {
		if v := c.found[i]; v != nil {
			r.Violations = append(r.Violations, *v)
		} else if claim := &c.claims[i]; claim.Undecided != "" {
			r.Undecided = append(r.Undecided, UndecidedKey{Key: claim.Key, Reason: claim.Undecided})
		}
	}
	switch {
	case len(r.Violations) > 0:
		r.Verdict = Invalid
	case len(r.Undecided) > 0:
		r.Verdict = Undecided
	}
	return r
}
