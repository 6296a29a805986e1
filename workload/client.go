package workload

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

const (
	// patience is how many operations in a row may fail before a client pauses, so that
	// an outage does not fill the history.
	patience = 8
	maxPause = 100 * time.Millisecond
	// surrender is how many operations in a row may fail before a client of the quiet
	// phase gives up: the store is gone, and there may be many keys.
	surrender = 20
)

// A worker turns the requests of one client into calls on its handle. It belongs to
// the goroutine that carries its client at the time.
type worker interface {
	// next draws a request and settles its arguments; false when there are no more.
	next() (call, bool)
	// send makes a call. It reads nothing that changes but the call. As soon as the store
	// has answered it calls back, once; when that is false the call was abandoned, and
	// its goroutine may touch nothing any more. Otherwise the answer goes into the action.
	send(ctx context.Context, c call, back func() bool) error
	// learn takes note of the answer of a call that succeeded.
	learn(action history.Action)
	// abandon gives up the buffer of the last call's value, which may still be in use.
	abandon()
	// written returns the keys that were written or asked to be.
	written() []string
}

// A call is a request with its arguments settled.
type call struct {
	key    string
	action history.Action
	value  []byte // that it writes
}

// States of client.flight other than the deadline of the call in flight.
const (
	landed    = 0  // no call is in flight
	abandoned = -1 // the watchdog has taken the client from a call that does not return
)

// A client carries out the requests of one worker and records them. It is carried by
// one goroutine at a time: normally always the same, but a goroutine whose call does
// not return is left behind, and another one carries on.
type client struct {
	worker  worker
	log     *history.Log
	tally   *tally
	gate    *gate // closed when no new operation may begin
	clock   clock
	ctx     context.Context
	timeout time.Duration
	think   func() time.Duration
	number  int
	watch   func(ctx context.Context, client, process int, operation string) // nil: nobody

	process, step int   // this process number, and how far it is to the next
	left          int64 // operations that may still begin
	until         int64 // no operation begins after this instant
	surrender     int   // failures in a row after which to give up
	failures      int   // in a row
	last          int64 // when the last operation returned
	exhausted     bool  // the worker has no more requests
	done          *sync.WaitGroup

	// The call in flight. What it is was written before flight was set, and belongs to
	// whoever moves flight away from the call's deadline: the goroutine that made the
	// call, or the watchdog.
	flight atomic.Int64
	called int64
	call   call

	_ apart
}

// carry carries out requests until there are no more, or until its goroutine has
// lost the client to another.
func (c *client) carry() {
	var deadline, returned int64
	var mine bool
	var contexts slab[callContext]
	back := func() bool {
		returned = c.clock.now()
		mine = c.flight.CompareAndSwap(deadline, landed)
		return mine
	}
	for c.more() {
		call, ok := c.worker.next()
		if !ok {
			c.exhausted = true
			break
		}
		c.called = c.clock.now()
		deadline = c.called + int64(c.timeout)
		ctx := contexts.next()
		ctx.parent, ctx.deadline = c.ctx, c.clock.at(deadline)
		c.call = call
		c.flight.Store(deadline)
		if c.watch != nil {
			c.watch(ctx, c.number, c.process, call.action.Name())
		}
		err := c.worker.send(ctx, call, back)
		ctx.end()
		if !mine {
			return // nothing here is ours any more
		}
		c.record(returned, err)
		c.pause()
	}
	c.done.Done()
}

// carryOn takes over from a goroutine whose call does not return.
func (c *client) carryOn() {
	c.worker.abandon()
	c.tally.abandoned.Add(1)
	c.last = c.clock.now()
	c.finish(history.Operation{
		Return: history.Never, Outcome: history.Info,
		Error: fmt.Sprintf("abandoned: the call did not return although its context had ended, after %v", time.Duration(c.last-c.called)),
	})
	c.failures++
	c.carry()
}

func (c *client) more() bool {
	return c.left > 0 && c.last < c.until && c.failures < c.surrender && !c.gate.closed.Load() && c.ctx.Err() == nil
}

// record appends the operation in flight, which returned with err.
func (c *client) record(returned int64, err error) {
	c.last = returned
	op := history.Operation{Return: returned}
	if err == nil {
		c.failures = 0
		c.worker.learn(c.call.action)
	} else {
		op.Outcome, op.Error = outcome(err), err.Error()
		c.worker.abandon()
		c.failures++
		if op.Outcome == history.Fail && isRefusal(err) {
			c.failures = 0
		}
	}
	c.finish(op)
}

// finish completes op by what was called and appends it.
func (c *client) finish(op history.Operation) {
	op.Process, op.Key, op.Call, op.Action = c.process, c.call.key, c.called, c.call.action
	c.log.Append(op)
	c.tally.count(op.Outcome)
	c.left--
	if op.Outcome == history.Info {
		// The operation may still take effect: its process never has another one.
		c.process += c.step
	}
}

func outcome(err error) history.Outcome {
	if location.Classify(err) == location.Determinate {
		return history.Fail
	}
	return history.Info
}

// isRefusal tells an answer about the arguments or the state from a failure.
func isRefusal(err error) bool {
	return errors.Is(err, location.ErrInvalidArgument) || errors.Is(err, location.ErrTruncationRefused) ||
		errors.Is(err, location.ErrRestoreRefused)
}

// pause is the time to think, and longer when nothing succeeds, but no longer than the
// requests last.
func (c *client) pause() {
	d := c.think()
	if over := c.failures - patience; over > 0 {
		d += min(time.Millisecond<<min(over, 10), maxPause)
	}
	if d = min(d, time.Duration(c.until-c.last)); d > 0 && c.left > 0 {
		c.gate.pause(d)
	}
}

// rescue takes the client from a call that should have returned before the instant
// latest.
func (c *client) rescue(latest int64) {
	deadline := c.flight.Load()
	if deadline > 0 && deadline < latest && c.flight.CompareAndSwap(deadline, abandoned) {
		go c.carryOn()
	}
}

// A clock stamps the operations of a run, in nanoseconds since its start.
type clock struct{ start time.Time }

func (c clock) now() int64                 { return int64(time.Since(c.start)) }
func (c clock) at(instant int64) time.Time { return c.start.Add(time.Duration(instant)) }

// A gate is open until it is closed.
type gate struct {
	closed atomic.Bool // the same as done, for those who only look
	done   chan struct{}
	once   sync.Once
}

func newGate() *gate { return &gate{done: make(chan struct{})} }

func (g *gate) close() {
	g.once.Do(func() {
		g.closed.Store(true)
		close(g.done)
	})
}

// pause waits for d or until the gate is closed.
func (g *gate) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-g.done:
	}
}
