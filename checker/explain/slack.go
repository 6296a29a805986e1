package explain

import (
	"math"
	"slices"
	"sort"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// slack returns by how many nanoseconds, at the least, the clocks have to be wrong for
// the steps to be no contradiction; false if they contradict each other whatever the
// time.
func slack(about proof.About, steps []proof.Step, apart []location.SeqNo) (int64, bool) {
	var gaps []int64
	for _, s := range steps {
		first := about.Operations[slices.IndexFunc(about.Operations, func(op *history.Operation) bool { return op.Line == s.Line })]
		for _, second := range about.Operations {
			if gap := second.Call - first.Return; first.Outcome != history.Info && gap > 0 {
				gaps = append(gaps, gap)
			}
		}
	}
	slices.Sort(gaps)
	gaps = slices.Compact(gaps)
	i := sort.Search(len(gaps), func(i int) bool {
		_, err := later(about, gaps[i]).Possible(steps, apart)
		return err != nil
	})
	if i == len(gaps) {
		return 0, false
	}
	return gaps[i], true
}

// later returns the operations as they would be had each returned so much later.
func later(about proof.About, by int64) *proof.About {
	operations := slices.Clone(about.Operations)
	for i, op := range operations {
		late := *op
		late.Return += min(by, math.MaxInt64-late.Return)
		operations[i] = &late
	}
	about.Operations = operations
	return &about
}
