package proof

import "github.com/assay-dev/assay/workload/history"

// register is the contract of one key of a Register.
type register struct{}

func (register) initial() history.Content { return history.Content{} }

func (register) take(s history.Content, op *history.Operation) (history.Content, bool) {
	switch a := op.Action.(type) {
	case *history.RegisterRead:
		return s, a.Held == s
	case *history.RegisterWrite:
		return a.New, true
	case *history.RegisterSwap:
		if a.Old != s {
			return s, op.Outcome == history.Ok && !a.Swapped
		}
		return a.New, op.Outcome != history.Ok || a.Swapped
	}
	return s, false
}

func (register) effect(op *history.Operation) any {
	if a, ok := op.Action.(*history.RegisterSwap); ok {
		return [2]history.Content{a.Old, a.New}
	}
	return op.Action.(*history.RegisterWrite).New
}

func (register) note(history.Content, int64) {}
