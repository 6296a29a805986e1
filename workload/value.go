package workload

import (
	"strconv"

	"github.com/assay-dev/assay/workload/body"
)

// A value is the buffer of the value in flight, used again after calls that succeeded.
type value struct{ bytes []byte }

// encode makes the value of size bytes and returns its name.
func (v *value) encode(key, name string, size int) string {
	v.bytes = body.Append(v.bytes[:0], key, name, size)
	if size == 0 {
		return body.EmptyName
	}
	return name
}

// abandon leaves the buffer to a call that may still read it, as those that fail may.
func (v *value) abandon() { v.bytes = nil }

// spoil changes bytes that a store returned, which are the caller's: a store that gave
// away its own shows the next reader what became of them (B1, C10).
func spoil(data []byte) {
	if len(data) > 0 {
		data[len(data)/2] = 0
	}
}

// valueName is the name of the value that a client's request writes. No other attempt
// in the run has it.
func valueName(client int, drawn int64) string {
	text := strconv.AppendInt(append(make([]byte, 0, 32), 'c'), int64(client), 10)
	return string(strconv.AppendInt(append(text, '.'), drawn, 10))
}
