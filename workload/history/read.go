package history

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

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
func Read(r io.Reader) (*History, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	magic, err := buffered.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read history: %w", err)
	}
	if !bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}) {
		return readLines(&splitter{in: buffered, longest: maxLine})
	}
	decompressor, err := zstd.NewReader(buffered, zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	defer decompressor.Close()
	return readLines(&splitter{in: decompressor, longest: maxLine})
}

// ReadFile reads a history file, see [Read].
func ReadFile(path string) (*History, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	defer file.Close()
	h, err := Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return h, nil
}
