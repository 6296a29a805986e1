// Package proof verifies what a checker claims of a history, from the history alone.
// It knows nothing of how the claim was found.
//
// The certificate of a valid history is an order of the operations of each key, with
// the instant at which each took effect: it is replayed. The certificate of an
// invalid one is a list of steps, few operations each with the rule by which it narrows
// down what the key can have held, until nothing is left. docs/checking.md argues that
// this is sound.
package proof

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A Certificate is the evidence for a verdict on a history.
type Certificate struct {
	Object history.Object `json:"object"`
	// Relax are the exceptions from the contract under which the verdict holds.
	Relax location.Relaxations `json:"relax,omitempty"`
	// Keys has one entry for each key that the history names, sorted by key.
	Keys []Key `json:"keys"`
}

// A Key is what is claimed of one key: a contradiction; or, when Undecided is given,
// nothing; or else an order.
type Key struct {
	Key           string `json:"key"`
	Order         Order  `json:"order,omitempty"`
	Contradiction []Step `json:"contradiction,omitempty"`
	// Apart are the version numbers of a Consensus that the contradiction tells apart from
	// those just below them. Others may as well be the same.
	Apart     []location.SeqNo `json:"apart,omitempty"`
	Undecided string           `json:"undecided,omitempty"` // why nothing is claimed
}

// A Placement is an operation, by its line in the history, and the instant at which
// it took effect, in nanoseconds since the start of the run.
type Placement struct {
	Line int
	At   int64
}

// An Order is the operations of one key in the order in which they took effect. Its
// JSON form is one list: line, instant, line, instant, …
type Order []Placement

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

// A Step of a contradiction is one operation that takes part in it: the steps are in
// the order in which their operations returned. They contradict each other whatever the
// others of the key did, as long as each write among those took effect while it was in
// flight. docs/checking.md says why.
type Step struct {
	Line int  `json:"line"`
	Rule Rule `json:"rule"`
}

// A Rule is the clause of the contract by which an operation takes part in a
// contradiction, see [RuleOf].
type Rule string

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

// Lines returns the operations that a contradiction is about, ascending.
func Lines(steps []Step) []int {
	var lines []int
	for _, s := range steps {
		lines = append(lines, s.Line)
	}
	slices.Sort(lines)
	return lines
}
