// Package checker decides whether a history is explained by the contract: whether
// one order of its operations exists that respects time and in which each answer is
// the one that the contract demands (linearizability, Herlihy and Wing 1990). An
// operation whose outcome is unknown counts as possibly applied, at any time after
// its call.
package checker

import (
	"time"

	"github.com/assay-dev/assay/checker/explain"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
)

// A Verdict is what a check found.
type Verdict string

// The verdicts, from best to worst. Insufficient is a valid history of a run that
// proves little; it comes from the evidence and never from the check itself.
const (
	Valid        Verdict = "valid"
	Insufficient Verdict = "insufficient"
	Undecided    Verdict = "undecided"
	Invalid      Verdict = "invalid"
)

// Options say how a history is judged and what that may cost.
type Options struct {
	Relax location.Relaxations
	// Workers is how many keys are checked at a time; 0 means one per processor.
	Workers int
	// Budget bounds the searches; what exceeds it is undecided.
	Budget Budget
	// Clock is what the times of the history count, for the words of the argument.
	Clock explain.Clock
}

// A Budget bounds all searches of one check together. Zero means the default.
type Budget struct {
	Time   time.Duration
	Memory int64 // in bytes
}

// A Result is the verdict on a history and what it rests on.
type Result struct {
	Verdict Verdict
	// Violations has at most one entry per key, sorted by key.
	Violations []Violation
	// Undecided are the keys on which a search gave up, sorted by key.
	Undecided []UndecidedKey
	// Certificate proves the verdict on each key to [proof.Verify].
	Certificate *proof.Certificate
}

// A Violation is a key whose operations no order explains.
type Violation struct {
	Key string
	// Clause is the clause of the contract that is broken, C6 for example.
	Clause string
	// Lines are the operations at fault, by their line in the history.
	Lines []int
	// Explanation is one sentence or a few, for people; it names the key.
	Explanation string
	// Argument is the contradiction step by step, in several lines: what was seen by whom
	// and when, why it cannot be, and how far wrong the clocks would have to be to excuse
	// it. It is empty where a search found nothing that is small enough to be proven.
	Argument string
}

// An UndecidedKey is a key on which the search gave up, and why.
type UndecidedKey struct {
	Key    string
	Reason string
}
