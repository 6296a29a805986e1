package proof

import (
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
	var flat []int64
	if err := json.Unmarshal(text, &flat); err != nil {
		return err
	}
	if len(flat)%2 != 0 {
		return fmt.Errorf("an order of %d numbers: a line has no instant", len(flat))
	}
	*o = make(Order, len(flat)/2)
	for i := range *o {
		(*o)[i] = Placement{Line: int(flat[2*i]), At: flat[2*i+1]}
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
