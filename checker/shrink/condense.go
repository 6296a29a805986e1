package shrink

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// condense returns operations that leave the same possibilities as all do, for the steps
// of these and any fewer: of the writes of one effect, one for each stretch of time in
// which any is in flight.
func condense(about proof.About, named []*history.Operation, apart []location.SeqNo) []*history.Operation {
	var moments []int64
	for _, op := range named {
		if op.Outcome != history.Info {
			moments = append(moments, op.Return)
		}
	}
	moment := func(t int64) int {
		return sort.Search(len(moments), func(i int) bool { return moments[i] >= t })
	}
	isNamed, effect := map[*history.Operation]bool{}, about.Effect(named, apart)
	for _, op := range named {
		isNamed[op] = true
	}
	var last any
	var of map[int]*stretch
	stretches := map[any]map[int]*stretch{} // by effect and from
	for _, op := range about.Operations {
		does := effect(op)
		if does == nil || isNamed[op] {
			continue
		}
		if does != last {
			if last, of = does, stretches[does]; of == nil {
				of = map[int]*stretch{}
				stretches[does] = of
			}
		}
		from := moment(op.Call)
		known := of[from]
		if known == nil {
			known = &stretch{from: from, until: -1, call: math.MaxInt64}
			of[from] = known
		}
		known.call = min(known.call, op.Call)
		if until := moment(op.Latest()); until > known.until {
			known.until, known.latest = until, op
		}
	}
	kept := slices.Clone(named)
	for _, of := range stretches {
		kept = append(kept, joined(of)...)
	}
	return kept
}

// A stretch is writes of one effect that are in flight one after the other.
type stretch struct {
	from, until int // moments
	call        int64
	latest      *history.Operation
}

// joined returns an operation for each longest stretch.
func joined(stretches map[int]*stretch) (kept []*history.Operation) {
	sorted := make([]*stretch, 0, len(stretches))
	for _, s := range stretches {
		sorted = append(sorted, s)
	}
	slices.SortFunc(sorted, func(a, b *stretch) int { return cmp.Compare(a.from, b.from) })
	for i, s := range sorted {
		if i > 0 && s.from <= sorted[i-1].until+1 {
			s.call = sorted[i-1].call
			if s.until < sorted[i-1].until {
				s.until, s.latest = sorted[i-1].until, sorted[i-1].latest
			}
			kept = kept[:len(kept)-1]
		}
		op := *s.latest
		op.Call = s.call
		kept = append(kept, &op)
	}
	return kept
}
