package property

import (
	"pgregory.net/rapid"

	"github.com/assay-dev/assay/location/locationtest/internal/schedule"
)

// stepsPerOperation is how many scheduling decisions an operation is thought to take.
const stepsPerOperation = 3

// Strategies, none of which is the best for all bugs. The turns of a walk stand in the
// requests themselves, so that those that remain keep theirs when others are left out.
const (
	walk = iota
	preemptions
	pct
	strategies
)

// drawStrategy draws the decisions of a strategy other than a walk.
func drawStrategy(t *rapid.T, kind int, p program) func() schedule.Strategy {
	steps := stepsPerOperation*p.operations() + 1
	if kind == preemptions {
		return drawPreemptions(t, steps, len(p.clients))
	}
	return drawPCT(t, steps, len(p.clients))
}

func drawPreemptions(t *rapid.T, steps, clients int) func() schedule.Strategy {
	preemption := rapid.Custom(func(t *rapid.T) schedule.Preemption {
		return schedule.Preemption{
			Step: rapid.IntRange(0, steps-1).Draw(t, "step"),
			To:   rapid.IntRange(0, clients-1).Draw(t, "to"),
		}
	})
	list := rapid.SliceOfN(preemption, 0, 4).Draw(t, "preemptions")
	return func() schedule.Strategy { return &schedule.Preemptions{List: list} }
}

func drawPCT(t *rapid.T, steps, clients int) func() schedule.Strategy {
	order := make([]int, clients)
	for i := range order {
		order[i] = clients - i
	}
	priorities := rapid.Permutation(order).Draw(t, "priorities")
	changes := rapid.SliceOfN(rapid.IntRange(0, steps-1), 0, 3).Draw(t, "changes")
	return func() schedule.Strategy { return &schedule.PCT{Priorities: priorities, Changes: changes} }
}
