package property

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// within runs do where the stores are: in a bubble in which time is virtual, or in real
// time. It returns the stacks of the goroutines that are left behind although all
// handles are closed; empty when there are none. Names are those of places, and differ.
func (p *property) within(name string, do func(t testing.TB)) (left string) {
	if p.options.RealTime {
		alone(p.t, name, do)
		left = leaked(name, p.grace)
		if left != "" {
			p.grace = shortGrace
		}
		return left
	}
	defer func() {
		// The bubble is done for, and what is left in it waits for ever.
		if stuck := recover(); stuck != nil {
			if !strings.HasPrefix(fmt.Sprint(stuck), "deadlock") {
				panic(stuck)
			}
			left = running(name)
		}
	}()
	synctest.Test(p.t, func(t *testing.T) { alone(t, name, do) })
	return ""
}

// alone runs do with a test of its own, whose goroutines are told apart from all others.
func alone(t testing.TB, name string, do func(t testing.TB)) {
	labelled(t.Context(), name, func() {
		ctx, cancel := context.WithCancel(t.Context())
		part := &part{TB: t, ctx: ctx, cancel: cancel}
		defer part.end()
		do(part)
	})
}

// A part of a test has a context and cleanups of its own.
type part struct {
	testing.TB
	ctx    context.Context
	cancel context.CancelFunc

	mu       sync.Mutex
	cleanups []func()
}

// Context implements [testing.TB].
func (p *part) Context() context.Context { return p.ctx }

// Cleanup implements [testing.TB].
func (p *part) Cleanup(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cleanups = append(p.cleanups, f)
}

// end does what the end of a test does.
func (p *part) end() {
	p.cancel()
	for f := p.last(); f != nil; f = p.last() {
		f()
	}
}

// last takes the cleanup that was added last; nil when there is none.
func (p *part) last() func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.cleanups) - 1
	if n < 0 {
		return nil
	}
	f := p.cleanups[n]
	p.cleanups = p.cleanups[:n]
	return f
}
