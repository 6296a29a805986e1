package evidence

import (
	"slices"

	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
)

// Gather counts the evidence in h, in one pass. The certificate, nil where there is
// none, tells which writes of unknown outcome were applied.
func Gather(h *history.History, certificate *proof.Certificate) Evidence {
	keys := 0
	if certificate != nil {
		keys = len(certificate.Keys)
	}
	g := gathering{
		faults: newOutages(h.Faults), fates: newFates(h.Operations, certificate),
		keys: make(map[string]int, keys), writes: make([]lastWrite, 0, keys),
	}
	begun := int64(history.Never)
	for i := range h.Operations {
		g.count(i, &h.Operations[i])
		begun = min(begun, h.Operations[i].Call)
	}
	g.found.Faults = g.faults.result(begun)
	g.found.Operations = g.named()
	g.found.Refused = g.refused()
	g.sumUp()
	return g.found
}

// gathering is one pass over a history.
type gathering struct {
	found    Evidence
	kinds    [len(names)]Operation
	specials [len(specials)]Count
	faults   *outages
	fates    fates
	keys     map[string]int // the place of each key in writes
	writes   []lastWrite
}

func (g *gathering) count(i int, op *history.Operation) {
	kind, ok := &g.kinds[kindOf(op.Action)], answered(op)
	kind.add(ok)
	if g.faults.calm(op) {
		kind.Calm.add(ok)
		g.found.Calm.add(ok)
		g.countSpecials(op, ok)
	}
	if g.faults.healed(op) {
		g.found.Healed.add(ok)
	}
	if !perkey.Effective(op.Action) {
		return
	}
	g.faults.inFlight(op)
	g.conflicts(op)
	if op.Outcome == history.Info {
		g.fates.count(i, op, &g.found.Unknown)
	}
}

// named returns the counts of the kinds that were asked for.
func (g *gathering) named() Operations {
	named := Operations{}
	for kind, op := range g.kinds {
		if op.Asked > 0 {
			named[names[kind]] = op
		}
	}
	return named
}

// names are those of all operations. A place in them is found faster than in a map.
var names = [...]string{
	"head", "compare_and_set", "scan", "truncate", "list_keys",
	"get", "set", "delete", "restore", "list",
	"read", "write", "cas",
}

// kindOf returns the place of an action's name in names.
func kindOf(a history.Action) int {
	switch a.(type) {
	case *history.Head:
		return 0
	case *history.CompareAndSet:
		return 1
	case *history.Scan:
		return 2
	case *history.Truncate:
		return 3
	case *history.ListKeys:
		return 4
	case *history.Get:
		return 5
	case *history.Set:
		return 6
	case *history.Delete:
		return 7
	case *history.Restore:
		return 8
	case *history.RegisterRead:
		return 10
	case *history.RegisterWrite:
		return 11
	case *history.RegisterSwap:
		return 12
	}
	return 9
}

// answered reports whether op has the answer that it deserves, which may be a refusal.
func answered(op *history.Operation) bool {
	if op.Outcome != history.Fail {
		return op.Outcome == history.Ok
	}
	if a, ok := op.Action.(*history.CompareAndSet); ok {
		return !legal(a)
	}
	return perkey.Refusal(op)
}

// A lastWrite is what is remembered of a key: who wrote what it holds, the interval of
// the write that returned last, and the conflicts so far.
type lastWrite struct {
	key      string
	met      Conflicts
	held     bool
	writer   int
	from, to int64
}

// sumUp counts the conflicts of all keys.
func (g *gathering) sumUp() {
	all := &g.found.Conflicts
	for _, w := range g.writes {
		all.Mismatches += w.met.Mismatches
		all.Overwrites += w.met.Overwrites
		all.Overlaps += w.met.Overlaps
		if n := w.met.total(); n > 0 {
			g.found.ByKey = append(g.found.ByKey, KeyConflicts{w.key, n})
		}
	}
	slices.SortStableFunc(g.found.ByKey, func(a, b KeyConflicts) int { return b.Conflicts - a.Conflicts })
}

// conflicts looks for conflicts of a write with earlier lines of its key. Files have
// their operations roughly by time, which makes this a good lower bound.
func (g *gathering) conflicts(op *history.Operation) {
	at, known := g.keys[op.Key]
	if !known {
		at = len(g.writes)
		g.keys[op.Key] = at
		g.writes = append(g.writes, lastWrite{key: op.Key})
	}
	last := &g.writes[at]
	if a, ok := op.Action.(*history.CompareAndSet); ok && op.Outcome == history.Ok && !a.Committed {
		last.met.Mismatches++
	}
	if known && op.Call < last.to && last.from < op.Return {
		last.met.Overlaps++
	}
	if op.Return != history.Never && op.Return > last.to {
		last.from, last.to = op.Call, op.Return
	}
	if op.Outcome != history.Ok {
		return
	}
	switch a := op.Action.(type) {
	case *history.CompareAndSet:
		if a.Committed {
			last.met.Overwrites += last.replace(op.Process)
		}
	case *history.Set, *history.RegisterWrite:
		last.met.Overwrites += last.replace(op.Process)
	case *history.RegisterSwap:
		if a.Swapped {
			last.met.Overwrites += last.replace(op.Process)
		} else {
			last.met.Mismatches++
		}
	case *history.Delete:
		last.held = false
	}
}

// replace puts a new value in the place of what the key held, and returns 1 if that
// was another process's.
func (w *lastWrite) replace(process int) int {
	conflict := w.held && w.writer != process
	w.held, w.writer = true, process
	if conflict {
		return 1
	}
	return 0
}

// fates tell what became of writes of unknown outcome.
type fates struct {
	placed []bool          // by line
	open   map[string]bool // keys without an order
	none   bool            // there is no certificate
}

func newFates(operations []history.Operation, certificate *proof.Certificate) fates {
	f := fates{none: certificate == nil, open: map[string]bool{}}
	isInfo := func(op history.Operation) bool { return op.Outcome == history.Info }
	if f.none || !slices.ContainsFunc(operations, isInfo) {
		return f
	}
	last := 0
	for i := range operations {
		last = max(last, operations[i].Line, i+2)
	}
	f.placed = make([]bool, last+1)
	for _, key := range certificate.Keys {
		if key.Undecided != "" || key.Contradiction != nil {
			f.open[key.Key] = true
		}
		for _, p := range key.Order {
			f.placed[p.Line] = true
		}
	}
	return f
}

func (f fates) count(i int, op *history.Operation, found *Unknown) {
	line := op.Line
	if line == 0 {
		line = i + 2 // as the check numbers them
	}
	switch {
	case f.none || f.open[op.Key]:
		found.Open++
	case f.placed[line]:
		found.Applied++
	default:
		found.NotApplied++
	}
}
