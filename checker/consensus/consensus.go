// Package consensus decides the history of one Consensus key without a search, in
// nearly linear time.
//
// The versions of a key are ordered by their numbers and each names its predecessor,
// so the chain of versions is known beforehand. What is left to find is the instant
// T(i) of each commit, and the instant M(j) at which truncation passed each version.
// Every answer bounds these from below or from above. All bounds from below together
// are Horn clauses ("if T(i+1) is later than this, then T(i) is later than that"), so
// that they have a least solution, and there is an order iff it keeps all bounds from
// above. docs/checking.md has the argument in full.
//
// Only an unseen version that several operations can have written, and what follows
// the last known version, leave a choice. The likeliest is taken, and only when a contradiction
// rests on it are all paths looked at together, and those taken that lead to the end.
package consensus

import (
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A Result is what [Check] found: one of its fields is set, or none for an order of no
// operations.
type Result struct {
	// Order is a linearization of all operations but the listings. They follow from when
	// the first version was committed.
	Order proof.Order
	// Contradiction is operations among which there is a contradiction; proof.Shrink finds
	// it, and may have to tell these version numbers apart.
	Contradiction []proof.Step
	Apart         []location.SeqNo
	// Undecided says why the key needs a search.
	Undecided string
}

// Check decides the operations of one key: those that perkey.Split returns.
// Each needs a line of its own.
func Check(operations []*history.Operation, relax location.Relaxations) Result {
	return NewChecker(relax).Check(operations)
}

// A Checker checks one key after the other, in the same memory. The zero Checker is of no
// use.
type Checker struct{ key key }

// NewChecker returns a Checker under these relaxations.
func NewChecker(relax location.Relaxations) *Checker {
	return &Checker{key{
		stale:     relax.Allow(location.RelaxStaleHead),
		uncounted: relax.Allow(location.RelaxTruncateCount),
		settled:   map[question]int64{},
	}}
}

// Check does what [Check] does.
func (c *Checker) Check(operations []*history.Operation) Result {
	k := &c.key
	k.reset(operations)
	if steps := k.gather(); steps != nil {
		return Result{Contradiction: steps}
	}
	return k.decide()
}

// A key is the state of one check: what its operations say, before any choice.
type key struct {
	operations []*history.Operation
	lines      []int32 // of the operations
	stale      bool    // relaxation stale-head
	uncounted  bool    // relaxation truncate-count

	writes     []write  // that may have happened, by version number
	slots      []slot   // the version numbers that they carry, ascending
	seen       []sight  // what all other operations say
	details    []detail // of some of them
	mismatches int      // so many of these
	counted    []count  // what some truncations told
	listings   []sight  // the listings, which take no place in an order
	reads      []sight  // under stale-head, the heads and scans instead, process by process

	settled map[question]int64 // the choices that are not to be revised
	guess   guesses
	budget  int // so many more operations may be looked at

	byBound []bounded // once it was needed

	// Memory that is in no use.
	chains    []*chain
	timelines []*timeline
	orderer   orderer
}

// A write is a compare-and-set that was committed, or may have been.
type write struct {
	seq, after uint64 // its number; its predecessor's plus one, 0 for none
	call, ret  int64
	value      string
	op         int32
	committed  bool
}

// A slot is a version number that writes carry.
type slot struct {
	seq       uint64
	value     string // where seen or committed
	first     int32  // the first of its writes
	seen      int32  // the first operation that saw it, none if nobody did
	committed int32  // its committed write, none if it has none
}

const none = -1

func (s *slot) known() bool { return s.seen != none || s.committed != none }

// A sight is what one operation other than a write says: it came after the version
// of slot low was committed, and before that of slot high was.
type sight struct {
	call, ret int64 // ret is never for a truncation that was not answered
	op        int32
	low, high int32
	detail    int32 // its index in details, none if that is all
}

// A detail is what a sight says besides.
type detail struct {
	kind   kind
	slot   int32 // see the kinds
	from   int32 // of a scan: the slot of its bound
	number int32 // so many versions were returned or deleted, uncounted if unknown
}

const uncounted = -1

// A count is a truncation that deleted so many versions, all below that of the slot.
type count struct{ slot, number, op int32 }

// kind says what a detail means.
type kind uint8

const (
	// mismatch: slot was not the head.
	mismatch kind = iota
	// scan: slot was the first version returned.
	scan
	// truncation: slot is the first at or above the bound.
	truncation
)
