package workload

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"
)

// openClients opens the handles of all clients.
func (r *Runner) openClients(ctx context.Context) ([]*client, error) {
	clients := make([]*client, r.opts.Clients)
	for i := range clients {
		w, err := r.object.worker(ctx, i)
		if err != nil {
			return nil, fmt.Errorf("open client %d: %w", i, err)
		}
		c := r.newClient(i, w, r.stop)
		c.left, c.think = r.share(i), r.thinking(i)
		c.number, c.watch = i, r.opts.Watch
		clients[i] = c
	}
	return clients, nil
}

// newClient returns the client of stream i, without any limit.
func (r *Runner) newClient(i int, w worker, gate *gate) *client {
	return &client{
		worker: w, log: r.rec.Client(), tally: &r.tallies[i], gate: gate, clock: r.clock,
		timeout: r.opts.Timeout, think: func() time.Duration { return 0 },
		process: i, step: len(r.tallies),
		left: math.MaxInt64, until: math.MaxInt64, surrender: math.MaxInt,
	}
}

// share is how many operations client i requests: a fixed number, so that neither a
// counter is shared nor the requests depend on who is faster.
func (r *Runner) share(i int) int64 {
	if r.opts.Ops == 0 {
		return math.MaxInt64
	}
	n := int64(r.opts.Clients)
	share := r.opts.Ops / n
	if int64(i) < r.opts.Ops%n {
		share++
	}
	return share
}

// end is the instant at which requests end.
func (r *Runner) end() int64 {
	if r.opts.Duration == 0 {
		return math.MaxInt64
	}
	return r.begun.Load() + int64(r.opts.Duration)
}

// thinking draws the pauses of client i, evenly around their mean.
func (r *Runner) thinking(i int) func() time.Duration {
	if r.opts.Think == 0 {
		return func() time.Duration { return 0 }
	}
	rng := newRand(r.opts.Seed, thinkStream+uint64(i))
	return func() time.Duration { return time.Duration(rng.Int64N(2 * int64(r.opts.Think))) }
}

// carry lets the clients work until all have ended or were abandoned for good.
func (r *Runner) carry(ctx context.Context, clients []*client, fail context.CancelCauseFunc) {
	var done sync.WaitGroup
	done.Add(len(clients))
	for _, c := range clients {
		// A context of its own, so that contexts of calls do not meet at one lock.
		clientCtx, cancel := context.WithCancel(ctx)
		defer cancel()
		c.ctx, c.done, c.last = clientCtx, &done, r.clock.now()
		go c.carry()
	}
	over := make(chan struct{})
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		r.watch(ctx, clients, fail, over)
	}()
	done.Wait()
	close(over)
	<-watching
}

// watch rescues clients from calls that do not return, and ends the run when nothing
// is recorded any more.
func (r *Runner) watch(ctx context.Context, clients []*client, fail context.CancelCauseFunc, over <-chan struct{}) {
	ticker := time.NewTicker(min(max(r.opts.Grace/8, time.Millisecond), 250*time.Millisecond))
	defer ticker.Stop()
	halted := int64(math.MaxInt64)
	for {
		select {
		case <-over:
			return
		case <-ticker.C:
		}
		if err := r.rec.Err(); err != nil {
			fail(fmt.Errorf("record the history: %w", err))
		}
		now := r.clock.now()
		if ctx.Err() != nil {
			halted = min(halted, now)
		}
		for _, c := range clients {
			c.rescue(r.latest(now, halted))
		}
	}
}

// latest is the instant before which a call's deadline has passed for too long, at
// the instant now. When the run has been halted, all deadlines have passed by then.
func (r *Runner) latest(now, halted int64) int64 {
	if now-int64(r.opts.Grace) >= halted {
		return math.MaxInt64
	}
	return now - int64(r.opts.Grace)
}

// readAll is the quiet phase. It reports whether every key was asked for.
func (r *Runner) readAll(ctx context.Context, keys []string, fail context.CancelCauseFunc) (bool, error) {
	n := r.opts.Clients
	readers := make([]*client, n)
	for i := range readers {
		part := keys[len(keys)*i/n : len(keys)*(i+1)/n]
		w, err := r.object.reader(ctx, n+i, part, i == 0)
		if err != nil {
			return false, fmt.Errorf("open client %d for the quiet phase: %w", n+i, err)
		}
		readers[i] = r.newClient(n+i, w, r.halt)
		readers[i].surrender = surrender
		// Nothing is broken any more: whoever is impatient now only misses something.
		readers[i].timeout = max(r.opts.Timeout, DefaultTimeout)
	}
	r.carry(ctx, readers, fail)
	return !slices.ContainsFunc(readers, func(c *client) bool { return !c.exhausted }), nil
}

// keysOf returns what the clients wrote, sorted.
func keysOf(clients []*client) []string {
	var keys []string
	for _, c := range clients {
		keys = append(keys, c.worker.written()...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
