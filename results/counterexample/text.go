package counterexample

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assay-dev/assay/checker/minimal"
	"github.com/assay-dev/assay/checker/model"
	"github.com/assay-dev/assay/checker/timeline"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload/history"
)

// WriteText tells people why the history is invalid, with a drawing.
func (c *Counterexample) WriteText(w io.Writer) error {
	var b bytes.Buffer
	if c.small == nil {
		c.writeFault(&b)
	} else {
		c.writeSmall(&b)
	}
	c.writeOtherKeys(&b)
	c.writeCommands(&b)
	_, err := b.WriteTo(w)
	return err
}

// writeFault shows the operations at fault as they are.
func (c *Counterexample) writeFault(b *bytes.Buffer) {
	v := c.result.Violations[0]
	c.writeClause(b, v.Key, v.Clause)
	fmt.Fprintf(b, "%s\n\nThe operations at fault:\n\n", folded(printable(v.Explanation)))
	for _, op := range c.fault {
		fmt.Fprintf(b, "  line %-8d process %-5d %s, called at %s\n", op.Line, op.Process, timeline.Label(op), since(op.Call))
	}
}

func (c *Counterexample) writeClause(b *bytes.Buffer, key, name string) {
	fmt.Fprintf(b, "Key %q breaks %s of the contract: %s.\n\n", key, name, results.ClauseText(c.result.Object, name))
}

// writeSmall shows the smallest history.
func (c *Counterexample) writeSmall(b *bytes.Buffer) {
	v := c.small.Violation
	c.writeClause(b, v.Key, v.Clause)
	b.WriteString(timeline.Draw(c.bars(), c.faults))
	fmt.Fprintf(b, "\n%s\n\n", folded(printable(v.Explanation)))
	if v.Argument != "" {
		fmt.Fprintf(b, "%s\n\n", strings.TrimSpace(printable(v.Argument)))
	}
	c.writeOrigins(b)
}

// bars are the operations to draw. The culprit is pointed at.
func (c *Counterexample) bars() []timeline.Operation {
	culprit, bars := c.culprit(), make([]timeline.Operation, len(c.small.Operations))
	for i := range bars {
		op := &c.small.Operations[i]
		bars[i] = timeline.Operation{Operation: &op.Operation, Was: op.Was, Number: i + 1, InForce: op.InForce, Marked: i == culprit}
	}
	return bars
}

// culprit returns the operation that the clause is about, the one called last if there
// are several.
func (c *Counterexample) culprit() int {
	culprit := -1
	for i := range c.small.Operations {
		op := &c.small.Operations[i]
		if !slices.Contains(c.small.Violation.Lines, op.Line) {
			continue
		}
		if culprit < 0 || model.Clause(&op.Operation) == c.small.Violation.Clause ||
			model.Clause(&c.small.Operations[culprit].Operation) != c.small.Violation.Clause {
			culprit = i
		}
	}
	return culprit
}

// writeOrigins says where each operation stands in the whole history.
func (c *Counterexample) writeOrigins(b *bytes.Buffer) {
	first, _ := timeline.Span(c.bars())
	run := ""
	if c.result.RunSeconds > 0 {
		run = " of " + since(int64(c.result.RunSeconds*1e9))
	}
	fmt.Fprintf(b, "It began %s into the run%s. Numbers, names and times are made simple; this is where each\noperation stands in the whole history:\n\n", since(first), run)
	notes := map[string]string{}
	for i := range c.small.Operations {
		op := &c.small.Operations[i]
		mark, note := remark(op)
		notes[mark] = note
		fmt.Fprintf(b, "  %2d  line %-9d process %-6d %-36s called at %s, %s%s\n", i+1, op.Was.Line, op.Was.Process,
			timeline.Label(op.Was), since(op.Was.Call), during(op.Was), mark)
	}
	for _, mark := range slices.Sorted(maps.Keys(notes)) {
		if mark != "" {
			fmt.Fprintf(b, "\n%4s  %s\n", mark, notes[mark])
		}
	}
}

// remark says why an operation is shown that is not in force.
func remark(op *minimal.Operation) (mark, note string) {
	switch {
	case op.InForce:
		return "", ""
	case op.Outcome == history.Info && op.Was.Outcome != history.Info:
		return " **", "What was answered is left out, for it plays no part: this may have happened at any time, or never."
	}
	return " *", "The others contradict each other whatever was answered here. It is shown because they saw what it\n" +
		"      wrote, or because without it fewer operations would seem to contradict each other."
}

// writeOtherKeys names a few of the other keys that are violated.
func (c *Counterexample) writeOtherKeys(b *bytes.Buffer) {
	const few = 5
	shown := c.result.Violations[0].Key
	if c.small != nil {
		shown = c.small.Violation.Key
	}
	others := slices.DeleteFunc(slices.Clone(c.result.Violations), func(v results.Violation) bool { return v.Key == shown })
	if len(others) == 0 {
		return
	}
	fmt.Fprintf(b, "\nKeys that are violated besides: %d.\n\n", len(others))
	for _, v := range others[:min(few, len(others))] {
		fmt.Fprintf(b, "%s\n", strings.ReplaceAll(folded("  "+v.Clause+": "+printable(v.Explanation)), "\n", "\n      "))
	}
}

// writeCommands says how to see it again.
func (c *Counterexample) writeCommands(b *bytes.Buffer) {
	b.WriteByte('\n')
	if c.small != nil && c.result.Dir != "" {
		fmt.Fprintf(b, "To check this alone:         %s\n", results.CommandLine([]string{"assay", "check", filepath.Join(c.result.Dir, HistoryFile)}))
	}
	fmt.Fprintf(b, "To check the whole history:  %s\n", c.result.CheckCommand())
	if c.run.Command != "" {
		fmt.Fprintf(b, "To run it again:             %s\n", printable(c.run.Command))
	}
}
