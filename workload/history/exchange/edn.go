package exchange

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The values of EDN, the data format of Clojure, as far as histories have them: nil,
// bool, string, and those below. What has no type of its own here is an atom.
type (
	// An atom is text that stands for itself: a number, a keyword, a symbol, a character.
	atom string
	// A vector is an ordered collection: a list or a vector.
	vector []any
	// A dict is a map, in its order. A tag before it is left out.
	dict []entry
	// A set is one of values, and what else has a tag is kept with it.
	tagged struct {
		tag   string
		value any
	}
)

type entry struct{ key, value any }

// get returns the value of a keyword, nil when it has none.
func (d dict) get(keyword atom) any {
	for _, e := range d {
		if e.key == any(keyword) {
			return e.value
		}
	}
	return nil
}

func (a atom) isKeyword() bool { return strings.HasPrefix(string(a), ":") }

// number returns an integer; ok is false for anything else.
func number(value any) (n int64, ok bool) {
	a, ok := value.(atom)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSuffix(string(a), "N"), 10, 64)
	return n, err == nil
}

// integer is n as EDN; beyond 64 bits with a sign, Clojure needs to be told.
func integer(n uint64) atom {
	if n > 1<<63-1 {
		return atom(strconv.FormatUint(n, 10) + "N")
	}
	return atom(strconv.FormatUint(n, 10))
}

// print returns a value as EDN in one line, equal for equal values.
func print(value any) string {
	switch v := value.(type) {
	case nil:
		return "nil"
	case bool:
		return strconv.FormatBool(v)
	case string:
		return quote(v)
	case atom:
		return string(v)
	case vector:
		return "[" + printAll(v) + "]"
	case dict:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = print(e.key) + " " + print(e.value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case tagged:
		return "#" + v.tag + " " + print(v.value)
	}
	return fmt.Sprint(value)
}

func printAll(values []any) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = print(v)
	}
	return strings.Join(parts, " ")
}

// quote returns text as an EDN string. What is no UTF-8 becomes U+FFFD.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' || r == '\u0085':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// canonical returns an integer without what Clojure allows besides its digits.
func canonical(text string) string {
	if n, ok := new(big.Int).SetString(strings.TrimSuffix(strings.TrimPrefix(text, "+"), "N"), 10); ok {
		return n.String()
	}
	return text
}

// maxNesting bounds how deep a value may be.
const maxNesting = 100

// A parser reads EDN values one after the other.
type parser struct {
	text string
	pos  int
	line int // of pos, from 1
}

// syntaxError is text that is no EDN.
type syntaxError struct {
	line int
	what string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("line %d: no EDN: %s", e.line, e.what) }

func (p *parser) fail(format string, args ...any) error {
	return &syntaxError{p.line, fmt.Sprintf(format, args...)}
}

// skip goes past white space, commas and comments, and returns whether anything is left.
func (p *parser) skip() bool {
	for p.pos < len(p.text) {
		switch c := p.text[p.pos]; {
		case c == '\n':
			p.line++
			p.pos++
		case c == ' ' || c == ',' || c == '\t' || c == '\r' || c == '\f':
			p.pos++
		case c == ';':
			end := strings.IndexByte(p.text[p.pos:], '\n')
			if end < 0 {
				end = len(p.text) - p.pos
			}
			p.pos += end
		default:
			return true
		}
	}
	return false
}

// value reads one value.
func (p *parser) value(depth int) (any, error) {
	if !p.skip() {
		return nil, p.fail("it ends where a value should be")
	}
	if depth > maxNesting {
		return nil, p.fail("values are nested more than %d deep", maxNesting)
	}
	switch c := p.text[p.pos]; c {
	case '"':
		return p.string()
	case '[', '(':
		p.pos++
		return p.until(closing(c), depth)
	case '{':
		p.pos++
		return p.dict(depth)
	case '#':
		p.pos++
		return p.tagged(depth)
	case ']', ')', '}':
		return nil, p.fail("%q without its beginning", c)
	}
	return p.atom()
}

func closing(c byte) byte {
	if c == '(' {
		return ')'
	}
	return ']'
}

// until reads values up to a closing bracket.
func (p *parser) until(end byte, depth int) (vector, error) {
	values, begin := vector{}, p.line
	for p.skip() {
		if p.text[p.pos] == end {
			p.pos++
			return values, nil
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return nil, &syntaxError{begin, fmt.Sprintf("%q is missing at the end", end)}
}

func (p *parser) dict(depth int) (any, error) {
	values, err := p.until('}', depth)
	if err != nil {
		return nil, err
	}
	if len(values)%2 != 0 {
		return nil, p.fail("a map has a key without a value")
	}
	d := make(dict, 0, len(values)/2)
	for i := 0; i < len(values); i += 2 {
		d = append(d, entry{values[i], values[i+1]})
	}
	return d, nil
}

// tagged reads what follows a #: a set, something to be left out, or a tagged value. The
// tag of a map is left out: it says of which record the map is.
func (p *parser) tagged(depth int) (any, error) {
	switch {
	case strings.HasPrefix(p.text[p.pos:], "{"):
		p.pos++
		values, err := p.until('}', depth)
		slices.SortFunc(values, func(a, b any) int { return strings.Compare(print(a), print(b)) })
		return tagged{"set", values}, err
	case strings.HasPrefix(p.text[p.pos:], "_"):
		p.pos++
		if _, err := p.value(depth + 1); err != nil {
			return nil, err
		}
		return p.value(depth + 1)
	}
	tag, err := p.atom()
	if err != nil {
		return nil, err
	}
	v, err := p.value(depth + 1)
	if d, ok := v.(dict); ok {
		return d, err
	}
	return tagged{print(tag), v}, err
}

// atom reads what ends at white space or a bracket.
func (p *parser) atom() (any, error) {
	start := p.pos
	if strings.HasPrefix(p.text[p.pos:], `\`) { // a character, which may be a bracket
		_, size := utf8.DecodeRuneInString(p.text[p.pos+1:])
		p.pos += 1 + size
	}
	for p.pos < len(p.text) && !strings.ContainsRune(" ,\t\r\n\f()[]{}\";", rune(p.text[p.pos])) {
		p.pos++
	}
	switch text := p.text[start:p.pos]; text {
	case "":
		return nil, p.fail("a value is missing")
	case "nil":
		return nil, nil
	case "true", "false":
		return text == "true", nil
	default:
		return atom(canonical(text)), nil
	}
}

func (p *parser) string() (any, error) {
	var b strings.Builder
	for p.pos++; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; c {
		case '"':
			p.pos++
			return b.String(), nil
		case '\\':
			if err := p.escape(&b); err != nil {
				return nil, err
			}
		case '\n':
			p.line++
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return nil, p.fail("a string does not end")
}

// escape reads an escape, up to its last letter.
func (p *parser) escape(b *strings.Builder) error {
	p.pos++
	if p.pos >= len(p.text) {
		return p.fail("a string does not end")
	}
	c := p.text[p.pos]
	if at := strings.IndexByte(`nrtbf"\`, c); at >= 0 {
		b.WriteByte("\n\r\t\b\f\"\\"[at])
		return nil
	}
	if c != 'u' || p.pos+4 >= len(p.text) {
		return p.fail("the escape \\%c", c)
	}
	n, err := strconv.ParseUint(p.text[p.pos+1:p.pos+5], 16, 16)
	if err != nil {
		return p.fail("the escape \\u%s", p.text[p.pos+1:p.pos+5])
	}
	b.WriteRune(rune(n))
	p.pos += 4
	return nil
}
