package job

import (
	"errors"
	"fmt"

	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload/history"
)

// A silentError is why a store does not answer any more when all faults are over.
type silentError struct{ cause error }

func (e *silentError) Error() string {
	return "the store does not answer any more: " + results.OneLine(e.cause)
}

func (e *silentError) Unwrap() error { return e.cause }

// reasonOf says why the run that left h did not come to its end. A store that has fallen
// silent may have lost what it acknowledged. But nobody reads that, and the contract
// speaks of answers alone.
func reasonOf(cut error, h *history.History) string {
	reason := results.OneLine(cut)
	var silent *silentError
	if !errors.As(cut, &silent) {
		return reason
	}
	if n, last := acknowledged(h); n > 0 {
		reason += fmt.Sprintf("; %s writes that it acknowledged cannot be read, the last one the %s of key %q in line %d of the history",
			results.Thousands(n), last.Action.Name(), last.Key, last.Line)
	}
	return reason + "; its silence breaks no clause of the contract, and what it answered before breaks none either: see in its log (" +
		results.ServerLogFile + " of one that the run has started) why it does not come back, and let it keep what it acknowledges"
}

// acknowledged returns how many values a store has said to have taken, and the last one.
func acknowledged(h *history.History) (n int, last *history.Operation) {
	for i := range h.Operations {
		op := &h.Operations[i]
		if op.Outcome != history.Ok {
			continue
		}
		if a, swap := op.Action.(*history.CompareAndSet); swap && !a.Committed {
			continue
		}
		switch op.Action.(type) {
		case *history.CompareAndSet, *history.Set:
			if n++; last == nil || op.Return > last.Return {
				last = op
			}
		}
	}
	return n, last
}
