package property

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/assay-dev/assay/location/locationtest/internal/schedule"
)

// mostSteps is how many scheduling decisions an operation is thought to take at most:
// one, and one more for each point at which it yields.
const mostSteps = 3

// A strategy is a way to interleave, none of which is the best for all bugs.
type strategy int

const (
	walk strategy = iota
	preemptions
	pct
	strategies
)

func (s strategy) String() string { return [...]string{"random walk", "few preemptions", "PCT"}[s] }

// An interleaving makes the strategy of one run.
type interleaving func() schedule.Strategy

// replay takes the decisions of an earlier run again.
func replay(decisions []int) interleaving {
	return func() schedule.Strategy { return &schedule.Replay{Decisions: decisions} }
}

// interleave draws how a program is interleaved.
func (d dice) interleave(kind strategy, p program) interleaving {
	steps := (1+d.IntN(mostSteps))*p.calls() + 1
	switch kind {
	case preemptions:
		return d.preemptions(steps, len(p.clients))
	case pct:
		return d.pct(steps, len(p.clients))
	}
	return randomWalk(d.Uint64())
}

func randomWalk(seed uint64) interleaving {
	return func() schedule.Strategy { return schedule.Random{Rand: rand.New(rand.NewPCG(seed, 0))} }
}

func (d dice) preemptions(steps, clients int) interleaving {
	list := make([]schedule.Preemption, d.IntN(5))
	for i := range list {
		list[i] = schedule.Preemption{Step: d.IntN(steps), To: d.IntN(clients)}
	}
	return func() schedule.Strategy { return &schedule.Preemptions{List: list} }
}

func (d dice) pct(steps, clients int) interleaving {
	priorities, changes := d.Perm(clients), make([]int, d.IntN(4))
	for i := range changes {
		changes[i] = d.IntN(steps)
	}
	return func() schedule.Strategy { return &schedule.PCT{Priorities: priorities, Changes: changes} }
}

// turns tells who went on at the decisions of a run; tasks other than the clients are
// late effects.
func turns(tasks []int, clients int) string {
	if len(tasks) == 0 {
		return ""
	}
	var all []string
	for i := 0; i < len(tasks); {
		from := i
		for i < len(tasks) && tasks[i] == tasks[from] {
			i++
		}
		who := fmt.Sprintf("client %d", tasks[from]+1)
		if tasks[from] >= clients {
			who = "a late effect"
		}
		if i-from > 1 {
			who += fmt.Sprintf(" ×%d", i-from)
		}
		all = append(all, who)
	}
	return strings.Join(all, ", ")
}
