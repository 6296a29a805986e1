package report

import (
	"cmp"
	"slices"

	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload/history"
)

// How many operations the timeline of the whole run has, and how many of them are
// there for which reason.
const (
	maxSampled  = 3000
	maxViolated = 400 // named by violations
	maxStruck   = 800 // in flight when a fault began or was healed
	maxInstants = 200 // of faults
	maxLanes    = 200 // with more clients than that, some share theirs
)

// A timeline is the operations of a run that are drawn one by one, for the script of
// the page. All times are in nanoseconds since Begin.
type timeline struct {
	Span   float64   `json:"span"`
	Lanes  int       `json:"lanes"`
	Keys   []string  `json:"keys"`
	Kinds  []string  `json:"kinds"`
	Faults []shaded  `json:"faults"`
	Ops    []sampled `json:"ops"`
	Total  int       `json:"-"`
}

type shaded struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
	Name string  `json:"name"`
}

type sampled struct {
	Lane    int     `json:"l"`
	Process int     `json:"p"`
	Kind    int     `json:"o"`
	Key     int     `json:"k"`
	From    float64 `json:"f"`
	To      float64 `json:"t"` // the end of the run for one that never returned
	Outcome int     `json:"c"`
	Line    int     `json:"n"`
	Label   string  `json:"s"`
	Blamed  bool    `json:"b,omitempty"` // a violation names it
}

// newTimeline picks the operations: those that violations name, those that faults
// struck, and of all others each n-th.
func newTimeline(h *history.History, s *survey, violations []results.Violation) *timeline {
	t := &timeline{Span: s.end - s.begin, Total: len(h.Operations)}
	for _, f := range h.Faults[:min(len(h.Faults), maxInstants)] {
		t.Faults = append(t.Faults, shaded{max(float64(f.Call)-s.begin, 0), min(float64(f.Return)-s.begin, t.Span), results.Cut(faultName(f), 60)})
	}
	blamed := blamedLines(violations)
	picked := pick(h, blamed)
	slices.SortStableFunc(picked, func(a, b *history.Operation) int { return cmp.Compare(a.Call, b.Call) })
	lanes := newLanes(h.Operations)
	keys, kinds := &table{}, &table{}
	for _, op := range picked {
		to := t.Span
		if op.Return != history.Never {
			to = float64(op.Return) - s.begin
		}
		t.Ops = append(t.Ops, sampled{
			Lane: lanes.of[op.Process], Process: op.Process, Kind: kinds.place(op.Action.Name()), Key: keys.place(results.Cut(shown(op.Key), 40)),
			From: float64(op.Call) - s.begin, To: to, Outcome: int(op.Outcome), Line: op.Line, Label: label(op), Blamed: blamed[op.Line],
		})
	}
	t.Lanes, t.Keys, t.Kinds = len(lanes.free), keys.names, kinds.names
	return t
}

func blamedLines(violations []results.Violation) map[int]bool {
	lines := map[int]bool{}
	for _, v := range violations {
		for _, line := range v.Lines {
			if len(lines) < maxViolated {
				lines[line] = true
			}
		}
	}
	return lines
}

// pick makes one pass over the history.
func pick(h *history.History, blamed map[int]bool) []*history.Operation {
	var instants []int64
	for _, f := range h.Faults[:min(len(h.Faults), maxInstants)] {
		instants = append(instants, f.Call, f.Return)
	}
	slices.Sort(instants)
	stride := (len(h.Operations) + maxSampled - maxViolated - maxStruck - 1) / (maxSampled - maxViolated - maxStruck)
	struck, quota := map[int]int{}, maxStruck/max(len(instants), 1)
	var picked []*history.Operation
	for i := range h.Operations {
		op := &h.Operations[i]
		// The first instant that is not before the call.
		at, _ := slices.BinarySearch(instants, op.Call)
		met := at < len(instants) && instants[at] <= op.Return && instants[at] != history.Never && struck[at] < quota
		if i%stride == 0 || met || len(blamed) > 0 && blamed[op.Line] {
			picked = append(picked, op)
			if met {
				struck[at]++
			}
		}
	}
	return picked
}

// A table numbers names.
type table struct {
	names  []string
	places map[string]int
}

func (t *table) place(name string) int {
	at, ok := t.places[name]
	if !ok {
		if t.places == nil {
			t.places = map[string]int{}
		}
		at = len(t.names)
		t.places[name] = at
		t.names = append(t.names, name)
	}
	return at
}

// lanes gives each process a row of the timeline. One that begins when another has
// ended takes its row: after an operation of unknown outcome a client goes on as a new
// process, and has thousands of them in a long run.
type lanes struct {
	of   map[int]int
	free []int64 // when each lane is free again
}

// A life is from the first call of a process to its last return.
type life struct {
	process  int
	from, to int64
}

func newLanes(operations []history.Operation) *lanes {
	l := &lanes{of: map[int]int{}}
	lives := livesOf(operations)
	slices.SortFunc(lives, func(a, b life) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.process, b.process))
	})
	for _, p := range lives {
		lane := slices.IndexFunc(l.free, func(until int64) bool { return until <= p.from })
		switch {
		case lane < 0 && len(l.free) < maxLanes:
			lane = len(l.free)
			l.free = append(l.free, 0)
		case lane < 0:
			lane = len(l.of) % maxLanes
		}
		l.of[p.process], l.free[lane] = lane, p.to
	}
	return l
}

func livesOf(operations []history.Operation) (lives []life) {
	places := map[int]int{}
	for i := range operations {
		op := &operations[i]
		at, known := places[op.Process]
		if !known {
			at = len(lives)
			places[op.Process] = at
			lives = append(lives, life{op.Process, op.Call, op.Call})
		}
		p := &lives[at]
		p.from = min(p.from, op.Call)
		if op.Return != history.Never {
			p.to = max(p.to, op.Return)
		}
	}
	return lives
}
