// Package schedule runs tasks one at a time and decides at each of their yield points
// who goes on, so that the same decisions give the same run.
//
// It works inside a bubble of testing/synctest: a task that waits for something else
// than its turn, a timer or another task, is noticed, and the others go on without it.
// Between the instant at which it wakes up and its next yield point it runs beside
// whoever woke it; nothing else ever runs beside another.
package schedule

import (
	"sync"
	"testing/synctest"
	"time"
)

// patience is how long, in virtual time, all tasks may wait for something else than
// their turn before the run counts as stalled, and then before it is given up.
const patience = time.Hour

// A Strategy decides who goes on. It may have a memory: it serves one run.
type Strategy interface {
	// Next returns the index in ready of the task that goes on. Ready has the numbers of
	// two tasks or more, ascending, except that the task that has just run comes first if
	// it can go on; running says whether it can.
	Next(ready []int, running bool) int
}

// A Scheduler runs tasks. All of it belongs in one bubble.
type Scheduler struct {
	strategy Strategy
	stalled  func()
	// progress passes on that a task that was stuck has come to a yield point or its end.
	progress chan struct{}

	mu      sync.Mutex
	tasks   []*task
	running *task // nil when nobody's turn it is
	live    int
	loose   bool // nobody waits for a turn any more
	givenUp bool
	ready   []int
}

// A task is in one of these states.
const (
	waiting = iota // for its turn
	busy           // it is its turn
	stuck          // it waits for something else
	ended
)

type task struct {
	number int
	state  int
	turn   chan struct{}
}

// New returns a Scheduler. It calls stalled when no task can go on any more: stalled
// should release them. They are not held back at yield points from then on.
func New(strategy Strategy, stalled func()) *Scheduler {
	return &Scheduler{strategy: strategy, stalled: stalled, progress: make(chan struct{}, 1)}
}

// Go adds a task, numbered from 0 on, which begins when its turn comes. It is called
// before Run or by a task. The task calls yield at its yield points.
func (s *Scheduler) Go(body func(yield func())) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &task{number: len(s.tasks), turn: make(chan struct{}, 1)}
	s.tasks = append(s.tasks, t)
	s.live++
	loose := s.loose
	go func() {
		if !loose {
			<-t.turn
		}
		defer s.end(t)
		body(func() { s.yield(t) })
	}()
}

// Run runs all tasks to their end. Ended is false when some never come to it, although
// they were released.
func (s *Scheduler) Run() (ended bool) {
	for s.dispatch() {
		synctest.Wait()
		if s.demote() {
			// No two tasks begin to wait at the same instant, lest they wake up at the same
			// one and race.
			time.Sleep(time.Nanosecond)
			synctest.Wait()
		}
	}
	return !s.givenUp
}

// demote takes the turn from a task that waits for something else.
func (s *Scheduler) demote() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil {
		return false
	}
	s.running.state, s.running = stuck, nil
	return true
}

// dispatch gives somebody the turn, and waits until somebody can be given it. It
// returns false when all tasks have ended or are given up.
func (s *Scheduler) dispatch() bool {
	s.mu.Lock()
	next, live := s.pick(nil), s.live
	s.mu.Unlock()
	switch {
	case next != nil:
		next.turn <- struct{}{}
	case live == 0:
		return false
	default:
		s.wait()
	}
	return !s.givenUp
}

// wait waits for progress of tasks that are all stuck. It releases them when there is
// none, and gives them up when there is none then.
func (s *Scheduler) wait() {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-s.progress:
	case <-timer.C:
		if s.loose {
			s.givenUp = true
			return
		}
		s.mu.Lock()
		s.loose = true
		s.mu.Unlock()
		s.stalled()
	}
}

// yield ends t's turn and waits for its next one.
func (s *Scheduler) yield(t *task) {
	s.mu.Lock()
	if s.loose {
		s.mu.Unlock()
		return
	}
	t.state = waiting
	if !s.pass(t) {
		<-t.turn
	}
}

func (s *Scheduler) end(t *task) {
	s.mu.Lock()
	t.state = ended
	s.live--
	s.pass(t)
}

// pass passes the turn on if it is t's, and unlocks. It reports whether t has the next one,
// too.
func (s *Scheduler) pass(t *task) (again bool) {
	mine := s.running == t
	var next *task
	if mine {
		next = s.pick(t)
	}
	s.mu.Unlock()
	switch {
	case next == t:
		return true
	case next != nil:
		next.turn <- struct{}{}
	case !mine:
		select {
		case s.progress <- struct{}{}:
		default:
		}
	}
	return false
}

// pick chooses who runs after the task last, and gives it the turn; nil when all wait
// for something else.
func (s *Scheduler) pick(last *task) *task {
	s.running, s.ready = nil, s.ready[:0]
	goesOn := last != nil && last.state == waiting
	if goesOn {
		s.ready = append(s.ready, last.number)
	}
	for _, t := range s.tasks {
		if t.state == waiting && t != last {
			s.ready = append(s.ready, t.number)
		}
	}
	switch len(s.ready) {
	case 0:
		return nil
	case 1:
		s.running = s.tasks[s.ready[0]]
	default:
		s.running = s.tasks[s.ready[s.strategy.Next(s.ready, goesOn)]]
	}
	s.running.state = busy
	return s.running
}
