package history

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// errSyntax marks a line that is not JSON, as one that was cut off is not.
var errSyntax = errors.New("not JSON")

// maxDepth bounds the nesting of values that are skipped.
const maxDepth = 1000

// A scanner reads JSON values from one line. Its first error stays: whatever is read
// after it is zero and means nothing.
type scanner struct {
	data []byte
	pos  int
	err  error
	text []byte // the last string that had escapes
	// opened says that nothing was read since the last opening bracket.
	opened bool
}

// syntax notes that the line is not JSON at the current position.
func (s *scanner) syntax(want string) {
	if s.err != nil {
		return
	}
	if s.pos >= len(s.data) {
		s.err = fmt.Errorf("%w: it ends where %s should be", errSyntax, want)
		return
	}
	s.err = fmt.Errorf("%w: %q at column %d, where %s should be", errSyntax, s.data[s.pos], s.pos+1, want)
}

func (s *scanner) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
}

// peek skips white space and returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.data) && s.data[s.pos] > ' ' {
		return s.data[s.pos]
	}
	return s.peekFar()
}

func (s *scanner) peekFar() byte {
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) expect(c byte) {
	if s.peek() != c {
		s.syntax(strconv.QuoteRune(rune(c)))
		return
	}
	s.pos++
}

// wrongType notes that the value that comes next is not what a field takes.
func (s *scanner) wrongType(want string) {
	var found string
	switch c := s.peek(); {
	case c == '"':
		found = "a string"
	case c == '{':
		found = "an object"
	case c == '[':
		found = "a list"
	case c == 't' || c == 'f':
		found = "a boolean"
	case c == 'n':
		found = "null"
	case c == '-' || '0' <= c && c <= '9':
		found = "a number"
	default:
		s.syntax(want)
		return
	}
	// A line that is not JSON is that first of all: it may have been cut off.
	if s.skip(0); s.err == nil {
		s.fail("want %s, found %s", want, found)
	}
}

// open reads the bracket that opens an object or a list. Its members or elements are
// read in a loop that goes on while there are more:
//
//	for s.open('[', "a list"); s.more(']'); {
func (s *scanner) open(bracket byte, what string) {
	if s.peek() != bracket {
		s.wrongType(what)
		return
	}
	s.pos++
	s.opened = true
}

// more reads the comma before the next member or element, or the closing bracket.
func (s *scanner) more(closing byte) bool {
	first := s.opened
	s.opened = false
	switch c := s.peek(); {
	case s.err != nil:
		return false
	case c == closing:
		s.pos++
		return false
	case first:
		return true
	case c == ',':
		s.pos++
		return true
	}
	s.syntax("',' or " + strconv.QuoteRune(rune(closing)))
	return false
}

// name reads the name of a member. It is valid until the next string is read.
func (s *scanner) name() []byte {
	if s.peek() != '"' {
		s.syntax("a name")
		return nil
	}
	name := s.quoted()
	s.expect(':')
	return name
}

// endOfLine notes what stands after the line's value.
func (s *scanner) endOfLine() {
	if s.err == nil && (s.peek() != 0 || s.pos < len(s.data)) {
		s.syntax("the end of the line")
	}
}

// null reads null if it is what comes next.
func (s *scanner) null() bool {
	if s.peek() != 'n' {
		return false
	}
	s.literal("null")
	return true
}

func (s *scanner) bool() bool {
	switch s.peek() {
	case 't':
		s.literal("true")
		return true
	case 'f':
		s.literal("false")
	default:
		s.wrongType("a boolean")
	}
	return false
}

func (s *scanner) literal(word string) {
	rest := s.data[s.pos:]
	if !bytes.HasPrefix(rest, []byte(word)) {
		s.syntax(word)
		return
	}
	s.pos += len(word)
}

func (s *scanner) int64() int64 {
	c := s.peek()
	negative := c == '-'
	if !negative && (c < '0' || c > '9') {
		s.wrongType("an integer")
		return 0
	}
	start := s.pos
	if negative {
		s.pos++
	}
	n := s.digits(start)
	switch {
	case negative && n <= math.MaxInt64+1:
		return -int64(n)
	case negative || n > math.MaxInt64:
		s.fail("the integer %.30s is out of range", s.data[start:s.pos])
	}
	return int64(n)
}

func (s *scanner) uint64() uint64 {
	if c := s.peek(); c < '0' || c > '9' {
		if c == '-' {
			s.wrongType("an integer that is not negative")
		} else {
			s.wrongType("an integer")
		}
		return 0
	}
	return s.digits(s.pos)
}

// digits reads the digits of an integer that begins at start.
func (s *scanner) digits(start int) uint64 {
	var n uint64
	first := s.pos
	for s.pos+8 <= len(s.data) {
		eight, ok := eightDigits(binary.LittleEndian.Uint64(s.data[s.pos:]))
		if !ok {
			break
		}
		n = n*1e8 + eight
		s.pos += 8
	}
	for ; s.pos < len(s.data) && s.data[s.pos]-'0' <= 9; s.pos++ {
		n = n*10 + uint64(s.data[s.pos]-'0')
	}
	overflow := false
	if s.pos-first > 19 {
		var err error
		n, err = strconv.ParseUint(string(s.data[first:s.pos]), 10, 64)
		overflow = err != nil
	}
	s.endOfInteger(start, first, overflow)
	return n
}

func (s *scanner) endOfInteger(start, first int, overflow bool) {
	switch {
	case s.pos == first:
		s.syntax("a digit")
	case s.data[first] == '0' && s.pos > first+1:
		s.pos = first + 1
		s.syntax("the end of the number 0")
	case s.pos < len(s.data) && (s.data[s.pos] == '.' || s.data[s.pos]|0x20 == 'e'):
		s.pos = start
		s.skipNumber()
		s.fail("want an integer, found %.30s", s.data[start:s.pos])
	case overflow:
		s.fail("the integer %.30s is out of range", s.data[start:s.pos])
	}
}

// string reads a string. The result is valid until the next one is read.
func (s *scanner) string() []byte {
	if s.peek() != '"' {
		s.wrongType("a string")
		return nil
	}
	return s.quoted()
}

// quoted reads a string that begins here.
func (s *scanner) quoted() []byte {
	start := s.pos + 1
	i, ascii := plain(s.data, start)
	switch {
	case i == len(s.data):
		s.pos = i
		s.syntax("the end of a string")
	case s.data[i] == '"':
		s.pos = i + 1
		return s.checked(s.data[start:i], ascii)
	case s.data[i] == '\\':
		return s.escaped(start, i)
	default:
		s.pos = i
		s.syntax("no control character")
	}
	return nil
}

// checked refuses what is not UTF-8: replacing it could make one key of two.
func (s *scanner) checked(text []byte, ascii bool) []byte {
	if !ascii && !utf8.Valid(text) {
		s.fail("the string %.60q is not UTF-8", text)
	}
	return text
}

// escaped reads the rest of a string that began at start and has an escape at i.
func (s *scanner) escaped(start, i int) []byte {
	s.text = append(s.text[:0], s.data[start:i]...)
	s.pos = i
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c == '"':
			s.pos++
			return s.checked(s.text, false)
		case c == '\\':
			s.escape()
		case c < ' ':
			s.syntax("no control character")
		default:
			s.text = append(s.text, c)
			s.pos++
		}
		if s.err != nil {
			return nil
		}
	}
	s.syntax("the end of a string")
	return nil
}

func (s *scanner) escape() {
	s.pos++
	if s.pos >= len(s.data) {
		s.syntax("an escape")
		return
	}
	switch c := s.data[s.pos]; c {
	case '"', '\\', '/':
		s.text = append(s.text, c)
	case 'b', 'f', 'n', 'r', 't':
		s.text = append(s.text, "\b\f\n\r\t"[bytes.IndexByte([]byte("bfnrt"), c)])
	case 'u':
		s.unicode()
		return
	default:
		s.syntax("an escape")
		return
	}
	s.pos++
}

// unicode reads an escape \uXXXX, or two that form a pair.
func (s *scanner) unicode() {
	r := s.hex()
	if utf16.IsSurrogate(r) {
		if !bytes.HasPrefix(s.data[s.pos:], []byte(`\u`)) {
			s.fail("the string has half of a surrogate pair")
			return
		}
		s.pos++
		if r = utf16.DecodeRune(r, s.hex()); r == utf8.RuneError {
			s.fail("the string has half of a surrogate pair")
			return
		}
	}
	s.text = utf8.AppendRune(s.text, r)
}

// hex reads the four digits after the u at the current position.
func (s *scanner) hex() rune {
	s.pos++
	if s.pos+4 > len(s.data) {
		s.pos = len(s.data)
		s.syntax("four hexadecimal digits")
		return 0
	}
	n, err := strconv.ParseUint(string(s.data[s.pos:s.pos+4]), 16, 16)
	if err != nil {
		s.syntax("four hexadecimal digits")
		return 0
	}
	s.pos += 4
	return rune(n)
}
