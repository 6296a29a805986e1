package faults

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"
)

// The longest that an injector may take for one step. One that takes longer has failed.
const (
	injectLimit = time.Minute
	healLimit   = 2 * time.Minute
	// stepGrace is how long one that ignores its context is waited for on top of that.
	stepGrace = 5 * time.Second
)

// errOvertime says that a step took all the time that it may take.
var errOvertime = errors.New("it did not come to an end")

// A Strike is a fault that comes about, and what has been seen of it.
type Strike struct {
	Fault Fault
	// Begin and End are when it was about to be injected and when it was healed; End
	// is zero when it was not healed.
	Begin, End time.Time
	// Effect is what was measured of it; "" when none was seen.
	Effect string
	// Err is why it could not be brought about, or not be healed; nil when it could.
	Err error
}

// Over reports whether nothing more will be known of it.
func (s Strike) Over() bool { return !s.End.IsZero() || s.Err != nil }

// A Nemesis carries out a plan on one target.
type Nemesis struct {
	agents []*agent
	note   func(Strike)
	alone  chan struct{} // held by what is [Kind.Alone]
	cancel context.CancelFunc
	ctx    context.Context
	done   sync.WaitGroup
}

// An agent carries out one fault of the plan.
type agent struct {
	fault    Fault
	kind     Kind
	injector Injector
	random   *rand.Rand
	trigger  *trigger // nil unless the fault waits for an operation

	// What could not be done of the last strike, nil when it could.
	failedInject, failedHeal error
	// The last strike: when it began, what was seen of it, and whether it is there.
	begin  time.Time
	effect string
	broken bool
}

// NewNemesis returns a Nemesis that carries out plan on target and calls note, which
// may be called by many goroutines at a time, with each strike: when it begins, when its
// effect is seen, and when it is over. All draws come from the target's seed, and those of
// one fault do not depend on the others.
func NewNemesis(plan Plan, target *Target, note func(Strike)) (*Nemesis, error) {
	n := newNemesis(note)
	same := map[string]uint64{}
	for _, f := range plan {
		kind, err := kindNamed(f.Kind)
		if err != nil {
			return nil, err
		}
		injector, err := kind.New(target, f)
		if err != nil {
			return nil, fmt.Errorf("fault %q: %w", f, err)
		}
		if f.For == 0 && !f.When.atOnce() && kind.Lasts != nil {
			f.For = kind.Lasts(target)
		}
		line := f.String()
		n.add(f, kind, injector, draws(target.Seed, line, same[line]))
		same[line]++
	}
	return n, nil
}

func newNemesis(note func(Strike)) *Nemesis {
	ctx, cancel := context.WithCancel(context.Background())
	return &Nemesis{note: note, alone: make(chan struct{}, 1), ctx: ctx, cancel: cancel}
}

// add adds a fault.
func (n *Nemesis) add(f Fault, kind Kind, injector Injector, random *rand.Rand) {
	a := &agent{fault: f, kind: kind, injector: injector, random: random}
	if f.When.At != (Operation{}) {
		a.trigger = newTrigger(f.When.At)
	}
	n.agents = append(n.agents, a)
}

// draws are those of the nth fault with the same line.
func draws(seed uint64, line string, nth uint64) *rand.Rand {
	label := fnv.New64a()
	label.Write([]byte(line)) // never fails
	return rand.New(rand.NewPCG(seed, label.Sum64()+nth))
}

// Begin injects what is to last all the time, and lets the others strike when their
// time comes: it counts from now. When something cannot be injected, the run cannot
// be carried out; Stop heals what was.
func (n *Nemesis) Begin(context.Context) error {
	for _, a := range n.agents {
		if !a.fault.When.atOnce() {
			continue
		}
		if n.inject(a); a.err() != nil {
			return a.err()
		}
	}
	for _, a := range n.agents {
		if !a.fault.When.atOnce() {
			n.done.Go(func() { n.carryOut(a) })
		}
	}
	return nil
}

// Stop ends the plan: it heals everything and waits for that. Its error says what
// could not be brought about or healed. It may be called more than once, and then
// heals what could not be healed before, unless that took all its time.
func (n *Nemesis) Stop() error {
	n.cancel()
	n.done.Wait()
	var errs []error
	for _, a := range n.agents {
		if a.broken {
			if !errors.Is(a.failedHeal, errOvertime) {
				a.heal()
			}
			n.note(a.strike())
		}
		errs = append(errs, a.err())
	}
	return errors.Join(errs...)
}

// carryOut lets one fault strike until its time is over. One that fails does not
// strike again.
func (n *Nemesis) carryOut(a *agent) {
	defer a.trigger.release()
	for a.await(n.ctx) && n.enter(a) {
		if !a.kind.First {
			a.trigger.release()
		}
		n.inject(a)
		a.trigger.release()
		if a.err() == nil {
			sleep(n.ctx, a.fault.For)
		}
		a.heal()
		n.leave(a)
		if !a.broken {
			n.note(a.strike())
		}
		if a.err() != nil || a.fault.When.Every == 0 {
			return
		}
	}
}

// enter waits until a may strike. It returns false when it may not any more.
func (n *Nemesis) enter(a *agent) bool {
	if a.kind.Alone {
		select {
		case n.alone <- struct{}{}:
		case <-n.ctx.Done():
			return false
		}
	}
	if n.ctx.Err() != nil {
		n.leave(a)
		return false
	}
	return true
}

func (n *Nemesis) leave(a *agent) {
	if a.kind.Alone {
		<-n.alone
	}
}

// await waits until it is time to strike. It returns false when that is never.
func (a *agent) await(ctx context.Context) bool {
	when := a.fault.When
	if a.trigger != nil {
		return a.trigger.await(ctx)
	}
	pause := time.Duration(0)
	if a.begin.IsZero() {
		pause = when.After
	}
	if when.Every > 0 {
		pause += time.Duration((0.5 + a.random.Float64()) * float64(when.Every))
	}
	return sleep(ctx, pause)
}

// inject begins a strike. One that has begun comes to its end, whatever ends meanwhile.
func (n *Nemesis) inject(a *agent) {
	a.begin, a.effect, a.broken = time.Now(), "", true
	n.note(a.strike())
	effect, err := bounded(injectLimit, func(ctx context.Context) (string, error) {
		return a.injector.Inject(ctx, a.random)
	})
	a.effect = effect
	a.failedInject = a.failure("bring it about", err)
	if effect != "" && err == nil {
		n.note(a.strike())
	}
}

func (a *agent) heal() {
	effect, err := bounded(healLimit, a.injector.Heal)
	if a.effect != "" && effect != "" {
		a.effect += "; "
	}
	a.effect += effect
	if a.broken = err != nil; a.broken {
		a.failedHeal = a.failure("heal it", err)
	}
}

// bounded makes a step of an injector, which ends even if the injector does not.
func bounded(limit time.Duration, step func(context.Context) (string, error)) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	type result struct {
		effect string
		err    error
	}
	done := make(chan result, 1)
	go func() {
		effect, err := step(ctx)
		done <- result{effect, err}
	}()
	select {
	case r := <-done:
		if r.err != nil && ctx.Err() != nil {
			r.err = fmt.Errorf("%w within %v: %w", errOvertime, limit, r.err)
		}
		return r.effect, r.err
	case <-time.After(limit + stepGrace):
		return "", fmt.Errorf("%w within %v: %w", errOvertime, limit, context.DeadlineExceeded)
	}
}

func (a *agent) failure(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("fault %q: %s: %w", a.fault, what, err)
}

// err says what could not be done; nil when all could.
func (a *agent) err() error { return errors.Join(a.failedInject, a.failedHeal) }

// strike tells of the last strike.
func (a *agent) strike() Strike {
	s := Strike{Fault: a.fault, Begin: a.begin, Effect: a.effect, Err: a.err()}
	if !a.broken {
		s.End = time.Now()
	}
	return s
}

// sleep waits for d, and returns false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
