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
	"math"

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
	k := &key{
		History:    h,
		deleteSize: relax.Allow(location.RelaxDeleteSize),
		noRestore:  relax.Allow(location.RelaxNoRestore),
		seed:       maphash.MakeSeed(),
		next:       make([]int32, len(h.Operations)),
	}
	for _, step := range []func(){k.gather, k.checkRefusals, k.checkBlocks, k.findZones, k.sweep} {
		if step(); k.contradiction != nil || k.undecided != "" {
			return k.refuse()
		}
	}
	return Result{Order: k.order}
}

// refuse reports what stands in the way of an order. Where a restore may have
// brought a value back, a value can have several blocks; then only contradictions
// that need no blocks stand, and a search decides the rest.
func (k *key) refuse() Result {
	switch {
	case k.blockwise && k.revives && k.removals:
		return Result{Undecided: "a restore may have brought a deleted value back"}
	case k.contradiction != nil:
		return Result{Contradiction: k.contradiction}
	}
	return Result{Undecided: k.undecided}
}

// A key is the state of one check.
type key struct {
	perkey.History
	deleteSize bool // relaxation delete-size
	noRestore  bool // relaxation no-restore

	seed   maphash.Seed
	values []block // one for each set
	names  index
	sizes  index
	space  []block // for other blocks
	blocks []*block
	zones  []*block // in order of time
	next   []int32  // by operation: the next read of the same value, see block.reads
	// lookups are the deletes that delete-size takes apart.
	lookups  []lookup
	restores []*history.Operation // that succeeded
	refused  []*block             // restores that found that nothing had ever been set
	revives  bool                 // a restore may have brought a value back,
	removals bool                 // since something was deleted, or may have been
	sizeless bool                 // some value's size is not known

	// What the check comes to: the first of these that is set.
	undecided     string
	contradiction []proof.Step
	blockwise     bool // the contradiction rests on each value being there only once
	order         proof.Order
}

// A block is what one value's operations occupy on the time line, or one operation
// that saw absence or made it.
//
// If called <= returned, all of it can take effect at any one instant between the
// two. Otherwise it is a zone: it certainly holds the key from returned to called.
type block struct {
	kind     kind
	written  *history.Operation // the set, if it is about a value
	twice    bool               // there is another set of the value,
	alike    bool               // or of another value of its size
	removed  *history.Operation // the delete that named the value
	again    *history.Operation // another delete that named the value
	single   *history.Operation // the operation, if it is about no value
	reads    int32              // the latest read of the value, counted from 1
	first    *history.Operation // the operation with the earliest Latest
	last     *history.Operation // the operation with the latest Call
	returned int64              // the Latest of first
	called   int64              // the Call of last
	owner    *block             // of last, where it is another block that certainly comes before
	seen     bool
	// opens and closes are called and returned, moved out of the zones.
	opens, closes int64
	// after is the value that an operation that saw nothing found in its way.
	after *block
}

type kind uint8

const (
	lasting  kind = iota // a value that no delete is known to have removed
	deleting             // a value and the delete that removed it, or a delete of whatever there was, if it happened
	absent               // an operation that saw nothing
)

// newBlock returns a block. Many are allocated at a time.
func (k *key) newBlock(kind kind) *block {
	if len(k.space) == 0 {
		k.space = make([]block, min(256, 1+len(k.Operations)/2))
	}
	b := &k.space[0]
	k.space = k.space[1:]
	b.kind, b.returned, b.called = kind, math.MaxInt64, math.MinInt64
	return b
}

// add widens the block by one operation.
func (b *block) add(op *history.Operation) {
	if b.first == nil || op.Latest() < b.returned {
		b.first, b.returned = op, op.Latest()
	}
	if b.last == nil || op.Call > b.called {
		b.last, b.called = op, op.Call
	}
}

func (b *block) zone() bool { return b.returned < b.called }
