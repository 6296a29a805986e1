package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// MarshalJSON returns o as one flat list of numbers.
func (o Order) MarshalJSON() ([]byte, error) {
	text := append(make([]byte, 0, 2+20*len(o)), '[')
	for i, p := range o {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(strconv.AppendInt(text, int64(p.Line), 10), ',')
		text = strconv.AppendInt(text, p.At, 10)
	}
	return append(text, ']'), nil
}

// UnmarshalJSON accepts what MarshalJSON returns.
func (o *Order) UnmarshalJSON(text []byte) error {
	list, ok := bytes.CutPrefix(bytes.TrimSpace(text), []byte("["))
	list, closed := bytes.CutSuffix(list, []byte("]"))
	if list = bytes.TrimSpace(list); !ok || !closed {
		return fmt.Errorf("an order is a list, not %.30s", text)
	}
	*o = make(Order, 0, bytes.Count(list, []byte(","))/2+1)
	for more := len(list) > 0; more; {
		var line, at []byte
		line, list, _ = bytes.Cut(list, []byte(","))
		at, list, more = bytes.Cut(list, []byte(","))
		n, err := strconv.Atoi(string(bytes.TrimSpace(line)))
		if err != nil {
			return err
		}
		instant, err := strconv.ParseInt(string(bytes.TrimSpace(at)), 10, 64)
		if err != nil {
			return fmt.Errorf("line %d of an order has no instant: %w", n, err)
		}
		*o = append(*o, Placement{n, instant})
	}
	return nil
}

// Write writes c as JSON.
func (c *Certificate) Write(w io.Writer) error { return json.NewEncoder(w).Encode(c) }

// Read reads what [Certificate.Write] wrote.
func Read(r io.Reader) (*Certificate, error) {
	c := new(Certificate)
	if err := json.NewDecoder(r).Decode(c); err != nil {
		return nil, fmt.Errorf("no certificate: %w", err)
	}
	return c, nil
}
