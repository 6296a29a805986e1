package results

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/assay-dev/assay/workload/history"
)

// SaveCounterexample writes counterexample.txt: for each violation why it is one, the
// operations at fault, and the commands that show it again.
func (r Result) SaveCounterexample(h *history.History, run Run) error {
	var b bytes.Buffer
	for _, v := range r.Violations {
		fmt.Fprintf(&b, "Key %q breaks %s of the contract.\n\n%s\n\n", v.Key, v.Clause, v.Explanation)
		fmt.Fprintf(&b, "The operations at fault, by their line in %s:\n", HistoryFile)
		if err := writeOperations(&b, h, v.Lines); err != nil {
			return fmt.Errorf("write %s: %w", CounterexampleFile, err)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "To check it again:  %s\n", r.CheckCommand())
	fmt.Fprintf(&b, "To run it again:    %s\n", run.Command)
	return writeFile(r.Dir, CounterexampleFile, b.Bytes())
}

// writeOperations writes the operations that stand on the given lines, as they stand
// there.
func writeOperations(b *bytes.Buffer, h *history.History, lines []int) error {
	for i := range h.Operations {
		op := &h.Operations[i]
		if !slices.Contains(lines, op.Line) {
			continue
		}
		text, err := encode(h.Header.Object, op)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "%8d  %s", op.Line, text)
	}
	return nil
}

// encode returns op as its line in a history file.
func encode(object history.Object, op *history.Operation) ([]byte, error) {
	var b bytes.Buffer
	w, err := history.NewWriter(&b, history.Header{Object: object})
	if err != nil {
		return nil, err
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	b.Reset() // the header
	if err := w.Write(op); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}
