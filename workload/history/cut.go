package history

import "slices"

// unknown is the instant of a file that does not say up to when it is complete.
const unknown = -1

// cut leaves out of a history with a damaged end what cannot be judged without it.
//
// The clients of a killed run were recorded up to different instants, and an operation
// that is lost may be the only explanation of one that is not. But the operations
// called before an instant up to which the file is complete are a history of their
// own: those that came back later may, until then, have had any effect or none.
func (h *History) cut(complete int64) {
	if h.Damage == nil || complete == unknown {
		return
	}
	all := len(h.Operations)
	h.Operations = slices.DeleteFunc(h.Operations, func(op Operation) bool { return op.Call >= complete })
	h.Damage.Dropped = all - len(h.Operations)
	for i := range h.Operations {
		if op := &h.Operations[i]; op.Return >= complete {
			op.Outcome, op.Return = Info, Never
			op.Error = "the file is not complete where it returned"
			forget(op.Action)
		}
	}
}

// forget takes a refusal back: nobody knows what becomes of the operation.
func forget(a Action) {
	switch a := a.(type) {
	case *Truncate:
		a.Refused = false
	case *Restore:
		a.Refused = false
	}
}
