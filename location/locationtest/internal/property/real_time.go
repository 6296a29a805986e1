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

// inRealTime runs a program as the operating system likes it.
func (p *property) inRealTime(program program) *failure {
	r := p.newRun(program)
	left := p.within(r.place, func(t testing.TB) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		r.carryOut(ctx, t, new(parallel))
	})
	return p.judge(r, left)
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
func (h *parallel) Run() (ended bool) {
	h.mu.Lock()
	h.begun = true
	for _, start := range h.held {
		start()
	}
	h.mu.Unlock()
	h.running.Wait()
	return true
}
