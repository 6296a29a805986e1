// Package proof verifies what a checker claims of a history, from the history alone.
// It knows nothing of how the claim was found.
//
// The certificate of a valid history is an order of the operations of each key, with
// the instant at which each took effect: it is replayed. The certificate of an
// invalid one is a list of steps, each of which follows by a named rule from a few
// operations and from earlier steps, until two things would each have to come before
// the other. docs/checking.md argues for each rule that it is sound.
package proof

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

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
	Undecided     string `json:"undecided,omitempty"` // why nothing is claimed
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

// A Rule is a way to conclude something from operations and earlier steps.
type Rule string

// A Step concludes, by its rule, that Before comes before After. (A few rules
// conclude that it comes no later, or that a version exists; those that end a proof
// conclude that the steps so far contradict each other.)
type Step struct {
	Rule   Rule  `json:"rule"`
	Before Event `json:"before,omitzero"`
	After  Event `json:"after,omitzero"`
	// Lines are operations that the rule rests on, besides those that are Before or After.
	Lines []int `json:"lines,omitempty"`
	// From are earlier steps that the rule rests on: their places in the proof, from 0.
	From []int `json:"from,omitempty"`
	// Version is the version number that the rule is about; nil means none.
	Version *location.SeqNo `json:"version,omitempty"`
	// Cases are all the ways in which it can have been, where there are several. The
	// steps so far and those of a case contradict each other, in each of them.
	Cases []Case `json:"cases,omitempty"`
}

// A Case is one of several possibilities and the steps that rule it out. They
// are numbered on from the step that the case belongs to.
type Case struct {
	// Pick is what is assumed: a version number, or none. What it means is the rule's
	// business.
	Pick  *location.SeqNo `json:"pick"`
	Steps []Step          `json:"steps"`
}

// An Event is something that happens at one instant, or an instant itself. Its JSON
// form is text, such as "head 5".
type Event struct {
	Kind EventKind
	N    uint64
}

// An EventKind says what an event's number means.
type EventKind string

// The kinds of events.
const (
	// Op is the effect of the operation on line N.
	Op EventKind = "op"
	// Head is the commit of the first version with a number of at least N.
	Head EventKind = "head"
	// Mark is the first effective truncation with a bound of at least N: from then on no
	// version below N is stored.
	Mark EventKind = "mark"
	// After lies behind all effects at the instant N (nanoseconds since the start), and
	// before all those at later instants.
	After EventKind = "after"
)

// OpEvent is the effect of the operation on line.
func OpEvent(line int) Event { return Event{Op, uint64(line)} }

// HeadEvent is the commit of the first version from s on.
func HeadEvent(s location.SeqNo) Event { return Event{Head, uint64(s)} }

// MarkEvent is the first truncation that deletes everything below s.
func MarkEvent(s location.SeqNo) Event { return Event{Mark, uint64(s)} }

// AfterEvent lies behind all effects at the instant t.
func AfterEvent(t int64) Event { return Event{After, uint64(t)} }

func (e Event) String() string {
	if e.Kind == After {
		return fmt.Sprintf("%s %d", e.Kind, int64(e.N))
	}
	return fmt.Sprintf("%s %d", e.Kind, e.N)
}

// MarshalText returns the text form, "head 5".
func (e Event) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText accepts what MarshalText returns.
func (e *Event) UnmarshalText(text []byte) error {
	kind, number, _ := strings.Cut(string(text), " ")
	e.Kind = EventKind(kind)
	var err error
	if e.Kind == After {
		var t int64
		t, err = strconv.ParseInt(number, 10, 64)
		e.N = uint64(t)
	} else {
		e.N, err = strconv.ParseUint(number, 10, 64)
	}
	if err != nil {
		return fmt.Errorf("event %q: %w", text, err)
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

// Lines returns the operations that a contradiction is about, ascending.
func Lines(steps []Step) []int {
	var lines []int
	for _, s := range steps {
		lines = append(lines, s.Lines...)
		for _, e := range []Event{s.Before, s.After} {
			if e.Kind == Op || e.Kind == Value {
				lines = append(lines, int(e.N))
			}
		}
		for _, c := range s.Cases {
			lines = append(lines, Lines(c.Steps)...)
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}
