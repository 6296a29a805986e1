package report

import (
	"math"
	"slices"

	"github.com/assay-dev/assay/workload/history"
)

// The grid on which operations are counted.
const (
	columns = 150 // of time
	// levels of latency: levelsPerDecade in each power of ten from leastLatency on.
	levels          = 180
	levelsPerDecade = 20
	leastLatency    = 100 // ns
	outcomes        = 3
)

// A survey is all that the plots show of a history, counted in one pass and of a size
// that does not depend on it.
type survey struct {
	begin, end float64 // ns
	faults     []history.Fault
	kinds      []*kind
	// rate counts the operations that came to their end in a column, by outcome.
	rate [outcomes][columns]int
	// open is how many operations were in flight on average over a column.
	open [columns]float64
	// shift is how much the number in flight throughout a column differs from the
	// column before.
	shift [columns + 1]float64
}

// A kind counts the operations of one name.
type kind struct {
	name string
	// cells are counts by column and level; nil for outcomes that never came.
	cells [outcomes][]uint32
}

// newSurvey counts h; it is nil where there is nothing to be counted.
func newSurvey(h *history.History) *survey {
	if h == nil || len(h.Operations) == 0 {
		return nil
	}
	s := &survey{faults: h.Faults, begin: math.Inf(1), end: math.Inf(-1)}
	for i := range h.Operations {
		op := &h.Operations[i]
		s.begin = min(s.begin, float64(op.Call))
		s.end = max(s.end, float64(op.Call))
		if op.Return != history.Never {
			s.end = max(s.end, float64(op.Return))
		}
	}
	s.end = max(s.end, s.begin+1)
	byName := map[string]*kind{}
	for i := range h.Operations {
		s.count(&h.Operations[i], byName)
	}
	for _, k := range byName {
		s.kinds = append(s.kinds, k)
	}
	slices.SortFunc(s.kinds, func(a, b *kind) int { return place(a.name) - place(b.name) })
	open := 0.0
	for i := range s.open {
		open += s.shift[i]
		s.open[i] += open
	}
	return s
}

// place orders the operations: reads, then writes, then listings.
func place(name string) int {
	return slices.Index([]string{
		"head", "scan", "compare_and_set", "truncate", "list_keys",
		"get", "set", "delete", "restore", "list",
		"read", "write", "cas",
	}, name)
}

func (s *survey) count(op *history.Operation, byName map[string]*kind) {
	from, to := s.at(float64(op.Call)), float64(columns)
	if op.Return != history.Never {
		to = max(from, s.at(float64(op.Return)))
	}
	first, last := column(from), column(to)
	s.rate[op.Outcome][last]++
	if first == last {
		s.open[first] += to - from
	} else {
		s.open[first] += float64(first+1) - from
		s.open[last] += to - float64(last)
		s.shift[first+1]++
		s.shift[last]--
	}
	if op.Return == history.Never {
		return // it has no latency
	}
	k := byName[op.Action.Name()]
	if k == nil {
		k = &kind{name: op.Action.Name()}
		byName[k.name] = k
	}
	cells := &k.cells[op.Outcome]
	if *cells == nil {
		*cells = make([]uint32, columns*levels)
	}
	(*cells)[first*levels+level(float64(op.Return)-float64(op.Call))]++
}

// at returns where the instant t is, in columns.
func (s *survey) at(t float64) float64 {
	return min(max((t-s.begin)/(s.end-s.begin), 0), 1) * columns
}

func column(at float64) int { return min(int(at), columns-1) }

// level returns the level of a latency in nanoseconds.
func level(latency float64) int {
	if latency <= leastLatency {
		return 0
	}
	return min(int(math.Log10(latency/leastLatency)*levelsPerDecade), levels-1)
}

// columnSeconds is how long a column takes.
func (s *survey) columnSeconds() float64 { return (s.end - s.begin) / columns / 1e9 }

// quantiles returns the levels below which the given shares of the acknowledged
// operations were that were called in the columns from first up to last; nothing when
// there were none.
func (k *kind) quantiles(first, last int, shares []float64) []float64 {
	cells := k.cells[history.Ok]
	if cells == nil {
		return nil
	}
	var sums [levels]int
	total := 0
	for c := first; c < last; c++ {
		for l, n := range cells[c*levels : (c+1)*levels] {
			sums[l] += int(n)
			total += int(n)
		}
	}
	if total == 0 {
		return nil
	}
	found := make([]float64, len(shares))
	for i, share := range shares {
		rank, below := int(math.Ceil(share*float64(total))), 0
		for l, n := range sums {
			if below += n; below >= rank {
				found[i] = float64(l) + 0.5
				break
			}
		}
	}
	return found
}

// span returns the lowest and the highest level that occur.
func (s *survey) span() (lowest, highest int) {
	lowest, highest = levels, 0
	for _, k := range s.kinds {
		for _, cells := range k.cells {
			for i, n := range cells {
				if n > 0 {
					lowest, highest = min(lowest, i%levels), max(highest, i%levels)
				}
			}
		}
	}
	return min(lowest, highest), highest
}
