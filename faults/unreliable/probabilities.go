package unreliable

import "time"

// Odds are the probabilities, 0 to 1, with which an operation goes wrong.
type Odds struct {
	// Lost: it does not happen.
	Lost float64
	// Untold: the caller is not told what became of it.
	Untold float64
	// Late: it takes effect after its error was returned, given that it changes
	// something, happens and is not told.
	Late float64
	// MaxLate bounds how long after.
	MaxLate time.Duration
	// Delayed: it starts later, by at most MaxDelay.
	Delayed  float64
	MaxDelay time.Duration
	// Cancelled: its caller gives up while it is underway, after at most MaxPatience,
	// given that it happens and is told. What it says then is the store's own answer.
	// Listings are not cancelled.
	Cancelled   float64
	MaxPatience time.Duration
}

// Probabilities are the odds of all operations.
type Probabilities struct {
	// Default are the odds of the operations that are not in Per.
	Default Odds
	// Per are odds by the operation's name in the history format, compare_and_set for
	// example.
	Per map[string]Odds
}

// Of returns the odds of an operation.
func (p Probabilities) Of(op string) Odds {
	if odds, ok := p.Per[op]; ok {
		return odds
	}
	return p.Default
}

// DefaultRate is the rate of faults where none is named, see [Rate].
const DefaultRate = 0.1

// Rate returns probabilities with which the share rate of all operations is lost, the
// same share is not told, half of the changes that are not told land late, and callers
// give up a fifth as often.
func Rate(rate float64) Probabilities {
	return Probabilities{Default: Odds{
		Lost: rate, Untold: rate,
		Late: 0.5, MaxLate: 20 * time.Millisecond,
		Delayed: rate, MaxDelay: time.Millisecond,
		Cancelled: rate / 5, MaxPatience: time.Millisecond,
	}}
}
