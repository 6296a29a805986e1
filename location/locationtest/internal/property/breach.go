package property

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/assay-dev/assay/checker/model"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A breach is a promise about one call that was broken, in whatever order the calls took
// effect.
type breach struct {
	clause string
	text   string
	at     int64 // when it was called
	// alone is the operation that was not answered although it had no rival, if it had
	// none: that shows in the whole history only.
	alone *history.Operation
}

// breached notes a broken promise, if anybody wants to know.
func (r *run) breached(b breach) {
	if r.orderOnly {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.breaches = append(r.breaches, b)
}

// judge looks at one answer by itself.
func (c *client) judge(r request, call call, op *history.Operation, err error) {
	ended := c.ctx.Err() != nil // the whole run was given up
	clause, why := wrong(r, call, op, err, ended)
	var alone *history.Operation
	if clause == "" && r.fate == fine && !ended && op.Outcome == history.Fail && refusal(err) == nil {
		alone, clause = new(*op), promised(op)
		why = "nobody else was at work and nothing had gone wrong, so it has to be answered"
	}
	if clause != "" {
		if err != nil {
			op.Error = err.Error()
		}
		c.breached(breach{clause, fmt.Sprintf("client %d: %s: %s", c.number, described(op), why), op.Call, alone})
	}
}

// wrong says which clause an answer breaks whatever the store holds, and how; the clause
// is empty when it breaks none.
func wrong(r request, call call, op *history.Operation, err error, ended bool) (clause, why string) {
	switch {
	case err != nil && !classed(err):
		return "E1", "the error is neither determinate nor indeterminate"
	case refusal(err) != nil && location.Classify(err) != location.Determinate:
		return "E6", fmt.Sprintf("%q is a refusal, and has to be determinate", refusal(err))
	case (r.fate == cancelled || r.fate == expired) && err == nil:
		return "E2", "it was carried out although its context had ended before"
	case r.fate == expired && !location.IsTimeout(err) && !errors.Is(err, location.ErrInvalidArgument):
		return "E4", "the error of a call whose deadline has passed has to be a timeout by its type"
	case call.invalid != nil && (err == nil || r.fate == fine && !ended && !errors.Is(err, location.ErrInvalidArgument)):
		return call.invalid.clause, call.invalid.why() + " has to be refused as an invalid argument"
	case call.invalid == nil && errors.Is(err, location.ErrInvalidArgument):
		return legality(op), "its arguments are legal"
	case r.op == elsewhere && err == nil && !nothing(op.Action):
		return apart(op.Action), "it is a listing of another place, to which nobody has written"
	}
	return "", ""
}

// promised is the clause that promises an answer.
func promised(op *history.Operation) string {
	if op.Key == location.LivenessKey {
		return "T6"
	}
	return model.Clause(op)
}

// classed reports whether an error says which class it is of (E1).
func classed(err error) bool {
	e, outside := err.(*location.Error)
	return outside && e.Cause != nil && (e.Class == location.Determinate || e.Class == location.Indeterminate)
}

// refusal returns which answer about the arguments or the state an error is, if it is one.
func refusal(err error) error {
	for _, refusal := range []error{location.ErrInvalidArgument, location.ErrTruncationRefused, location.ErrRestoreRefused} {
		if errors.Is(err, refusal) {
			return refusal
		}
	}
	return nil
}

// legality is the clause that says which arguments an operation takes.
func legality(op *history.Operation) string {
	if _, ok := op.Action.(*history.CompareAndSet); ok {
		return "C4"
	}
	return "E6"
}

// apart is the clause that keeps places apart.
func apart(listing history.Action) string {
	if _, ok := listing.(*history.List); ok {
		return "B6"
	}
	return "C11"
}

// nothing reports whether a listing lists nothing.
func nothing(listing history.Action) bool {
	switch a := listing.(type) {
	case *history.ListKeys:
		return len(a.Keys) == 0
	case *history.List:
		return len(a.Entries) == 0
	}
	return true
}

// first returns the first breach; nil where none was. An operation that was not answered
// is one only if it had no rival.
func (r *run) first(certain bool) *breach {
	slices.SortFunc(r.breaches, func(a, b breach) int { return cmp.Compare(a.at, b.at) })
	for i := range r.breaches {
		b := &r.breaches[i]
		if certain == (b.alone == nil) && (certain || !r.rivalled(b.alone)) {
			return b
		}
	}
	return nil
}

// rivalled reports whether an operation ran beside another one, or beside what may become
// of one whose outcome is unknown.
func (r *run) rivalled(op *history.Operation) bool {
	return slices.ContainsFunc(r.operations, func(other history.Operation) bool {
		return other.Call != op.Call && other.Call < op.Return && other.Latest() > op.Call
	})
}
