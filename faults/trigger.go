package faults

import (
	"context"
	"sync"
	"sync/atomic"
)

// A Watch is told of each operation that a client is about to send, in the client's
// goroutine. The call belongs to the operation: it has begun.
type Watch func(ctx context.Context, client, process int, operation string)

// A trigger waits for one operation.
type trigger struct {
	at      Operation
	count   atomic.Int64
	reached chan struct{} // closed when the operation is there
	there   chan struct{} // closed when the operation may go on
	once    sync.Once
}

func newTrigger(at Operation) *trigger {
	return &trigger{at: at, reached: make(chan struct{}), there: make(chan struct{})}
}

// await returns true when the operation is there, once, and false when it will not come.
func (t *trigger) await(ctx context.Context) bool {
	select {
	case <-t.reached:
		return true
	case <-ctx.Done():
		return false
	}
}

// release lets the operation go on that waits for the fault. It does nothing to nil.
func (t *trigger) release() {
	if t != nil {
		t.once.Do(func() { close(t.there) })
	}
}

// counts reports whether an operation is the one.
func (t *trigger) counts(client, process int, operation string) bool {
	switch {
	case operation != t.at.Name,
		t.at.Whose == "client" && client != t.at.Number,
		t.at.Whose == "process" && process != t.at.Number:
		return false
	}
	return t.count.Add(1) == int64(t.at.Nth)
}

// Watch returns what the run has to tell of its operations, nil when no fault waits
// for any.
func (n *Nemesis) Watch() Watch {
	var waiting []*agent
	for _, a := range n.agents {
		if a.trigger != nil {
			waiting = append(waiting, a)
		}
	}
	if len(waiting) == 0 {
		return nil
	}
	return func(ctx context.Context, client, process int, operation string) {
		for _, a := range waiting {
			if a.trigger.counts(client, process, operation) {
				close(a.trigger.reached)
				a.hold(ctx)
			}
		}
	}
}

// hold makes the operation wait until the fault is there, or about to come.
func (a *agent) hold(ctx context.Context) {
	select {
	case <-a.trigger.there:
	case <-ctx.Done():
	}
}
