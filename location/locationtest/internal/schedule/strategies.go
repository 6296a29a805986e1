package schedule

import (
	"math/rand/v2"
	"slices"
)

// Random is a random walk: each decision is drawn uniformly.
type Random struct{ Rand *rand.Rand }

// Next implements [Strategy].
func (r Random) Next(ready []int, _ bool) int { return r.Rand.IntN(len(ready)) }

// Replay takes the decisions one after the other: each is an index among those who are
// ready. After the last one whoever runs goes on.
type Replay struct {
	Decisions []int
	step      int
}

// Next implements [Strategy].
func (r *Replay) Next(ready []int, _ bool) int {
	if r.step == len(r.Decisions) {
		return 0
	}
	r.step++
	return r.Decisions[r.step-1] % len(ready)
}

// A Recorder takes the decisions of another strategy and notes them down for [Replay].
type Recorder struct {
	Strategy
	Decisions []int
	Tasks     []int // who went on
}

// Record begins anew with another strategy, and returns r.
func (r *Recorder) Record(s Strategy) *Recorder {
	r.Strategy, r.Decisions, r.Tasks = s, r.Decisions[:0], r.Tasks[:0]
	return r
}

// Next implements [Strategy].
func (r *Recorder) Next(ready []int, running bool) int {
	next := r.Strategy.Next(ready, running)
	r.Decisions, r.Tasks = append(r.Decisions, next), append(r.Tasks, ready[next])
	return next
}

// A Preemption takes the turn from a task that could go on.
type Preemption struct {
	Step int // at which decision, from 0 on
	To   int // which of the others goes on
}

// Preemptions switches from a task that can go on at a few steps only (iterative context
// bounding: Musuvathi and Qadeer, PLDI 2007).
type Preemptions struct {
	List []Preemption
	step int
}

// Next implements [Strategy].
func (p *Preemptions) Next(ready []int, running bool) int {
	step := p.step
	p.step++
	for _, at := range p.List {
		if at.Step != step {
			continue
		}
		if running {
			return 1 + at.To%(len(ready)-1)
		}
		return at.To % len(ready)
	}
	return 0
}

// PCT is probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and
// Nagarakatti, ASPLOS 2010): the ready task of the highest priority runs, and at each
// change point the one that runs becomes the lowest so far. With priorities in random
// order and d−1 change points drawn uniformly from k steps, a bug of depth d in a program
// of n tasks is found with a probability of at least 1/(n·k^(d−1)).
type PCT struct {
	Priorities []int // by task; a task that is added later has the one of its number
	Changes    []int // at which steps
	step       int
	demoted    []int // tasks, the lowest last
}

// Next implements [Strategy].
func (p *PCT) Next(ready []int, running bool) int {
	if running && slices.Contains(p.Changes, p.step) {
		p.demoted = append(p.demoted, ready[0])
	}
	p.step++
	best := 0
	for i := range ready {
		if p.priority(ready[i]) > p.priority(ready[best]) {
			best = i
		}
	}
	return best
}

func (p *PCT) priority(task int) int {
	for i := len(p.demoted) - 1; i >= 0; i-- {
		if p.demoted[i] == task {
			return -1 - i
		}
	}
	if task < len(p.Priorities) {
		return p.Priorities[task]
	}
	return task
}
