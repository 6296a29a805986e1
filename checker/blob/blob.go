// Package blob decides the history of one Blob key without a search.
//
// Values are unique and deletes name what they removed, so the operations of one
// value form a block that no other value's operation can enter. What is left is to
// order the blocks in time (Gibbons and Korach, "Testing Shared Memories", SIAM J.
// Comput. 1997, theorem 4.2) and to find stretches of absence for the operations
// that saw nothing, which is a matching of deadlines to deletes (earliest deadline
// first). Both take a sort and one sweep.
package blob

import (
	"hash/maphash"

	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A Result is what [Check] found: one of its fields is set, unless the key has no
// operations.
type Result struct {
	// Order is a linearization; listings have no place in it.
	Order proof.Order
	// Contradiction is why there is none.
	Contradiction []proof.Step
	// Undecided says why this key needs a search.
	Undecided string
}

// Check decides the history of one key.
func Check(h perkey.History, relax location.Relaxations) Result {
	return NewChecker(relax).Check(h)
}

// A Checker checks one key after the other, in the same memory. The zero Checker is of no
// use.
type Checker struct{ key key }

// NewChecker returns a Checker under these relaxations.
func NewChecker(relax location.Relaxations) *Checker {
	return &Checker{key{
		relax:      relax,
		deleteSize: relax.Allow(location.RelaxDeleteSize),
		noRestore:  relax.Allow(location.RelaxNoRestore),
		seed:       maphash.MakeSeed(),
	}}
}

// Check decides the history of one key.
func (c *Checker) Check(h perkey.History) Result {
	k := &c.key
	k.reset(h)
	for _, step := range []func(){k.gather, k.checkRefusals, k.followRestores, k.checkBlocks, k.findZones, k.sweep} {
		if step(); k.decided() {
			break
		}
	}
	return Result{Order: k.order, Contradiction: k.contradiction, Undecided: k.undecided}
}

// decided reports whether the key is decided, or will not be.
func (k *key) decided() bool {
	return k.order != nil || k.contradiction != nil || k.undecided != ""
}

// A key is the state of one check. Operations are named by their index.
type key struct {
	relax      location.Relaxations
	deleteSize bool // relaxation delete-size
	noRestore  bool // relaxation no-restore
	seed       maphash.Seed

	perkey.History
	spots  []spot  // by operation
	blocks []block // in the order of appearance
	names  index   // of the blocks of values
	sizes  index
	tags   []entry   // to sort them with
	later  []int32   // answers about values that were not known yet
	zones  []stretch // in order of time
	// waiting are the blocks that are no zones, by when they can take effect at one
	// instant outside all zones.
	waiting []stretch
	spare   []stretch
	// lookups are the deletes that delete-size takes apart.
	lookups []lookup
	sweeper sweep
	findings
}

// findings are what was found of one key.
type findings struct {
	restores []*history.Operation // that succeeded
	refused  []int32              // the blocks of restores that found that nothing had ever been set
	again    [][2]int32           // pairs of deletes that removed the same value
	revives  bool                 // a restore may have brought a value back,
	removals bool                 // since something was deleted, or may have been
	sizeless bool                 // some value's size is not known
	asked    bool                 // some operation reported a size:
	size     int64

	// What the check comes to: the first of these that is set.
	undecided     string
	contradiction []proof.Step
	order         proof.Order
}

func (k *key) reset(h perkey.History) {
	n := len(h.Operations)
	k.History, k.findings = h, findings{}
	k.spots = emptied(k.spots, n)[:n]
	k.blocks = emptied(k.blocks, n*5/8+1)
	k.later, k.zones, k.lookups = k.later[:0], k.zones[:0], k.lookups[:0]
	k.names.reset(n)
	k.sizes.reset(n)
}

// emptied returns s without elements and with room for n.
func emptied[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, 0, n)
	}
	return s[:0]
}

// A spot is what placing an operation takes.
type spot struct {
	call int64
	line int32 // 0 for a listing, which has no place
	next int32 // the next read of the same value, see block.reads
}

const none = -1

// A block is what one value's operations occupy on the time line, or one operation
// that saw absence or made it.
//
// If called <= returned, all of it can take effect at any one instant between the
// two. Otherwise it is a zone: it certainly holds the key from returned to called.
type block struct {
	returned int64        // the Latest of first
	called   int64        // the Call of last
	set      *history.Set // nil if it is about no value
	op       int32        // what set the value, or the one operation
	first    int32        // the operation with the earliest Latest
	last     int32        // the operation with the latest Call
	removed  int32        // the delete that named the value, or none
	reads    int32        // the latest read of the value, counted from 1
	owner    int32        // the block of last, where it is another one that certainly comes before
	kind     kind
	seen     bool
	twice    bool // there is another set of the value
	alike    bool // there is another value of its size
	sized    bool // some answer names it by its size
}

type kind uint8

const (
	lasting  kind = iota // a value that no delete is known to have removed
	deleting             // a value and the delete that removed it, or a delete of whatever there was, if it happened
	absent               // an operation that saw nothing
)

// newBlock returns the index of a new block of one operation.
func (k *key) newBlock(kind kind, set *history.Set, i int) int32 {
	op := k.Operations[i]
	k.blocks = append(k.blocks, block{
		returned: op.Latest(), called: op.Call, set: set, op: int32(i), first: int32(i), last: int32(i),
		removed: none, owner: none, kind: kind, seen: set == nil || op.Outcome == history.Ok,
	})
	return int32(len(k.blocks) - 1)
}

// add widens the block by one operation.
func (b *block) add(i int, op *history.Operation) {
	b.seen = true
	if latest := op.Latest(); latest < b.returned {
		b.first, b.returned = int32(i), latest
	}
	if op.Call > b.called {
		b.last, b.called = int32(i), op.Call
	}
}

func (b *block) zone() bool { return b.returned < b.called }

// A stretch is a stretch of time and the block that it is about.
type stretch struct {
	begin, end int64
	of         int32
	kind       kind // of the block
}
