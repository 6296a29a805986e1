package unreliable

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// A late holds the effects that land after their error was returned. Its lock is taken
// for those alone.
type late struct {
	// next passes on that an operation came. Nobody receives unless an effect waits for
	// that, and offering it costs nothing then.
	next chan struct{}

	mu      sync.Mutex
	pending int
	land    chan struct{} // closed by a drain: whatever waits lands now
	idle    chan struct{} // closed when nothing is pending
}

func newLate() *late {
	l := &late{next: make(chan struct{}), land: make(chan struct{}), idle: make(chan struct{})}
	close(l.idle)
	return l
}

// came tells one effect that waits for it that an operation came.
func (l *late) came() {
	select {
	case l.next <- struct{}{}:
	default:
	}
}

// start lets effect land when f says, in the background.
func (l *late) start(f fate, effect func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pending == 0 {
		l.idle = make(chan struct{})
	}
	l.pending++
	go l.run(f, l.land, effect)
}

func (l *late) run(f fate, land <-chan struct{}, effect func()) {
	timer := time.NewTimer(f.lateBy)
	defer timer.Stop()
	var next <-chan struct{}
	if f.onNext {
		next = l.next
	}
	select {
	case <-timer.C:
	case <-next:
	case <-land:
	}
	effect()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pending--; l.pending == 0 {
		close(l.idle)
	}
}

func (l *late) drain(ctx context.Context) error {
	l.mu.Lock()
	close(l.land)
	l.land = make(chan struct{})
	idle := l.idle
	l.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for late effects to land: %w", ctx.Err())
	}
}
