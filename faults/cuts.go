package faults

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// CutsName names the fault [Cuts].
	CutsName = "cut-connections"
	// DefaultCutInterval is the mean time between two cuts when none is named.
	DefaultCutInterval = 200 * time.Millisecond
)

// Cuts cut off all clients again and again, in the middle of what they are doing.
type Cuts struct {
	stop    context.CancelFunc
	stopped sync.WaitGroup
	err     error
}

// StartCuts calls cut until Stop is called, at intervals of half to one and a half of
// every, which are drawn from seed. A cut that fails is the last one.
func StartCuts(seed uint64, every time.Duration, cut func(context.Context) error) *Cuts {
	ctx, stop := context.WithCancel(context.Background())
	c := &Cuts{stop: stop}
	random := rand.New(rand.NewPCG(seed, cutStream))
	c.stopped.Go(func() {
		for c.err == nil && sleep(ctx, time.Duration((0.5+random.Float64())*float64(every))) {
			// One that has begun comes to its end.
			c.err = cut(context.WithoutCancel(ctx))
		}
	})
	return c
}

// cutStream keeps the draws of cuts apart from others of the same seed.
const cutStream = 0x63757473 // "cuts"

// sleep waits for d, and returns false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Stop ends the cuts, waits for the one under way, and returns why a cut failed. It may
// be called more than once, and on nil, which never cuts.
func (c *Cuts) Stop() error {
	if c == nil {
		return nil
	}
	c.stop()
	c.stopped.Wait()
	return c.err
}
