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
	text  []byte
	first int // the number of the first line
	lines int
	// open says that the last line has no end: it was cut off unless it is whole JSON.
	open bool
}

// A splitter cuts a stream into chunks.
type splitter struct {
	in      io.Reader
	longest int    // in bytes, what a line may have
	rest    []byte // the beginning of a line
	line    int    // the number of the next line
	err     error  // why the stream ended
}

// next returns the next chunk, ok = false when there is none.
func (s *splitter) next() (c chunk, ok bool) {
	text := append(make([]byte, 0, chunkSize+len(s.rest)), s.rest...)
	s.rest = nil
	for s.err == nil {
		text = s.fill(text)
		end := bytes.LastIndexByte(text, '\n') + 1
		switch {
		case s.err == io.EOF && end < len(text):
			c := s.chunk(text)
			c.open = true
			return c, true
		case end > 0:
			// What follows the last whole line of a stream that broke off is lost.
			s.rest = text[end:]
			return s.chunk(text[:end]), true
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

func (s *splitter) chunk(text []byte) chunk {
	c := chunk{text: text, first: s.line, lines: bytes.Count(text, []byte{'\n'})}
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
