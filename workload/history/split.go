package history

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// chunkSize is how much text is decoded at a time, in bytes.
const chunkSize = 256 << 10

// A chunk is a run of whole lines.
type chunk struct {
	*buffers
	text  []byte // the lines left
	first int    // the number of the first line
	lines int
	read  int64 // how much of the file was read when it was cut, in bytes
	// open says that the last line has no end: it was cut off unless it is whole JSON.
	open bool
}

// buffers are what decoding a chunk takes. They are used again: a long history would
// leave several times its own size as garbage.
type buffers struct {
	text       []byte
	operations []Operation
}

// A splitter cuts a stream into chunks.
type splitter struct {
	in      io.Reader
	file    *progress // what in gets its text from
	longest int       // in bytes, what a line may have
	rest    []byte    // the beginning of a line, not shared with any chunk
	free    chan *buffers
	line    int   // the number of the next line
	err     error // why the stream ended
}

func newSplitter(in io.Reader, file *progress) *splitter {
	return &splitter{in: in, file: file, longest: maxLine, line: 1, free: make(chan *buffers, 64)}
}

// buffers returns some that are free.
func (s *splitter) buffers() *buffers {
	select {
	case b := <-s.free:
		return b
	default:
		return &buffers{text: make([]byte, 0, chunkSize)}
	}
}

// giveBack makes buffers free that hold nothing any more, unless a long line blew
// them up.
func (s *splitter) giveBack(b *buffers) {
	if cap(b.text) > 4*chunkSize {
		return
	}
	select {
	case s.free <- b:
	default:
	}
}

// next returns the next chunk, ok = false when there is none.
func (s *splitter) next() (c chunk, ok bool) {
	b := s.buffers()
	text := append(b.text[:0], s.rest...)
	for s.err == nil {
		text = s.fill(text)
		b.text = text
		end := bytes.LastIndexByte(text, '\n') + 1
		switch {
		case s.err == io.EOF && end < len(text):
			c := s.chunk(b, text)
			c.open = true
			return c, true
		case end > 0:
			// What follows the last whole line of a stream that broke off is lost.
			s.rest = append(s.rest[:0], text[end:]...)
			return s.chunk(b, text[:end]), true
		case len(text) > s.longest:
			s.err = &LineError{s.line, fmt.Errorf("longer than %d bytes", s.longest)}
		case len(text) == cap(text):
			text = append(make([]byte, 0, 2*cap(text)), text...)
		}
	}
	return chunk{}, false
}

// fill reads until text is full or the stream ends.
func (s *splitter) fill(text []byte) []byte {
	for len(text) < cap(text) && s.err == nil {
		var n int
		n, s.err = s.in.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
	}
	return text
}

func (s *splitter) chunk(b *buffers, text []byte) chunk {
	c := chunk{buffers: b, text: text, first: s.line, lines: bytes.Count(text, []byte{'\n'}), read: s.file.read.Load()}
	s.line += c.lines
	return c
}

// result says how the stream ended: well, cut off, or with an error.
func (s *splitter) result() (*Damage, error) {
	var lineError *LineError
	switch {
	case s.err == io.EOF:
		return nil, nil
	case errors.Is(s.err, io.ErrUnexpectedEOF):
		return &Damage{Line: s.line, Cause: errors.New("the file was cut off")}, nil
	case errors.As(s.err, &lineError):
		return nil, s.err
	}
	return nil, &LineError{s.line, s.err}
}

// takeLine removes the first line from the chunk and returns it without its end.
func (c *chunk) takeLine() []byte {
	line, rest, found := bytes.Cut(c.text, []byte{'\n'})
	c.text = rest
	c.first++
	if found {
		c.lines--
	}
	return line
}
