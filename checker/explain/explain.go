// Package explain puts a contradiction into words, in the manner of Elle (Alvaro and
// Kingsbury, VLDB 2020): it names the operations, says what each leaves possible, and
// how far wrong the clocks would have to be to excuse it.
package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// Contradiction returns the text, of several lines, for a contradiction as
// [shrink.Contradiction] returned it, among all operations of a key, whose times the clock
// counts. Who wrote what those of the steps saw is known.
func Contradiction(about proof.About, steps []proof.Step, apart []location.SeqNo, all []*history.Operation, wrote search.Authors, clock Clock) string {
	w := &writer{clock: clock, all: all, wrote: wrote}
	for _, s := range steps {
		for _, op := range about.Operations {
			if op.Line == s.Line {
				w.named = append(w.named, op)
				break
			}
		}
	}
	w.introduce()
	possible, _ := about.Possible(steps, apart)
	w.narrow(possible)
	w.excuse(slack(about, steps, apart))
	return w.text.String()
}

// writer writes the text.
type writer struct {
	text  strings.Builder
	clock Clock
	named []*history.Operation // those of the steps
	all   []*history.Operation
	wrote search.Authors
}

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.text, format+"\n", args...)
}

// name returns the letter of an operation.
func (w *writer) name(i int) string {
	name := string(rune('A' + i%26))
	if i >= 26 {
		name += fmt.Sprint(i / 26)
	}
	return name
}

// introduce names the operations with letters.
func (w *writer) introduce() {
	w.line("Let:")
	for i, op := range w.named {
		w.line("  %s be %s, %s", w.name(i), search.Describe(op), w.interval(op))
	}
}

func (w *writer) interval(op *history.Operation) string {
	if op.Outcome == history.Info {
		return fmt.Sprintf("called at %s, never answered", w.clock.at(op.Call))
	}
	return w.clock.between(op.Call, op.Return)
}

// narrow says step by step what the key can still have held.
func (w *writer) narrow(possible [][]proof.State) {
	w.line("Then:")
	truncated := slices.ContainsFunc(w.named, truncates)
	answered := 0
	for i, op := range w.named {
		switch {
		case op.Outcome == history.Info:
			w.line("  - %s may have taken effect once, at any time after its call (E1).", w.name(i))
			continue
		case answered == len(possible)-1 && answered == 0:
			w.sources(i)
			w.line("  - The answer of %s is not possible whatever the key held (%s): a contradiction!", w.name(i), proof.RuleOf(op))
		case answered < len(possible)-1:
			w.line("  - %sWhen %s had returned, at %s, the key held %s (%s).",
				w.since(i), w.name(i), w.clock.at(op.Return), held(possible[answered], truncated), proof.RuleOf(op))
		case answered == len(possible)-1:
			w.sources(i)
			w.line("  - %sThe answer of %s is possible in no such case (%s): a contradiction!", w.since(i), w.name(i), proof.RuleOf(op))
		default:
			w.line("  - %s, which was still in flight, does not change that (%s).", w.name(i), proof.RuleOf(op))
		}
		answered++
	}
}

// sources says who else wrote what an operation saw.
func (w *writer) sources(i int) {
	told := 3 // at most
	for _, name := range search.Seen(w.named[i]) {
		for _, op := range w.wrote[name] {
			if told > 0 && !slices.Contains(w.named, op) {
				told--
				w.line("  - What %s saw was written by %s.", w.name(i), search.Describe(op))
			}
		}
	}
}

// truncates reports whether op is about what was truncated.
func truncates(op *history.Operation) bool {
	switch op.Action.(type) {
	case *history.Scan, *history.Truncate:
		return true
	}
	return false
}

// since says which of the others had returned when an operation was called: the last.
func (w *writer) since(i int) string {
	last := -1
	for j, op := range w.named {
		if op.Outcome != history.Info && op.Return < w.named[i].Call && (last < 0 || op.Return > w.named[last].Return) {
			last = j
		}
	}
	if last < 0 {
		return ""
	}
	return fmt.Sprintf("%s was called %s after %s had returned. ",
		w.name(i), w.clock.lasting(w.named[i].Call-w.named[last].Return), w.name(last))
}

// excuse says how wrong the clocks would have to be, and which other operation could
// have made it possible then.
func (w *writer) excuse(slack int64, timely bool) {
	if w.clock == Steps || !timely {
		w.line("No error of the clocks would excuse it.")
		return
	}
	w.line("The clocks would have to be wrong by at least %s to excuse it.", w.clock.lasting(slack))
	late := make([]int64, len(w.named)) // when the calls came that would be excused first
	for i, op := range w.named {
		if late[i] = op.Return + slack; op.Outcome == history.Info {
			late[i] = history.Never
		}
	}
	for _, op := range w.all {
		if i := slices.Index(late, op.Call); i >= 0 && !slices.Contains(w.named, op) && perkey.Effective(op.Action) {
			w.line("So long after %s had returned came the call of %s, which may have made a difference.", w.name(i), search.Describe(op))
			return
		}
	}
}
