package property

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/minimal"
	"github.com/assay-dev/assay/checker/timeline"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// most is how many operations are drawn at most, unless they are those at fault.
const most = 24

// drawTime is how long it may take to find out which those are.
const drawTime = 5 * time.Second

// drawing shows the history: a timeline, and what was asked and answered.
func (f *failure) drawing() string {
	operations := f.drawn()
	bars := make([]timeline.Operation, len(operations))
	for i, op := range operations {
		at := f.violation != nil && slices.Contains(f.violation.Lines, op.Line) || f.breach != nil && op.Call == f.breach.at
		bars[i] = timeline.Operation{Operation: op, Was: op, Number: op.Line, Text: caption(op), InForce: at}
	}
	var b strings.Builder
	b.WriteString(timeline.Draw(bars, nil))
	b.WriteByte('\n')
	if left := len(f.history.Operations) - len(operations); left > 0 {
		fmt.Fprintf(&b, "      (%d operations more that are not at fault)\n", left)
	}
	for _, op := range operations {
		fmt.Fprintf(&b, "%4d  process %-3d %s\n", op.Line, op.Process, described(op))
	}
	return b.String()
}

// drawn are the operations to draw: all if they are few, or else those at fault.
func (f *failure) drawn() (operations []*history.Operation) {
	h := f.history
	var wanted map[int]bool
	if len(h.Operations) > most {
		wanted = f.atFault(h)
	}
	for i := range h.Operations {
		op := &h.Operations[i]
		if len(h.Operations) <= most || wanted[op.Line] || f.breach != nil && op.Call <= f.breach.at && i+most > len(h.Operations) {
			operations = append(operations, op)
		}
	}
	return operations
}

// atFault are the lines of the operations that contradict each other, and of those that
// explain what they saw.
func (f *failure) atFault(h *history.History) map[int]bool {
	wanted := map[int]bool{}
	if f.violation == nil {
		return wanted
	}
	for _, line := range f.violation.Lines {
		wanted[line] = true
	}
	ctx, cancel := context.WithTimeout(context.Background(), drawTime)
	defer cancel()
	small, err := minimal.Find(ctx, h, f.relax, []checker.Violation{*f.violation})
	if err != nil {
		return wanted // those that the check names are enough
	}
	for i := range small.Operations {
		wanted[small.Operations[i].Was.Line] = true
	}
	return wanted
}

// requestsAtFault are those that the operations at fault come from.
func (f *failure) requestsAtFault() map[origin]bool {
	wanted := map[origin]bool{}
	if f.breach != nil {
		wanted[f.origins[f.breach.at]] = true
		return wanted
	}
	if f.violation == nil {
		return wanted
	}
	for i := range f.history.Operations {
		if op := &f.history.Operations[i]; slices.Contains(f.violation.Lines, op.Line) {
			wanted[f.origins[op.Call]] = true
		}
	}
	return wanted
}

// described tells what was asked and what was answered.
func described(op *history.Operation) string {
	text := caption(op)
	if op.Key != "" {
		text += " on key " + quoted(op.Key)
	}
	if op.Outcome != history.Ok {
		text += ": " + shortened(op.Error)
	}
	return text
}

// caption is a label that says of a listing what it lists, of all keys.
func caption(op *history.Operation) string {
	switch a := op.Action.(type) {
	case *history.ListKeys:
		return "list keys: " + someOf(each(a.Keys))
	case *history.List:
		var keys []string
		for _, entry := range a.Entries {
			keys = append(keys, fmt.Sprintf("%s (%d bytes)", quoted(entry.Key), entry.Size))
		}
		return fmt.Sprintf("list %q: %s", a.Prefix, someOf(keys))
	}
	return timeline.Label(op)
}

func someOf(texts []string) string {
	const few = 6
	switch {
	case len(texts) == 0:
		return "none"
	case len(texts) > few:
		return strings.Join(texts[:few], ", ") + fmt.Sprintf(", … (%d)", len(texts))
	}
	return strings.Join(texts, ", ")
}

func each(keys []string) (texts []string) {
	for _, key := range keys {
		texts = append(texts, quoted(key))
	}
	return texts
}

// shortened leaves out the middle of a text that quotes a key as long as can be.
func shortened(text string) string {
	const end = location.MinMaxKeyBytes / 2
	if len(text) <= 3*end {
		return text
	}
	return strings.ToValidUTF8(text[:2*end]+" … "+text[len(text)-end:], "")
}
