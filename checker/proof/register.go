package proof

import "github.com/assay-dev/assay/workload/history"

// register is the contract of one key of a Register. Its states are [history.Content].
type register struct{}

func (register) initial() State { return history.Content{} }

func (register) presence(State) Presence { return Presence{} }

func (register) take(s State, op *history.Operation) (State, bool) {
	switch a := op.Action.(type) {
	case *history.RegisterRead:
		return s, s == a.Held
	case *history.RegisterWrite:
		return a.New, true
	case *history.RegisterSwap:
		if s != a.Old {
			return s, op.Outcome == history.Ok && !a.Swapped
		}
		return a.New, op.Outcome == history.Info || a.Swapped
	}
	return s, false
}

func (register) effect(op *history.Operation) any {
	switch a := op.Action.(type) {
	case *history.RegisterWrite:
		return a.New
	case *history.RegisterSwap:
		if op.Outcome == history.Info || a.Swapped {
			return [2]history.Content{a.Old, a.New}
		}
	}
	return nil
}

func (register) expects(*history.Operation) any { return nil }
func (register) holds(State) any                { return nil }
