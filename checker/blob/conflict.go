package blob

import "github.com/assay-dev/assay/workload/history"

// A Rule names the kind of a contradiction.
type Rule string

// The rules.
const (
	Damaged         Rule = "damaged"           // the bytes were no value at all
	WrongSize       Rule = "wrong size"        // a value was read with another size
	Phantom         Rule = "phantom"           // nobody wrote what was seen
	Misnamed        Rule = "misnamed"          // a listing named a key twice, or one that was not asked for
	Failed          Rule = "failed"            // only a set that did not happen wrote what was seen
	SeenBeforeSet   Rule = "seen before set"   // a value was seen before its set was called
	SeenAfterDelete Rule = "seen after delete" // a value was seen after its delete had returned
	DeletedTwice    Rule = "deleted twice"     // two deletes removed the same value
	RefusedAfterSet Rule = "refused after set" // a restore found nothing ever set, but a value had been seen
	Interleaved     Rule = "interleaved"       // two values would each have to come before the other
	NoDelete        Rule = "no delete"         // nothing was seen, and there are not enough deletes for it
)

// needsBlocks reports whether the rule rests on each value being there only once.
func (r Rule) needsBlocks() bool {
	return r == SeenAfterDelete || r == DeletedTwice || r == Interleaved || r == NoDelete
}

// An Edge is a pair of operations of which the first returned before the second was
// called.
type Edge struct {
	Before, After *history.Operation
}

// A Hole is a stretch in which a delete must take effect: after a value that no
// delete removed was there, and before an operation saw nothing.
type Hole struct {
	Value *history.Operation // the set
	Seen  *history.Operation // the operation that saw nothing
}

// A Conflict is a contradiction between a few operations.
type Conflict struct {
	Rule       Rule
	Operations []*history.Operation // of the rules without edges
	Edges      []Edge
	// Holes follow each other in every order, and fewer deletes than holes can have
	// taken effect in any of them.
	Holes []Hole
}
