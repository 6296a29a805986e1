package property

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A host runs tasks beside each other: a scheduler, or the operating system.
type host interface {
	Go(body func(yield func()))
	// Run runs them to the end of all, or until those that are left wait for ever.
	Run() (ended bool)
}

// A run is one run of a program.
type run struct {
	object  object
	place   string
	program program
	ctx     context.Context
	host    host
	another handle       // on a place that nobody writes to
	clock   atomic.Int64 // counts calls and returns: the time of the history
	// orderOnly judges no call by itself.
	orderOnly bool

	history *history.History // when the run has come to its end

	mu sync.Mutex
	*memory
	breaches []breach
}

// An origin is which request of which client an operation comes from.
type origin struct{ client, request int }

// A trace is what is not in the history of an operation.
type trace struct {
	call   int64 // when it was called
	origin origin
	err    error
}

// carryOut runs the clients' requests beside each other, and reads everything in the end.
func (r *run) carryOut(ctx context.Context, t testing.TB, host host) {
	r.ctx, r.host = ctx, host
	r.found(t)
	unique := 0
	for i, script := range r.program.clients {
		c := r.client(t, i, r.program.names)
		c.unique = unique
		r.start(c, script)
		unique += script.calls()
	}
	if !r.host.Run() {
		return
	}
	last := r.client(t, len(r.program.clients), r.program.names)
	for _, request := range r.object.last(len(r.program.names)) {
		last.insist(request)
	}
	slices.SortFunc(r.operations, func(a, b history.Operation) int { return cmp.Compare(a.Call, b.Call) })
	for i := range r.operations {
		r.operations[i].Line = i + 2 // as in a file
	}
	r.history = &history.History{
		Header:     history.Header{Assay: history.FormatVersion, Object: r.object.name},
		Operations: r.operations,
	}
}

// found opens what the program needs beside its clients, and writes its crowd.
func (r *run) found(t testing.TB) {
	for _, script := range r.program.clients {
		if r.another == nil && slices.ContainsFunc(script.requests, func(r request) bool { return r.op == elsewhere }) {
			r.another = r.object.open(t, r.place+"b", r.program.names)
		}
	}
	if r.program.crowd == 0 {
		return
	}
	names := make([]string, r.program.crowd)
	for i := range names {
		names[i] = fmt.Sprintf("many/%04d", i)
	}
	founder := r.client(t, len(r.program.clients), names)
	for i := range names {
		request := r.object.write
		request.key = i
		founder.request(r.ctx, request)
	}
}

// client returns a client with a handle of its own.
func (r *run) client(t testing.TB, process int, names []string) *client {
	return &client{run: r, process: process, number: process + 1, handle: r.object.open(t, r.place, names), room: r.room()}
}

func (r *run) start(c *client, s script) {
	r.host.Go(func(yield func()) {
		ctx := location.WithYield(r.ctx, yield)
		for i := range s.calls() {
			if i > 0 {
				yield()
			}
			c.current = i % len(s.requests)
			c.request(ctx, s.requests[c.current])
		}
	})
}

// A client carries out requests one after the other.
type client struct {
	*run
	process, number int
	handle          handle
	room            *[]byte // for the values that it writes
	unique          int     // of its first call
	called          int     // so many calls
	current         int     // request
}

// tries is how often a read of the last client, who is alone, may fail.
const tries = 10

// insist carries out a request that has to be answered: nobody else is at work.
func (c *client) insist(r request) {
	var err error
	for range tries {
		if err = c.request(c.ctx, r); err == nil || c.ctx.Err() != nil {
			return
		}
	}
	c.breached(breach{clause: "C1", at: c.clock.Load(), text: fmt.Sprintf("%s was not answered, %d times in a row, although nobody else is at work: %v", r.op, tries, err)})
}

// request carries one out and records it. The stamps are taken as close to the call as
// can be: the shorter an operation, the fewer orders excuse what it was answered.
func (c *client) request(ctx context.Context, r request) error {
	h := c.handle
	if r.op == elsewhere {
		h = c.another
	}
	c.called++
	call := h.prepare(r, written{c.number, c.called, c.unique + c.called - 1})
	call.room = c.room
	op := history.Operation{Process: c.process, Key: call.key, Action: call.action}
	ctx, end := r.fate.bend(ctx, r.looks)
	defer end()
	op.Call = c.clock.Add(1)
	meets := r.fate
	if meets == late {
		meets = vanished
		c.land(h, call)
	}
	err := h.send(ctx, call, meets)
	op.Return = c.clock.Add(1)
	op.Outcome = c.outcome(r.fate, err)
	switch op.Outcome {
	case history.Ok:
		h.learn(r, call.action)
	case history.Info:
		c.process += len(c.program.clients) + 1
	}
	c.judge(r, call, &op, err)
	c.record(op, err, r.op != elsewhere && r.illegal == 0)
	return err
}

// outcome is what the caller learnt. A call whose context had ended before it has no
// effect, whatever it says.
func (c *client) outcome(f fate, err error) history.Outcome {
	switch {
	case err == nil:
		return history.Ok
	case f == cancelled || f == expired || location.Classify(err) == location.Determinate:
		return history.Fail
	}
	return history.Info
}

// land has the call take effect at any time from now on, if it has one.
func (c *client) land(h handle, call call) {
	if call.action = copied(call.action); call.action == nil {
		return
	}
	call.room = c.run.room()
	c.host.Go(func(yield func()) { _ = h.send(location.WithYield(c.ctx, yield), call, fine) })
}

// record takes down an operation, in the history or beside it.
func (c *client) record(op history.Operation, err error, inHistory bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.traces = append(c.traces, trace{op.Call, origin{c.number - 1, c.current}, err})
	if inHistory {
		c.operations = append(c.operations, op)
	}
}

// tell writes the errors into the history when people are to read it: that takes as long
// as all else.
func (r *run) tell() {
	errors := map[int64]error{}
	for _, t := range r.traces {
		errors[t.call] = t.err
	}
	for i := range r.operations {
		if err := errors[r.operations[i].Call]; err != nil {
			r.operations[i].Error = err.Error()
		}
	}
}

// origins are those of all operations, by their calls.
func (r *run) origins() map[int64]origin {
	origins := make(map[int64]origin, len(r.traces))
	for _, t := range r.traces {
		origins[t.call] = t.origin
	}
	return origins
}
