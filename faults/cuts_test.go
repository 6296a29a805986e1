package faults

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// instants returns when the first n cuts come.
func instants(t *testing.T, seed uint64, n int) (all []time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		start, enough := time.Now(), make(chan struct{})
		cuts := StartCuts(seed, time.Second, func(context.Context) error {
			if all = append(all, time.Since(start)); len(all) == n {
				close(enough)
			}
			return nil
		})
		<-enough
		if err := cuts.Stop(); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute) // of the bubble: nothing comes any more
	})
	return all
}

func TestCutsComeAtIntervalsThatTheSeedDecides(t *testing.T) {
	const n = 100
	first := instants(t, 1, n)
	if len(first) != n {
		t.Errorf("%d cuts, %d of them after the stop", len(first), len(first)-n)
	}
	last := time.Duration(0)
	for _, at := range first {
		if pause := at - last; pause < time.Second/2 || pause > 3*time.Second/2 {
			t.Errorf("a pause of %v", pause)
		}
		last = at
	}
	if !slices.Equal(instants(t, 1, n), first) {
		t.Error("the same seed gives other instants")
	}
	if slices.Equal(instants(t, 2, n), first) {
		t.Error("another seed gives the same instants")
	}
}

func TestACutThatFailsIsTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken, n := errors.New("broken"), 0
		cuts := StartCuts(1, time.Second, func(context.Context) error { n++; return broken })
		time.Sleep(time.Minute) // of the bubble
		for range 2 {
			if err := cuts.Stop(); !errors.Is(err, broken) {
				t.Errorf("Stop = %v", err)
			}
		}
		if n != 1 {
			t.Errorf("%d cuts", n)
		}
	})
}

func TestNoCutsCanBeStopped(t *testing.T) {
	var none *Cuts
	if err := none.Stop(); err != nil {
		t.Error(err)
	}
}
