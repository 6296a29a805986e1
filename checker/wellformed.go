package checker

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/workload/history"
)

// split splits h into the histories of its keys. It returns a [history.LineError] when h
// is no history: whatever the store did, no clients can have seen this.
func (m *memory) split(h *history.History, workers int) ([]perkey.History, error) {
	if o := h.Header.Object; o != history.Consensus && o != history.Blob && o != history.Register {
		return nil, &history.LineError{Line: 1, Cause: fmt.Errorf("unknown object %q", h.Header.Object)}
	}
	m.parts = append(m.parts, make([]sequence, max(0, workers-len(m.parts)))...)
	parts := m.parts[:workers]
	for i := range parts {
		parts[i].reset(h.Operations)
	}
	keys, err := m.splitter.Split(h, workers, func(worker int, few []history.Operation) error {
		return survey(few, h.Header.Object, &parts[worker])
	})
	if err != nil {
		return nil, err
	}
	for i := range parts[1:] {
		parts[0].join(&parts[i+1])
	}
	if parts[0].broken {
		err = overlap(h.Operations)
	}
	return keys, err
}

var errUnnumbered = errors.New("an operation has no line")

// survey judges operations one by one, and enters them into s.
func survey(operations []history.Operation, object history.Object, s *sequence) error {
	for i := range operations {
		op := &operations[i]
		if op.Line == 0 {
			return errUnnumbered
		}
		if err := possible(op, object); err != nil {
			return &history.LineError{Line: op.Line, Cause: err}
		}
		s.add(op)
	}
	return nil
}

// possible judges one operation by itself.
func possible(op *history.Operation, object history.Object) error {
	if op.Action == nil {
		return fmt.Errorf("an operation without an action")
	}
	of, listing, refused := about(op.Action)
	switch {
	case of != object:
		return fmt.Errorf("%s is no operation of a %s", op.Action.Name(), object)
	case listing != (op.Key == ""):
		return fmt.Errorf("%s with key %q", op.Action.Name(), op.Key)
	case op.Outcome > history.Info:
		return fmt.Errorf("unknown outcome %d", op.Outcome)
	case op.Return < op.Call:
		return fmt.Errorf("it returned at %d, before its call at %d", op.Return, op.Call)
	case op.Return == history.Never && op.Outcome != history.Info:
		return fmt.Errorf("outcome %s without a return", op.Outcome)
	case op.Outcome != history.Fail && refused:
		return fmt.Errorf("refused with outcome %s: a refusal is a determinate failure", op.Outcome)
	}
	if a, ok := op.Action.(*history.Scan); ok && op.Outcome == history.Ok && a.Limit < 0 {
		return fmt.Errorf("a scan with limit %d was answered: it has to be refused before it is sent", a.Limit)
	}
	return nil
}

// about returns the object that has the operation, whether it is a listing, and whether it
// was refused.
func about(a history.Action) (of history.Object, listing, refused bool) {
	switch a := a.(type) {
	case *history.Head, *history.CompareAndSet, *history.Scan:
		return history.Consensus, false, false
	case *history.Truncate:
		return history.Consensus, false, a.Refused
	case *history.ListKeys:
		return history.Consensus, true, false
	case *history.RegisterRead, *history.RegisterWrite, *history.RegisterSwap:
		return history.Register, false, false
	case *history.Restore:
		return history.Blob, false, a.Refused
	case *history.List:
		return history.Blob, true, false
	}
	return history.Blob, false, false
}

// overlap returns the first operation whose process was not free, whatever the order
// in which the operations stand.
func overlap(operations []history.Operation) error {
	ordered := make([]*history.Operation, len(operations))
	for i := range operations {
		ordered[i] = &operations[i]
	}
	slices.SortStableFunc(ordered, func(a, b *history.Operation) int {
		return cmp.Or(cmp.Compare(a.Process, b.Process), cmp.Compare(a.Call, b.Call), cmp.Compare(free(a), free(b)))
	})
	for i := 1; i < len(ordered); i++ {
		before, op := ordered[i-1], ordered[i]
		switch {
		case before.Process != op.Process:
		case before.Outcome == history.Info:
			return &history.LineError{Line: op.Line, Cause: fmt.Errorf(
				"process %d goes on after line %d, whose outcome is unknown: its client has to go on as a new process", op.Process, before.Line)}
		case op.Call < before.Return:
			return &history.LineError{Line: op.Line, Cause: fmt.Errorf(
				"process %d has two operations at once: this one and line %d", op.Process, before.Line)}
		}
	}
	return nil
}
