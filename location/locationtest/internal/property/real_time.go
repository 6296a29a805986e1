package property

import (
	"context"
	"sync"
	"testing"
	"time"
)

// patience bounds one run in real time.
const patience = 30 * time.Second

// tryInRealTime runs a program several times when it has a reason to.
func (p *property) tryInRealTime(c testCase) *failure {
	const again = 10
	first := p.inRealTime(c.program)
	for i := 1; first == nil && p.failed != nil && i < again; i++ {
		first = p.inRealTime(c.program)
	}
	if first == nil {
		return nil
	}
	first.attempts = again
	for range again {
		if p.inRealTime(c.program) != nil {
			first.repeated++
		}
	}
	return first
}

// inRealTime runs a program as the operating system likes it.
func (p *property) inRealTime(program program) (f *failure) {
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	t := &cleaner{TB: p.t}
	defer t.clean()
	r := p.newRun(program)
	return p.judge(program, r, r.carryOut(ctx, t, new(parallel), program))
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
