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
	Run() // to the end of all
}

// A run is one run of a program.
type run struct {
	object  object
	place   string
	clients int
	ctx     context.Context
	host    host
	walkers []*client    // by task
	clock   atomic.Int64 // counts calls and returns: the time of the history

	mu         sync.Mutex
	operations []history.Operation
	unclassed  error // an error that is neither determinate nor indeterminate
}

// An object is one of the two abstractions.
type object struct {
	name history.Object
	open func(t testing.TB, place string, names []string) handle
	// last are the requests that read everything in the end.
	last func(keys int) []request
}

// carryOut runs the clients' requests beside each other, and reads everything in the end.
func (r *run) carryOut(ctx context.Context, t testing.TB, host host, p program) *history.History {
	r.ctx, r.host = ctx, host
	unique := 0
	for i, requests := range p.clients {
		c := &client{run: r, process: i, number: i + 1, handle: r.object.open(t, r.place, p.names), unique: unique}
		r.walkers = append(r.walkers, c)
		r.start(c, requests)
		unique += len(requests)
	}
	r.host.Run()
	last := &client{run: r, process: r.clients, number: r.clients + 1, handle: r.object.open(t, r.place, p.names), unique: unique}
	for i, request := range r.object.last(len(p.names)) {
		last.request(r.ctx, i, request)
	}
	slices.SortFunc(r.operations, func(a, b history.Operation) int { return cmp.Compare(a.Call, b.Call) })
	return &history.History{
		Header:     history.Header{Assay: history.FormatVersion, Object: r.object.name},
		Operations: r.operations,
	}
}

// turn is who goes on at a yield point of a task. Late effects have no turns.
func (r *run) turn(task int) int {
	if task >= len(r.walkers) {
		return 0
	}
	return r.walkers[task].turn()
}

func (r *run) start(c *client, requests []request) {
	r.host.Go(func(yield func()) {
		ctx := location.WithYield(r.ctx, yield)
		for i, request := range requests {
			c.turns = request.turns
			if i > 0 {
				yield()
			}
			c.request(ctx, i, request)
		}
	})
}

// A client carries out requests one after the other.
type client struct {
	*run
	process, number int
	handle          handle
	unique          int   // of its first request
	turns           []int // that are left of the current request
}

// turn is who goes on at a yield point of the client, see [schedule.Walk].
func (c *client) turn() int {
	if len(c.turns) == 0 {
		return 0
	}
	next := c.turns[0]
	c.turns = c.turns[1:]
	return next
}

// request carries one out and records it. The stamps are taken as close to the call as
// can be: the shorter an operation, the fewer orders excuse what it was answered.
func (c *client) request(ctx context.Context, i int, r request) {
	call := c.handle.prepare(r, written{fmt.Sprintf("c%d.%d", c.number, i+1), c.unique + i})
	op := history.Operation{Process: c.process, Key: call.key, Action: call.action}
	meets := r.fate
	op.Call = c.clock.Add(1)
	if meets == late {
		meets = vanished
		c.land(call)
	}
	err := call.send(ctx, meets, call.action)
	op.Return = c.clock.Add(1)
	if err == nil {
		c.handle.learn(r, call.action)
	} else {
		op.Outcome, op.Error = history.Info, err.Error()
		if location.Classify(err) == location.Determinate {
			op.Outcome = history.Fail
		} else {
			c.process += c.clients + 1
		}
	}
	c.record(op, err)
}

// land has the call take effect at any time from now on, if it has one.
func (c *client) land(call call) {
	unheard := copied(call.action)
	if unheard == nil {
		return
	}
	c.host.Go(func(yield func()) { _ = call.send(location.WithYield(c.ctx, yield), fine, unheard) })
}

func (r *run) record(op history.Operation, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.operations = append(r.operations, op)
	if _, classed := err.(*location.Error); err != nil && !classed && r.unclassed == nil {
		r.unclassed = fmt.Errorf("%s %q by client of process %d returned %q", op.Action.Name(), op.Key, op.Process, err)
	}
}
