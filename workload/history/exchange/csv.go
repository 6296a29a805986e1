package exchange

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strconv"

	"github.com/assay-dev/assay/workload/history"
)

// columns of a table. Times are nanoseconds since the start; what there is besides stands
// as JSON in the last column, with the names of the history file.
func columns() []string {
	return []string{"line", "process", "op", "key", "call", "return", "outcome", "error", "details"}
}

// writeCSV writes a table with a row for each operation (RFC 4180).
func writeCSV(w io.Writer, h *history.History) error {
	table := csv.NewWriter(w)
	if err := table.Write(columns()); err != nil {
		return err
	}
	var line bytes.Buffer
	encoder, err := history.NewWriter(&line, h.Header)
	if err != nil {
		return err
	}
	for i := range h.Operations {
		op := &h.Operations[i]
		if err := encoder.Flush(); err != nil {
			return err
		}
		line.Reset()
		if err := encoder.Write(op); err != nil {
			return err
		}
		if err := encoder.Flush(); err != nil {
			return err
		}
		details, err := detailsOf(line.Bytes())
		if err != nil {
			return err
		}
		if err := table.Write(row(op, details)); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

func row(op *history.Operation, details string) []string {
	returned := ""
	if op.Return != history.Never {
		returned = strconv.FormatInt(op.Return, 10)
	}
	return []string{
		strconv.Itoa(op.Line), strconv.Itoa(op.Process), op.Action.Name(), op.Key,
		strconv.FormatInt(op.Call, 10), returned, op.Outcome.String(), op.Error, details,
	}
}

// detailsOf returns the fields of an operation's line that have no column of their own.
func detailsOf(line []byte) (string, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return "", err
	}
	for name := range fields {
		if slices.Contains(columns(), name) {
			delete(fields, name)
		}
	}
	text, err := json.Marshal(fields)
	return string(text), err
}
