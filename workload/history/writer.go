package history

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// writeSize is how many bytes a Writer gathers before it passes them on.
const writeSize = 64 << 10

// A Writer writes a history file. It is not safe for concurrent use; a [Recorder]
// lets many clients share one. After an error nothing more is written, and every
// later call returns that error; what was written before it stays readable.
type Writer struct {
	out     io.Writer
	flushes []func() error // from the nearest buffer to the farthest
	closes  []func() error // in the order in which they have to be closed
	object  Object
	buf     []byte
	err     error
}

// NewWriter starts a history of plain JSON lines on w with its header, whose format
// version may be left 0. Close does not close w.
func NewWriter(w io.Writer, header Header) (*Writer, error) {
	line, err := encodeHeader(header)
	if err != nil {
		return nil, err
	}
	return &Writer{out: w, object: header.Object, buf: append(make([]byte, 0, writeSize+4096), line...)}, nil
}

// Create starts a history in a new file, replacing one of the same name. It is
// compressed with zstd when the name ends in .zst.
func Create(path string, header Header) (*Writer, error) {
	w, err := NewWriter(nil, header)
	if err != nil {
		return nil, err
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("create history: %w", err)
	}
	w.out, w.closes = file, []func() error{file.Close}
	if strings.HasSuffix(path, ".zst") {
		err = w.compress()
	}
	if err == nil {
		// The header is on disk from the start: a file without one is no history.
		err = w.Flush()
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return w, nil
}

func (w *Writer) compress() error {
	// One goroutine: the recorder already encodes beside the clients.
	encoder, err := zstd.NewWriter(w.out, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return err
	}
	w.out = encoder
	w.flushes = append(w.flushes, encoder.Flush)
	w.closes = append([]func() error{encoder.Close}, w.closes...)
	return nil
}

// Write adds one operation. One that the file's object does not have is an error.
func (w *Writer) Write(op *Operation) error {
	if w.err != nil {
		return w.err
	}
	if op.Action != nil && objectOf(op.Action) != w.object {
		return w.fail(fmt.Errorf("%s is no operation of a %s", op.Action.Name(), w.object))
	}
	buf, err := appendOperation(w.buf, op)
	if err != nil {
		return w.fail(err)
	}
	return w.added(buf)
}

// WriteFault adds one fault.
func (w *Writer) WriteFault(f *Fault) error {
	if w.err != nil {
		return w.err
	}
	return w.added(appendFault(w.buf, f))
}

// WriteComplete notes that every operation called before the instant until has been
// written. Should the end of the file be lost, the history up to there is whole.
func (w *Writer) WriteComplete(until int64) error {
	if w.err != nil {
		return w.err
	}
	return w.added(appendComplete(w.buf, until))
}

// Flush hands everything written so far to the operating system, where it survives
// the end of this process, a sudden one too.
func (w *Writer) Flush() error {
	w.drain()
	for _, flush := range w.flushes {
		if w.err == nil {
			w.fail(flush())
		}
	}
	return w.err
}

// Close flushes and ends the file. It returns the first error there ever was.
func (w *Writer) Close() error {
	w.Flush()
	for _, closing := range w.closes {
		// The file has to be closed after an error too.
		if err := closing(); w.err == nil {
			w.fail(err)
		}
	}
	w.closes = nil
	return w.err
}

func (w *Writer) added(buf []byte) error {
	w.buf = buf
	if len(buf) >= writeSize {
		w.drain()
	}
	return w.err
}

func (w *Writer) drain() {
	if w.err == nil && len(w.buf) > 0 {
		_, err := w.out.Write(w.buf)
		w.fail(err)
		w.buf = w.buf[:0]
	}
}

// fail keeps err for good. Errors of files name their file.
func (w *Writer) fail(err error) error {
	if err != nil {
		w.err = fmt.Errorf("write history: %w", err)
	}
	return w.err
}

// objectOf returns the object that has the operation.
func objectOf(action Action) Object {
	switch action.(type) {
	case *Get, *Set, *Delete, *Restore, *List:
		return Blob
	case *RegisterRead, *RegisterWrite, *RegisterSwap:
		return Register
	}
	return Consensus
}
