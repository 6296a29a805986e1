package minimal

import (
	"bytes"
	"fmt"
	"io"

	"github.com/assay-dev/assay/workload/history"
)

// Write writes c as a history file of plain JSON lines. Each operation has one field
// more than the format knows, was: its line in the whole history.
func (c *Counterexample) Write(w io.Writer) error {
	var b bytes.Buffer
	writer, err := history.NewWriter(&b, history.Header{Object: c.Object, Relax: c.Relax})
	if err != nil {
		return err
	}
	if err := writer.Flush(); err != nil {
		return err
	}
	for i := range c.Operations {
		op := &c.Operations[i]
		if err := writer.Write(&op.Operation); err != nil {
			return err
		}
		if err := writer.Flush(); err != nil {
			return err
		}
		b.Truncate(b.Len() - len("}\n"))
		fmt.Fprintf(&b, ",\"was\":%d}\n", op.Was.Line)
	}
	_, err = b.WriteTo(w)
	return err
}
