// Package explain puts a contradiction into words, in the manner of Elle (Alvaro and
// Kingsbury, VLDB 2020): it names the operations, says what each shows, and how far
// wrong the clocks would have to be to excuse it.
package explain

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/workload/history"
)

// Timeless is the slack of a contradiction that does not rest on time.
const Timeless = math.MaxInt64

// Contradiction returns the text, of several lines, for a contradiction of one key
// among the operations, whose times the clock counts.
func Contradiction(steps []proof.Step, operations []*history.Operation, clock Clock) string {
	lines := proof.Lines(steps)
	w := &writer{clock: clock, operations: byLine(lines, operations), names: map[int]string{}}
	w.introduce(lines)
	w.line("Then:")
	w.proof(steps, "")
	if slack := slack(steps, w.operations, operations); clock == Steps || slack == Timeless {
		w.line("No error of the clocks would excuse it.")
	} else {
		w.line("The clocks would have to be wrong by at least %s to excuse it.", clock.lasting(slack))
	}
	return w.text.String()
}

// byLine finds the operations on these lines. They are few, of very many.
func byLine(lines []int, operations []*history.Operation) map[int]*history.Operation {
	found := make(map[int]*history.Operation, len(lines))
	for _, op := range operations {
		if _, ok := slices.BinarySearch(lines, op.Line); ok {
			found[op.Line] = op
		}
	}
	return found
}

// slack returns by how many nanoseconds the clocks have to be wrong, at least, for the
// proof to fail: the smallest of the stretches of time that it rests on. named are the
// operations that it names.
func slack(steps []proof.Step, named map[int]*history.Operation, operations []*history.Operation) int64 {
	least := int64(Timeless)
	for _, s := range steps {
		switch {
		case s.Rule == proof.RealTime && s.After.Kind == proof.Op:
			least = min(least, named[int(s.After.N)].Call-returned(s.Before, named))
		case s.Rule == proof.Apart:
			least = min(least, named[s.Lines[1]].Call-named[s.Lines[0]].Return)
		case s.Rule == proof.Undeleted:
			least = min(least, missed(s, named, operations))
		case s.Rule == proof.Exhausted:
			least = min(least, nearest(s.Lines, named))
		case s.Before.Kind == proof.After && (s.Rule == proof.Raised || s.Rule == proof.Successive):
			least = min(least, lateness(s, operations))
		}
		for _, c := range s.Cases {
			least = min(least, slack(c.Steps, named, operations))
		}
	}
	return least
}

// nearest returns the shortest time between the return of an operation and the call of
// another.
func nearest(lines []int, named map[int]*history.Operation) int64 {
	least := int64(Timeless)
	for _, a := range lines {
		for _, b := range lines {
			if gap := named[b].Call - named[a].Return; gap > 0 {
				least = min(least, gap)
			}
		}
	}
	return least
}

func returned(e proof.Event, named map[int]*history.Operation) int64 {
	if e.Kind == proof.Op {
		return named[int(e.N)].Return
	}
	return int64(e.N)
}

// lateness returns how long after the instant s.Before the first operation was called
// that may have brought s.After about, of those that were called later.
func lateness(s proof.Step, operations []*history.Operation) int64 {
	slack := int64(Timeless)
	for _, op := range operations {
		may := false
		switch a := op.Action.(type) {
		case *history.Truncate:
			may = s.After.Kind == proof.Mark && uint64(a.UpTo) >= s.After.N
		case *history.CompareAndSet:
			may = s.After.Kind == proof.Head && uint64(a.New.SeqNo) == s.After.N
		}
		if t := int64(s.Before.N); may && op.Call > t {
			slack = min(slack, op.Call-t)
		}
	}
	return slack
}

// writer writes the text.
type writer struct {
	text       strings.Builder
	clock      Clock
	operations map[int]*history.Operation
	names      map[int]string
}

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.text, format+"\n", args...)
}

// introduce names the operations with letters, in the order of their lines.
func (w *writer) introduce(lines []int) {
	w.line("Let:")
	for i, line := range lines {
		name := string(rune('A' + i%26))
		if i >= 26 {
			name += fmt.Sprint(i / 26)
		}
		w.names[line] = name
		if op := w.operations[line]; op != nil {
			w.line("  %s be %s, %s", name, search.Describe(op), w.interval(op))
		}
	}
}

func (w *writer) interval(op *history.Operation) string {
	if op.Outcome == history.Info {
		return fmt.Sprintf("called at %s, never answered", w.clock.at(op.Call))
	}
	return w.clock.between(op.Call, op.Return)
}

// proof says all steps that say something, indented.
func (w *writer) proof(steps []proof.Step, indent string) {
	for i := range steps {
		s := &steps[i]
		if text := w.step(s); text != "" {
			w.line("%s  - %s", indent, text)
		}
		for _, c := range s.Cases {
			w.line("%s  - Suppose %s:", indent, w.supposed(s, c.Pick))
			w.proof(c.Steps, indent+"  ")
		}
	}
}
