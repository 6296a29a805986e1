package evidence

import (
	"cmp"
	"math"
	"slices"

	"github.com/assay-dev/assay/workload/history"
)

// outages are the faults of a history as intervals of time.
type outages struct {
	faults []history.Fault
	// broken are the intervals in which anything was broken, merged and ascending.
	broken []interval
	// over is when the last fault was healed.
	over int64
	// instants are the beginnings and ends of faults, ascending. changes holds by how
	// much the number of writes in flight changes at each: by instants rather than by
	// faults, a write costs two searches however many faults there are.
	instants []int64
	changes  []int
}

type interval struct{ from, to int64 }

func newOutages(faults []history.Fault) *outages {
	o := &outages{faults: faults, over: math.MinInt64}
	sorted := slices.SortedFunc(slices.Values(faults), func(a, b history.Fault) int { return cmp.Compare(a.Call, b.Call) })
	for _, f := range sorted {
		o.instants = append(o.instants, f.Call, f.Return)
		o.over = max(o.over, f.Return)
		if n := len(o.broken); n > 0 && f.Call <= o.broken[n-1].to {
			o.broken[n-1].to = max(o.broken[n-1].to, f.Return)
		} else {
			o.broken = append(o.broken, interval{f.Call, f.Return})
		}
	}
	slices.Sort(o.instants)
	o.instants = slices.Compact(o.instants)
	o.changes = make([]int, len(o.instants)+1)
	return o
}

// calm reports whether nothing was broken at any time of op.
func (o *outages) calm(op *history.Operation) bool {
	at, _ := slices.BinarySearchFunc(o.broken, op.Call, func(i interval, t int64) int { return cmp.Compare(i.to, t) })
	return at == len(o.broken) || o.broken[at].from > op.Return
}

// healed reports whether op was called after the last fault; nothing is called after
// one that was never healed.
func (o *outages) healed(op *history.Operation) bool {
	return len(o.faults) > 0 && op.Call >= o.over
}

// inFlight notes a write for the faults that began or ended while it was in flight.
func (o *outages) inFlight(op *history.Operation) {
	if len(o.instants) == 0 {
		return
	}
	from, _ := slices.BinarySearch(o.instants, op.Call)
	to, exact := slices.BinarySearch(o.instants, op.Return)
	if exact {
		to++
	}
	o.changes[from]++
	o.changes[to]--
}

// result returns what each fault met in a run that began at the instant begun.
func (o *outages) result(begun int64) []Fault {
	writes, sum := make([]int, len(o.instants)), 0
	for i := range writes {
		sum += o.changes[i]
		writes[i] = sum
	}
	at := func(instant int64) int {
		i, _ := slices.BinarySearch(o.instants, instant)
		return writes[i]
	}
	found := make([]Fault, len(o.faults))
	for i, f := range o.faults {
		found[i] = Fault{
			Name: f.Fault, Target: f.Target, Effect: f.Effect,
			WritesAtStart: at(f.Call), Healed: f.Return != history.Never, AtWork: f.Call > begun,
		}
		if found[i].Healed {
			found[i].WritesAtEnd = at(f.Return)
		}
	}
	return found
}
