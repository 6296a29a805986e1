package randhist

import (
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// schedule decides who calls what and when, and when it meets the store; arguments
// and answers follow when the events are executed.
func (g *generator) schedule() {
	c := &clients{
		generator: g,
		free:      make([]int64, 1+g.IntN(5)),
		gap:       pick(g, 1, 2, 4),
		span:      pick(g, 1, 2, 4, 8, 20),
		unknown:   pick(g, 0, 10, 25, 50),
		kinds:     g.kinds(),
	}
	for i := range c.free {
		c.process = append(c.process, i)
	}
	if g.options.Object == history.Consensus {
		c.prelude()
	}
	for range 1 + max(g.IntN(g.options.Operations), g.IntN(g.options.Operations)) {
		c.call(c.kinds[g.IntN(len(c.kinds))]())
	}
}

// clients are the callers of one history.
type clients struct {
	*generator
	free    []int64 // by client: when it can call again
	process []int   // by client: its process
	used    int     // process numbers beyond the first of each client
	gap     int     // clients rest for less than this
	span    int     // effect and return follow within less than this
	unknown int     // so many of 100 get no answer
	kinds   []func() history.Action
}

// kinds returns the operations to choose from, each with a random weight.
func (g *generator) kinds() []func() history.Action {
	write := func() history.Action { return &history.CompareAndSet{} }
	others := []func() history.Action{
		func() history.Action { return &history.Head{} },
		func() history.Action { return &history.Scan{} },
		func() history.Action { return &history.Truncate{} },
		func() history.Action { return &history.ListKeys{} },
	}
	if g.options.Object == history.Blob {
		write = func() history.Action { return &history.Set{} }
		others = []func() history.Action{
			func() history.Action { return &history.Get{} },
			func() history.Action { return &history.Delete{} },
			func() history.Action { return &history.List{} },
		}
		if g.options.Restores {
			others = append(others, func() history.Action { return &history.Restore{} })
		}
	}
	kinds := []func() history.Action{write, write}
	for _, kind := range others {
		for range pick(g, 1, 0, 2, 3) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// prelude commits some versions of each key before anything else.
func (c *clients) prelude() {
	for _, k := range c.keys {
		for range pick(c.generator, 0, 0, 1, 2, 3, 4) {
			op := &history.Operation{Process: c.process[0], Key: k.name, Action: &history.CompareAndSet{}}
			c.operations = append(c.operations, op)
			c.events = append(c.events, event{0, op, k, effect})
		}
	}
}

// call schedules one operation.
func (c *clients) call(a history.Action) {
	client := c.IntN(len(c.free))
	op := &history.Operation{Process: c.process[client], Action: a}
	op.Call = c.free[client] + int64(c.IntN(c.gap))
	c.operations = append(c.operations, op)
	if c.percent(c.unknown) {
		c.lose(op, client)
		return
	}
	op.Return = op.Call
	p := effect
	if c.percent(6) && !isRead(a) {
		op.Outcome, p = history.Fail, choose
	}
	for _, e := range c.meets(op, p) {
		op.Return = max(op.Return, e.at)
		c.events = append(c.events, e)
	}
	op.Return += int64(c.IntN(c.span))
	c.free[client] = op.Return
}

// lose schedules an operation without an answer. Its client goes on as a new process.
func (c *clients) lose(op *history.Operation, client int) {
	op.Outcome, op.Return = history.Info, history.Never
	c.free[client] = op.Call + int64(c.IntN(c.span))
	if c.IntN(3) > 0 {
		op.Return = c.free[client]
	}
	c.used++
	c.process[client] = len(c.process) + c.used
	if isRead(op.Action) {
		c.aim(op)
		return
	}
	p := choose
	if c.percent(50) {
		p = effect
	}
	for _, e := range c.meets(op, p) {
		e.at += int64(c.IntN(4 * c.span)) // late
		c.events = append(c.events, e)
	}
}

// meets returns when op meets the store: once for most.
func (c *clients) meets(op *history.Operation, p part) []event {
	if isListing(op.Action) {
		var events []event
		for _, k := range c.keys {
			events = append(events, event{op.Call + int64(c.IntN(c.span)), op, k, p})
		}
		c.aim(op)
		return events
	}
	at := op.Call + int64(c.IntN(c.span))
	k := c.aim(op)
	_, deletes := op.Action.(*history.Delete)
	if deletes && p == effect && op.Outcome == history.Ok && c.options.Relax.Allow(location.RelaxDeleteSize) {
		return []event{{at, op, k, look}, {at + int64(c.IntN(c.span)), op, k, remove}}
	}
	return []event{{at, op, k, p}}
}

// aim chooses what op is about.
func (c *clients) aim(op *history.Operation) *key {
	if a, ok := op.Action.(*history.List); ok {
		a.Prefix = pick(c.generator, "", "k", "k0")
	}
	if isListing(op.Action) {
		return nil
	}
	k := c.keys[c.IntN(len(c.keys))]
	op.Key = k.name
	return k
}

func isListing(a history.Action) bool {
	switch a.(type) {
	case *history.List, *history.ListKeys:
		return true
	}
	return false
}

func isRead(a history.Action) bool {
	switch a.(type) {
	case *history.Head, *history.Scan, *history.Get:
		return true
	}
	return isListing(a)
}
