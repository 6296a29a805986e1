package schedule

import (
	"fmt"
	"slices"
	"strings"
)

// Walk asks for each step: 0 goes on with the task that runs, n switches to the nth of
// the others. With numbers drawn uniformly it is a random walk.
type Walk func(task int) int

// Next implements [Strategy].
func (w Walk) Next(ready []int, running bool) int {
	if !running {
		return 0
	}
	return w(ready[0]) % len(ready)
}

// Fixed walks by the numbers, one for each step, and goes on after the last.
func Fixed(choices ...int) Walk {
	return func(int) int {
		if len(choices) == 0 {
			return 0
		}
		next := choices[0]
		choices = choices[1:]
		return next
	}
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

func (p *Preemptions) String() string {
	if len(p.List) == 0 {
		return "one client after the other"
	}
	var all []string
	for _, at := range p.List {
		all = append(all, fmt.Sprintf("at step %d to other %d", at.Step, at.To))
	}
	return "switch " + strings.Join(all, ", ")
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

func (p *PCT) String() string {
	return fmt.Sprintf("PCT with priorities %v, changed at steps %v", p.Priorities, p.Changes)
}
