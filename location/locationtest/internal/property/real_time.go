package property

import (
	"context"
	"sync"
	"testing"
	"time"
)

// patience bounds one run in real time.
const patience = 30 * time.Second

// repeats is how often a program that has failed in real time is run again.
const repeats = 10

// realTime runs a program up to so many times, until it fails.
func (p *property) realTime(program program, times int) *failure {
	for range times {
		if f := p.inRealTime(program); f != nil {
			return f
		}
	}
	return nil
}

// rate runs a program that failed again, to tell how often it does.
func (p *property) rate(f *failure) {
	f.attempts = repeats
	for range repeats {
		if p.inRealTime(f.program) != nil {
			f.repeated++
		}
	}
}

// inRealTime runs a program as the operating system likes it. It fails the test when
// goroutines are left behind.
func (p *property) inRealTime(program program) (f *failure) {
	r := p.newRun(program)
	labelled(p.t.Context(), r.place, func() {
		ctx, cancel := context.WithTimeout(p.t.Context(), patience)
		defer cancel()
		t := &cleaner{TB: p.t}
		defer t.clean()
		f = p.judge(r, r.carryOut(ctx, t, new(parallel)))
	})
	if stacks := leaked(r.place); stacks != "" {
		p.t.Fatalf("goroutines are left behind although all handles are closed:\n%s", stacks)
	}
	return f
}

// parallel is the operating system as a host.
type parallel struct {
	mu      sync.Mutex
	held    []func()
	begun   bool
	running sync.WaitGroup
}

// Go starts a task beside the others: all those that come before Run at once.
func (h *parallel) Go(body func(yield func())) {
	h.mu.Lock()
	defer h.mu.Unlock()
	start := func() { h.running.Go(func() { body(func() {}) }) }
	if h.begun {
		start()
		return
	}
	h.held = append(h.held, start)
}

// Run starts the tasks and waits for all of them.
func (h *parallel) Run() {
	h.mu.Lock()
	h.begun = true
	for _, start := range h.held {
		start()
	}
	h.mu.Unlock()
	h.running.Wait()
}

// A cleaner is a test whose cleanups come at the end of one run.
type cleaner struct {
	testing.TB
	cleanups []func()
}

// Cleanup implements [testing.TB].
func (c *cleaner) Cleanup(f func()) { c.cleanups = append(c.cleanups, f) }

func (c *cleaner) clean() {
	for i := len(c.cleanups) - 1; i >= 0; i-- {
		c.cleanups[i]()
	}
}
