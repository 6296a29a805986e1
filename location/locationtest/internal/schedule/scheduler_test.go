package schedule

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// letters runs a task per name that writes the name's letters, one at a time.
func letters(t *testing.T, strategy Strategy, names ...string) string {
	var b strings.Builder
	synctest.Test(t, func(t *testing.T) {
		s := New(strategy, func() { t.Error("stalled") })
		for _, name := range names {
			s.Go(func(yield func()) {
				for i, letter := range name {
					if i > 0 {
						yield()
					}
					b.WriteRune(letter)
				}
			})
		}
		s.Run()
	})
	return b.String()
}

func TestStrategiesDecideWhoGoesOn(t *testing.T) {
	for _, test := range []struct {
		strategy Strategy
		want     string
	}{
		{&Replay{}, "abcABC"},
		{&Replay{Decisions: []int{0, 1, 1, 1, 1, 1}}, "aAbBcC"},
		{&Replay{Decisions: []int{3, 0, 1}}, "ABabcC"},
		{&Preemptions{}, "abcABC"},
		{&Preemptions{List: []Preemption{{Step: 2}}}, "abABCc"},
		{&PCT{Priorities: []int{2, 1}}, "abcABC"},
		{&PCT{Priorities: []int{1, 2}, Changes: []int{2}}, "ABabcC"},
		{&PCT{Priorities: []int{1, 2}, Changes: []int{2, 3}}, "ABaCbc"},
	} {
		if got := letters(t, test.strategy, "abc", "ABC"); got != test.want {
			t.Errorf("%T: %s, want %s", test.strategy, got, test.want)
		}
	}
}

func TestARandomWalkIsTheSameForTheSameSeedAndCanBeReplayed(t *testing.T) {
	walk := func(seed uint64) Strategy { return Random{rand.New(rand.NewPCG(seed, 0))} }
	distinct := map[string]bool{}
	for seed := range uint64(20) {
		want := letters(t, walk(seed), "abc", "ABC")
		distinct[want] = true
		if got := letters(t, walk(seed), "abc", "ABC"); got != want {
			t.Errorf("seed %d: %s and %s", seed, want, got)
		}
		r := &Recorder{Strategy: walk(seed)}
		letters(t, r, "abc", "ABC")
		if got := letters(t, &Replay{Decisions: r.Decisions}, "abc", "ABC"); got != want || len(r.Tasks) != len(r.Decisions) {
			t.Errorf("seed %d: %s replays as %s", seed, want, got)
		}
	}
	if len(distinct) < 8 { // of 20 that there are
		t.Errorf("%d distinct walks", len(distinct))
	}
}

func TestTheExplorerTriesEachInterleavingOnce(t *testing.T) {
	for _, test := range []struct {
		names []string
		want  int // multinomial coefficients
	}{{[]string{"ab", "AB"}, 6}, {[]string{"abc", "ABC"}, 20}, {[]string{"ab", "AB", "xy"}, 90}} {
		seen := map[string]bool{}
		e := new(Explorer)
		for e.Another() {
			got := letters(t, e, test.names...)
			if seen[got] {
				t.Errorf("%s twice", got)
			}
			seen[got] = true
		}
		if len(seen) != test.want || e.Runs() != test.want {
			t.Errorf("%v: %d interleavings in %d runs, want %d", test.names, len(seen), e.Runs(), test.want)
		}
	}
}

func TestTasksThatSleepWakeUpInTheOrderOfTheirSleep(t *testing.T) {
	for range 20 {
		var mu sync.Mutex // virtual time orders the tasks, but the race detector does not know
		var b strings.Builder
		write := func(i int) {
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprint(&b, i)
		}
		synctest.Test(t, func(t *testing.T) {
			s := New(new(Replay), func() { t.Error("stalled") })
			start := time.Now()
			for i := range 5 {
				s.Go(func(yield func()) {
					time.Sleep(time.Millisecond)
					yield()
					write(i)
					time.Sleep(time.Millisecond)
					write(i)
				})
			}
			s.Run()
			if took := time.Since(start); took > 3*time.Millisecond {
				t.Errorf("they took %v, one after the other", took)
			}
		})
		if got := b.String(); got != "0123401234" {
			t.Fatal(got)
		}
	}
}

func TestATaskThatWaitsForAnotherLetsItGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(new(Replay), func() { t.Error("stalled") })
		gate := make(chan struct{})
		var order []string
		s.Go(func(yield func()) {
			<-gate
			yield()
			order = append(order, "first")
		})
		s.Go(func(yield func()) {
			close(gate)
			yield()
			order = append(order, "second")
		})
		s.Run()
		if !reflect.DeepEqual(order, []string{"second", "first"}) {
			t.Error(order)
		}
	})
}

func TestARunThatCannotGoOnIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		s := New(new(Replay), sync.OnceFunc(func() { close(gate) }))
		for range 2 {
			s.Go(func(yield func()) {
				<-gate
				yield()
			})
		}
		if !s.Run() {
			t.Error("it did not end")
		}
	})
}

func TestATaskThatWaitsForEverIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stalled, gate := 0, make(chan struct{})
		defer close(gate)
		s := New(new(Replay), func() { stalled++ })
		s.Go(func(func()) { <-gate })
		s.Go(func(yield func()) { yield() })
		if s.Run() || stalled != 1 {
			t.Errorf("it ended, or was released %d times", stalled)
		}
	})
}

func TestATaskMayAddAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(&Replay{Decisions: []int{1}}, func() { t.Error("stalled") })
		var order []int
		s.Go(func(yield func()) {
			s.Go(func(func()) { order = append(order, 2) })
			yield()
			order = append(order, 1)
		})
		s.Run()
		if !reflect.DeepEqual(order, []int{2, 1}) {
			t.Error(order)
		}
	})
}
