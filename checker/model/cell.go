package model

import (
	"fmt"

	"github.com/assay-dev/assay/workload/history"
)

// cell is the specification of one key of a Register.
type cell struct{}

// content is what the key holds.
type content struct{ history.Content }

func (cell) Initial() State { return &content{} }

func (cell) Take(s State, step *Step) (State, bool) {
	c := s.(*content)
	switch a := step.Operation.Action.(type) {
	case *history.RegisterRead:
		return c, a.Held == c.Content
	case *history.RegisterWrite:
		return c.replace(a.New), true
	case *history.RegisterSwap:
		swaps := a.Old == c.Content
		if step.Operation.Outcome == history.Ok && a.Swapped != swaps {
			return c, false
		}
		if !swaps {
			return c, true
		}
		return c.replace(a.New), true
	}
	return c, false
}

// replace returns the very same state when nothing changes.
func (c *content) replace(by history.Content) State {
	if c.Content == by {
		return c
	}
	return &content{by}
}

func (c *content) Equal(s State) bool { return c.Content == s.(*content).Content }

func (c *content) Hash() uint64 {
	if !c.Found {
		return 0
	}
	return (&value{name: c.Value}).hash()
}

// String says what the key holds.
func (c *content) String() string {
	if !c.Found {
		return "nothing"
	}
	return fmt.Sprintf("%q", c.Value)
}
