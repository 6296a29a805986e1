package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A toy is an injector that notes what becomes of it.
type toy struct {
	mu     sync.Mutex
	events []string
	start  time.Time
	broken bool

	injects, heals int // so far
	breakFails     bool
	healFails      int // so often
	slow, healSlow time.Duration
	deaf           bool // healing goes on when its context ends
}

func (y *toy) note(event string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.events = append(y.events, fmt.Sprintf("%v %s", time.Since(y.start), event))
}

func (y *toy) Inject(ctx context.Context, random *rand.Rand) (string, error) {
	y.injects++
	y.broken = true
	y.note(fmt.Sprintf("broken %d", random.IntN(1000)))
	sleep(ctx, y.slow)
	if y.breakFails {
		return "", errors.New("too hard")
	}
	return "seen", nil
}

func (y *toy) Heal(ctx context.Context) (string, error) {
	y.heals++
	if y.deaf {
		ctx = context.WithoutCancel(ctx)
	}
	if sleep(ctx, y.healSlow); ctx.Err() != nil {
		return "", ctx.Err()
	}
	if y.heals <= y.healFails {
		return "", errors.New("stuck")
	}
	y.broken = false
	y.note("healed")
	return fmt.Sprint(y.injects), nil
}

// A stage is a Nemesis with toys.
type stage struct {
	*Nemesis
	mu      sync.Mutex
	strikes []Strike // those that are over
	begun   []Strike // what was told of them before
}

func newStage() *stage {
	s := &stage{}
	s.Nemesis = newNemesis(func(strike Strike) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if strike.Over() {
			s.strikes = append(s.strikes, strike)
		} else {
			s.begun = append(s.begun, strike)
		}
	})
	return s
}

func (s *stage) told() []Strike {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.begun)
}

// plays adds a toy that follows the line of a plan.
func (s *stage) plays(t *testing.T, seed uint64, line string, kind Kind, y *toy) *toy {
	t.Helper()
	kind.Name, kind.Settings = "toy", nil
	w := &words{left: strings.Fields(line)}
	f := Fault{Kind: "toy"}
	for len(w.left) > 0 {
		w.clause(&f)
	}
	if w.err != nil {
		t.Fatal(w.err)
	}
	y.start = time.Now()
	s.add(f, kind, y, draws(seed, f.String(), 0))
	return y
}

func (s *stage) begin(t *testing.T) {
	t.Helper()
	if err := s.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (s *stage) stop(t *testing.T) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

func TestWhatLastsAllTheTimeIsThereFromTheBeginningToTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		y := s.plays(t, 1, "", Kind{}, &toy{})
		s.begin(t)
		if !y.broken {
			t.Error("the run begins without it")
		}
		time.Sleep(time.Hour)
		if len(s.strikes) > 0 {
			t.Error("it is over")
		}
		s.stop(t)
		s.stop(t)
		if y.broken || y.heals != 1 || len(s.strikes) != 1 || s.strikes[0].End.Sub(s.strikes[0].Begin) != time.Hour || s.strikes[0].Effect != "seen; 1" {
			t.Errorf("%+v, %+v", y, s.strikes)
		}
	})
}

func TestOfAFaultIsToldWhenItBeginsAndWhenItsEffectIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		y := s.plays(t, 1, "after 3s for 1h", Kind{}, &toy{slow: 2 * time.Second})
		s.begin(t)
		defer s.stop(t)
		for i, effect := range []string{"", "seen"} {
			time.Sleep(4 * time.Second) // while it comes, and when it is there
			if told := s.told(); len(told) != i+1 || told[i].Begin.Sub(y.start) != 3*time.Second || told[i].Effect != effect {
				t.Errorf("told is %+v", told)
			}
		}
	})
}

func TestAFaultComesAfterItsTimeOnceAndLastsAsLongAsItSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		y := s.plays(t, 1, "after 3s for 2s", Kind{}, &toy{})
		s.begin(t)
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(s.strikes) != 1 || s.strikes[0].Begin.Sub(y.start) != 3*time.Second || s.strikes[0].End.Sub(y.start) != 5*time.Second {
			t.Errorf("%+v", s.strikes)
		}
		s.stop(t)
	})
}

// pauses returns how long the pauses before n strikes are.
func pauses(t *testing.T, seed uint64, n int) (all []time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		y := s.plays(t, seed, "every 1s for 100ms", Kind{}, &toy{})
		s.begin(t)
		for {
			time.Sleep(time.Second)
			s.mu.Lock()
			enough := len(s.strikes) >= n
			s.mu.Unlock()
			if enough {
				break
			}
		}
		s.stop(t)
		last := y.start
		for _, strike := range s.strikes[:n] {
			all = append(all, strike.Begin.Sub(last))
			last = strike.End
		}
	})
	return all
}

func TestAPeriodIsDrawnFromTheSeed(t *testing.T) {
	const n = 50
	first := pauses(t, 1, n)
	for _, pause := range first {
		if pause < time.Second/2 || pause > 3*time.Second/2 {
			t.Errorf("a pause of %v", pause)
		}
	}
	if !slices.Equal(pauses(t, 1, n), first) {
		t.Error("the same seed gives other pauses")
	}
	if slices.Equal(pauses(t, 2, n), first) {
		t.Error("another seed gives the same pauses")
	}
}

func TestTheDrawsOfAFaultDoNotDependOnTheOthers(t *testing.T) {
	events := func(others ...string) (all []string) {
		synctest.Test(t, func(t *testing.T) {
			s := newStage()
			for _, line := range others {
				s.plays(t, 1, line, Kind{}, &toy{})
			}
			y := s.plays(t, 1, "every 1s for 10ms", Kind{}, &toy{})
			s.begin(t)
			time.Sleep(time.Minute)
			s.stop(t)
			all = y.events
		})
		return all
	}
	if alone, crowd := events(), events("every 2s for 1s", "after 5s"); !slices.Equal(alone, crowd) {
		t.Errorf("alone %v, with others %v", alone, crowd)
	}
}

func TestEachLineOfAPlanHasDrawsOfItsOwn(t *testing.T) {
	draws := func(seed uint64, lines string) (all []uint64) {
		t.Helper()
		plan, err := Read(lines)
		if err != nil {
			t.Fatal(err)
		}
		n, err := NewNemesis(plan, &Target{Seed: seed}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range n.agents {
			all = append(all, a.random.Uint64())
		}
		return all
	}
	const one, two, again = "unreliable every 1s\n", "unreliable every 2s\n", "unreliable every 1s"
	all := draws(1, one+two+again)
	if all[0] == all[1] || all[0] == all[2] || all[1] == all[2] {
		t.Errorf("lines share draws: %v", all)
	}
	if without := draws(1, one+again); without[0] != all[0] || without[1] != all[2] {
		t.Errorf("without a line the others draw %v, with it %v", without, all)
	}
	if other := draws(2, one); other[0] == all[0] {
		t.Error("the seed does not decide")
	}
}

func TestAnEndInTheMiddleOfAStrikeHealsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		y := s.plays(t, 1, "after 1s for 1h", Kind{}, &toy{})
		s.begin(t)
		time.Sleep(2 * time.Second)
		s.stop(t)
		if y.broken || len(s.strikes) != 1 || s.strikes[0].End.Sub(y.start) != 2*time.Second {
			t.Errorf("%+v, %+v", y, s.strikes)
		}
	})
}

func TestFaultsThatAreAloneNeverMeet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		for range 3 {
			s.plays(t, 1, "every 1s for 1s", Kind{Alone: true}, &toy{})
		}
		s.begin(t)
		time.Sleep(time.Minute)
		s.stop(t)
		slices.SortFunc(s.strikes, func(a, b Strike) int { return a.Begin.Compare(b.Begin) })
		for i := range s.strikes[1:] {
			if s.strikes[i+1].Begin.Before(s.strikes[i].End) {
				t.Fatalf("strike %d begins before strike %d is over", i+1, i)
			}
		}
		if len(s.strikes) < 20 {
			t.Errorf("%d strikes", len(s.strikes))
		}
	})
}

func TestAFaultThatFailsIsHealedAndNotTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		y := s.plays(t, 1, "every 1s", Kind{}, &toy{breakFails: true})
		s.begin(t)
		time.Sleep(time.Minute)
		err := s.Stop()
		if y.injects != 1 || y.broken || err == nil || !strings.Contains(err.Error(), `fault "toy every 1s": bring it about: too hard`) {
			t.Errorf("%+v, %v", y, err)
		}
	})
}

func TestAFaultThatCannotBeginEndsTheRunBeforeItsFirstRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		y := s.plays(t, 1, "", Kind{}, &toy{breakFails: true})
		if err := s.Begin(t.Context()); err == nil {
			t.Error("it begins")
		}
		if s.Stop() == nil || y.broken {
			t.Error("it is not healed")
		}
	})
}

func TestWhatCouldNotBeHealedIsHealedAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		y := s.plays(t, 1, "after 1s", Kind{}, &toy{healFails: 1})
		s.begin(t)
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(s.strikes) > 0 || !y.broken {
			t.Errorf("it is over: %+v", s.strikes)
		}
		if err := s.Stop(); err == nil || y.broken || len(s.strikes) != 1 || s.strikes[0].End.IsZero() {
			t.Errorf("%v, %+v, %+v", err, y, s.strikes)
		}
	})
}

func TestWhatIsNeverHealedSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		s.plays(t, 1, "after 1s", Kind{}, &toy{healFails: 9})
		s.begin(t)
		time.Sleep(time.Minute)
		if err := s.Stop(); err == nil || len(s.strikes) != 1 || !s.strikes[0].End.IsZero() {
			t.Errorf("%v, %+v", err, s.strikes)
		}
	})
}

func TestWhatTookAllItsTimeToHealIsNotWaitedForAgain(t *testing.T) {
	for name, y := range map[string]*toy{
		"it hears that its time is over": {healSlow: time.Hour},
		"it does not":                    {healSlow: time.Hour, deaf: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage()
				s.plays(t, 1, "after 1s", Kind{}, y)
				s.begin(t)
				time.Sleep(2 * time.Second)
				for range 2 {
					if err := s.Stop(); err == nil || !strings.Contains(err.Error(), "heal it: it did not come to an end within 2m0s: ") {
						t.Error(err)
					}
				}
				waited := time.Since(y.start)
				time.Sleep(time.Hour) // until the deaf one comes back
				synctest.Wait()
				if waited > time.Second+healLimit+stepGrace || y.heals != 1 {
					t.Errorf("tried %d times, for %v", y.heals, waited)
				}
				if len(s.strikes) == 0 || !s.strikes[0].End.IsZero() {
					t.Errorf("told is %+v", s.strikes)
				}
			})
		})
	}
}

// deaf is an injector that does not come back.
type deaf struct{ forever chan struct{} }

func (d deaf) Inject(context.Context, *rand.Rand) (string, error) { <-d.forever; return "", nil }
func (d deaf) Heal(context.Context) (string, error)               { return "", nil }

func TestAnInjectorThatIgnoresItsContextDoesNotKeepTheRunFromEnding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		d := deaf{make(chan struct{})}
		s.add(Fault{Kind: "toy", When: When{After: time.Second}}, Kind{}, d, nil)
		s.begin(t)
		time.Sleep(2 * time.Second)
		if err := s.Stop(); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		close(d.forever)
	})
}

func TestAFaultComesAtItsOperation(t *testing.T) {
	for line, want := range map[string]int{ // the operation at which it comes
		"at set 2":              3,
		"at set 2 of process 3": 4,
		"at set 3 of client 3":  6,
		"at get 1":              2,
	} {
		t.Run(line, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage()
				y := s.plays(t, 1, line+" for 1s", Kind{First: true}, &toy{slow: time.Millisecond})
				s.begin(t)
				watch := s.Watch()
				for i, op := range []struct {
					client, process int
					name            string
				}{{3, 3, "set"}, {1, 1, "get"}, {4, 4, "set"}, {3, 3, "set"}, {2, 2, "set"}, {3, 13, "set"}, {3, 13, "set"}, {1, 1, "get"}} {
					watch(t.Context(), op.client, op.process, op.name)
					if struck := y.injects > 0; struck != (i+1 >= want) {
						t.Errorf("struck at operation %d: %v", i+1, struck)
					}
				}
				time.Sleep(time.Minute)
				s.stop(t)
				if y.injects != 1 {
					t.Errorf("%d strikes", y.injects)
				}
			})
		})
	}
}

func TestAnOperationWaitsForAFaultOnlyAsLongAsItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		s.plays(t, 1, "at set 1", Kind{First: true}, &toy{slow: time.Hour})
		s.plays(t, 1, "at get 1", Kind{}, &toy{slow: time.Hour})
		s.begin(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		s.Watch()(ctx, 0, 0, "get")
		if waited := time.Since(begun); waited > 0 {
			t.Errorf("waited %v for a fault that comes at the same time", waited)
		}
		s.Watch()(ctx, 0, 0, "set")
		if waited := time.Since(begun); waited != time.Second {
			t.Errorf("waited %v", waited)
		}
		s.Stop() // an hour is too long
	})
}

func TestNobodyWatchesWhenNoFaultWaitsForAnOperation(t *testing.T) {
	s := newStage()
	s.plays(t, 1, "every 1s", Kind{}, &toy{})
	if s.Watch() != nil {
		t.Error("somebody watches")
	}
}
