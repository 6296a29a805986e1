package blob

import (
	"cmp"
	"slices"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
)

// placeRestores puts each successful restore where the key is present anyway, so that
// it changes nothing.
func (k *key) placeRestores(order proof.Order) {
	if len(k.restores) == 0 {
		k.order = order
		return
	}
	byLine := make(map[int]*history.Operation, len(k.Operations))
	for _, op := range k.Operations {
		byLine[op.Line] = op
	}
	waiting := k.restores
	slices.SortFunc(waiting, func(a, b *history.Operation) int { return cmp.Compare(a.Call, b.Call) })
	var open []*history.Operation
	present := false
	for i, p := range order {
		k.order = append(k.order, p)
		present = presentAfter(byLine[p.Line], present)
		until := int64(history.Never)
		if i+1 < len(order) {
			until = order[i+1].At
		}
		for len(waiting) > 0 && waiting[0].Call <= until {
			open, waiting = append(open, waiting[0]), waiting[1:]
		}
		if !present {
			continue
		}
		for _, op := range open {
			if op.Latest() < p.At {
				k.undecided = restoreNeedsSearch
				return
			}
			k.order = append(k.order, proof.Placement{Line: op.Line, At: max(op.Call, p.At)})
		}
		open = open[:0]
	}
	if len(open)+len(waiting) > 0 {
		k.undecided = restoreNeedsSearch
	}
}

const restoreNeedsSearch = "a restore succeeded where no known value stood"

func presentAfter(op *history.Operation, before bool) bool {
	switch action := op.Action.(type) {
	case *history.Set:
		return true
	case *history.Delete:
		return before && op.Outcome == history.Ok && action.Answered && !action.Found
	}
	return before
}
