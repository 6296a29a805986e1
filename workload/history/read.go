package history

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

const (
	// maxLine bounds one line, in bytes: a listing of a million keys fits.
	maxLine = 64 << 20
	// maxWindow bounds the memory of the decompressor, in bytes, as zstd itself does
	// unless it is told otherwise.
	maxWindow = 128 << 20
)

// Read reads a history, plain or under zstd, which it recognises by its first bytes.
//
// A line that is no part of a history is a [*LineError]. An end that was cut off, as a
// killed run leaves it, is no error: what stands before it is returned, with Damage.
func Read(r io.Reader) (*History, error) { return read(r, 0) }

// read reads a history from a stream of size bytes, 0 when that is unknown.
func read(r io.Reader, size int64) (*History, error) {
	in := &progress{in: r, size: size}
	buffered := bufio.NewReaderSize(in, 64<<10)
	magic, err := buffered.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read history: %w", err)
	}
	if !bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}) {
		return readLines(newSplitter(buffered, in))
	}
	decompressor, err := zstd.NewReader(buffered, zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	defer decompressor.Close()
	return readLines(newSplitter(decompressor, in))
}

// ReadFile reads a history file, see [Read].
func ReadFile(path string) (*History, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	defer file.Close()
	var size int64
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	h, err := read(file, size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return h, nil
}

// A progress counts what was read of a stream.
type progress struct {
	in   io.Reader
	size int64 // of the whole stream in bytes, 0 when it is unknown
	read atomic.Int64
}

func (p *progress) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	p.read.Add(int64(n))
	return n, err
}

// whole estimates, generously, how many there are in the whole stream when n are in
// the first bytes of it that were read.
func (p *progress) whole(n int, read int64) int {
	if p.size == 0 || read == 0 {
		return n
	}
	return int(1.1 * float64(n) * float64(p.size) / float64(read))
}
