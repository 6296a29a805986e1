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
	"slices"

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

// A Step of a contradiction is one operation that takes part in it. First come those
// without an answer, in the order of their calls, and then the others in that of their
// returns. They contradict each other whatever the others of the key did, as long as each
// write among those took effect while it was in flight. docs/checking.md says why.
type Step struct {
	Line int  `json:"line"`
	Rule Rule `json:"rule"`
}

// A Rule is the clause of the contract by which an operation takes part in a
// contradiction, see [RuleOf].
type Rule string

// Lines returns the operations that a contradiction is about, ascending.
func Lines(steps []Step) []int {
	var lines []int
	for _, s := range steps {
		lines = append(lines, s.Line)
	}
	slices.Sort(lines)
	return lines
}

// RuleOf returns the rule by which op takes part in a contradiction: the clause of the
// contract that says what the key can have held when it was answered as it was, and
// what after that; or E1, that without an answer it may take effect once, at any time
// from its call on.
func RuleOf(op *history.Operation) Rule {
	if op.Outcome == history.Info {
		return "E1"
	}
	return map[string]Rule{
		"head": "C6", "compare_and_set": "C2", "scan": "C7", "truncate": "C8", "list_keys": "C9",
		"get": "B1", "set": "B2", "delete": "B3", "list": "B4", "restore": "B5",
		"read": "R1", "write": "R1", "cas": "R2",
	}[op.Action.Name()]
}
