package explain

import (
	"fmt"
	"strings"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
)

// value names a value by the line of its set.
func (w *writer) value(line int) string {
	return fmt.Sprintf("%q", w.operations[line].Action.(*history.Set).Value)
}

// apart says why one of two things was over before the other.
func (w *writer) apart(s *proof.Step) string {
	a, b := w.operations[s.Lines[0]], w.operations[s.Lines[1]]
	text := fmt.Sprintf("%s returned %s before %s was called", w.names[a.Line], w.clock.lasting(b.Call-a.Return), w.names[b.Line])
	return fmt.Sprintf("%s, so %s was over before %s.", text, w.event(s.Before), w.event(s.After))
}

// isBlob reports whether a step of the rule Answered is about values: there, both events
// are named by operations.
func isBlob(s *proof.Step) bool {
	named := func(e proof.Event) bool { return e.Kind == proof.Op || e.Kind == proof.Value }
	return named(s.Before) && named(s.After)
}

// answeredBlob says what an operation's answer shows of a value.
func (w *writer) answeredBlob(s *proof.Step) string {
	before, after := w.event(s.Before), w.event(s.After)
	first, second := w.operations[int(s.Before.N)], w.operations[int(s.After.N)]
	if _, restore := first.Action.(*history.Restore); restore {
		return fmt.Sprintf("%s found that nothing had ever been set, so it came before %s (B5).", before, after)
	}
	if _, deletes := second.Action.(*history.Delete); deletes {
		return fmt.Sprintf("%s removed what %s is about, so it came after it (B3).", after, before)
	}
	return fmt.Sprintf("%s saw what %s set, so it came after it (B1).", after, before)
}

// once says which deletes removed the same value.
func (w *writer) once(s *proof.Step) string {
	return fmt.Sprintf("%s removed the same value, which was there only once: a contradiction! (B3)", w.all(s.Lines))
}

// undeleted says where a delete is missing.
func (w *writer) undeleted(s *proof.Step) string {
	var holes []string
	for i := 0; i+1 < len(s.Lines); i += 2 {
		holes = append(holes, fmt.Sprintf("between %s and %s, which found nothing", w.value(s.Lines[i]), w.names[s.Lines[i+1]]))
	}
	if len(holes) == 1 {
		return fmt.Sprintf("Something must have been deleted %s; no delete can have been there: a contradiction! (B1, B3)", holes[0])
	}
	return fmt.Sprintf("Something must have been deleted %s; there were fewer deletes than that: a contradiction! (B1, B3)",
		strings.Join(holes, ", and "))
}

// missed returns how long before or after a stretch of absence, at the least, a delete
// took place that came too late or too early for it.
func missed(s proof.Step, byLine map[int]*history.Operation, operations []*history.Operation) int64 {
	slack := int64(Timeless)
	for i := 0; i+1 < len(s.Lines); i += 2 {
		value, seen := byLine[s.Lines[i]], byLine[s.Lines[i+1]]
		for _, op := range operations {
			a, ok := op.Action.(*history.Delete)
			if !ok || op.Outcome == history.Ok && a.Answered && !a.Found {
				continue
			}
			if late := op.Call - seen.Return; late > 0 {
				slack = min(slack, late)
			}
			if early := value.Call - op.Latest(); early > 0 {
				slack = min(slack, early)
			}
		}
	}
	return slack
}
