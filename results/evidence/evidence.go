// Package evidence counts how hard a run put its store to the test, and says when that
// is too little for its verdict to mean anything.
package evidence

import (
	"maps"
	"slices"
)

// Evidence is what a history shows of the test besides the order of its operations.
type Evidence struct {
	// Operations are all operations by name.
	Operations Operations `json:"operations"`
	Conflicts  Conflicts  `json:"conflicts"`
	// ByKey are the keys on which there were conflicts, those with most first.
	ByKey []KeyConflicts `json:"-"`
	// Unknown are the writes of unknown outcome.
	Unknown Unknown `json:"unknown_writes"`
	// Faults are those that the history tells of, in its order.
	Faults []Fault `json:"faults"`
	// Calm are the operations that met no fault at any time.
	Calm Count `json:"while_nothing_was_broken"`
	// Healed are the operations called when the last fault was over.
	Healed Count `json:"after_healing"`
	// Refused are legal kinds of operations that failed each time that no fault was met.
	Refused []Refused `json:"always_refused"`
}

// Refused is a kind of operation and how many times it failed.
type Refused struct {
	Kind  string `json:"kind"`
	Times int    `json:"times"`
}

// A Count is how many operations clients asked for, and how many of these were
// answered: with a result, or with a refusal that the contract asks for.
type Count struct {
	Asked    int `json:"asked"`
	Answered int `json:"answered"`
}

func (c *Count) add(answered bool) {
	c.Asked++
	if answered {
		c.Answered++
	}
}

// share is the part that was answered, 1 of nothing.
func (c Count) share() float64 {
	if c.Asked == 0 {
		return 1
	}
	return float64(c.Answered) / float64(c.Asked)
}

// Operations are counts by the operations' names in a history.
type Operations map[string]Operation

// An Operation is the count of one kind of operation.
type Operation struct {
	Count
	// Calm are those that met no fault.
	Calm Count `json:"while_nothing_was_broken"`
}

// total is the count of all operations.
func (o Operations) total() Count {
	var all Count
	for _, op := range o {
		all.Asked += op.Asked
		all.Answered += op.Answered
	}
	return all
}

// Conflicts are the occasions on which clients got in each other's way. Where they do
// not, any order explains what they saw.
type Conflicts struct {
	// Mismatches are the compare-and-sets that met another head than they expected.
	Mismatches int `json:"mismatches"`
	// Overwrites are the acknowledged writes that replaced what another process wrote.
	Overwrites int `json:"overwrites"`
	// Overlaps are the writes that were in flight together with another one of their key.
	Overlaps int `json:"overlapping_writes"`
}

func (c Conflicts) total() int { return c.Mismatches + c.Overwrites + c.Overlaps }

// KeyConflicts is how many conflicts of all kinds there were on a key.
type KeyConflicts struct {
	Key       string
	Conflicts int
}

// Unknown counts the writes of which no client learnt what became of them, by what the
// check found out.
type Unknown struct {
	// Applied: what other operations saw cannot be explained without them.
	Applied int `json:"applied"`
	// NotApplied: nobody saw an effect; everything is explained without them.
	NotApplied int `json:"not_applied"`
	// Open: on keys for which no order was found.
	Open int `json:"open"`
}

// A Fault is one that happened, and what it met.
type Fault struct {
	Name   string `json:"fault"`
	Target string `json:"target,omitempty"`
	// Effect is what was seen of it; empty when it had none.
	Effect string `json:"effect"`
	// WritesAtStart and WritesAtEnd are the writes in flight when it began and was healed.
	WritesAtStart int  `json:"writes_in_flight_at_start"`
	WritesAtEnd   int  `json:"writes_in_flight_at_end"`
	Healed        bool `json:"healed"`
	// AtWork: it began while clients were at work, not before them.
	AtWork bool `json:"began_at_work"`
}

// NeverAnswered returns the names of the operations that were asked for and never
// answered, sorted.
func (e Evidence) NeverAnswered() []string {
	var never []string
	for _, name := range slices.Sorted(maps.Keys(e.Operations)) {
		if e.Operations[name].Answered == 0 {
			never = append(never, name)
		}
	}
	return never
}
