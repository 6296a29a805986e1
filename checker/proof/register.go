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

func (register) effect(op *history.Operation) history.RegisterSwap {
	switch a := op.Action.(type) {
	case *history.RegisterSwap:
		return history.RegisterSwap{Old: a.Old, New: a.New, Swapped: true}
	case *history.RegisterWrite:
		return history.RegisterSwap{New: a.New}
	}
	return history.RegisterSwap{}
}

func (register) note(history.Content, int64) {}

func (register) held(int64, int64, bool, int64) bool { return true }
