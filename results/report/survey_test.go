package report

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload/history"
)

// steady is a history of n acknowledged reads, one after the other, of 1, 2, … n
// microseconds.
func steady(n int) *history.History {
	h, at := &history.History{}, int64(0)
	for i := range n {
		latency := int64(i+1) * 1000
		h.Operations = append(h.Operations, history.Operation{Call: at, Return: at + latency, Action: &history.Get{}})
		at += latency
	}
	return h
}

func TestQuantilesAreThoseOfTheOperations(t *testing.T) {
	s := newSurvey(steady(1000))
	found := s.kinds[0].quantiles(0, columns, shares())
	for i, share := range shares() {
		got := leastLatency * math.Pow(10, found[i]/levelsPerDecade)
		if want := share * 1000 * 1000; math.Abs(got/want-1) > 0.07 {
			t.Errorf("the quantile %v is %v ns, want %v", share, got, want)
		}
	}
	if s.kinds[0].quantiles(0, 0, shares()) != nil {
		t.Error("no operations have quantiles")
	}
}

func TestEveryOperationCountsOnceInTheRate(t *testing.T) {
	h := steady(1000)
	for i := range h.Operations {
		h.Operations[i].Outcome = history.Outcome(i % outcomes)
	}
	var total [outcomes]int
	for outcome, counts := range newSurvey(h).rate {
		for _, n := range counts {
			total[outcome] += n
		}
	}
	if total != [outcomes]int{334, 333, 333} {
		t.Errorf("counted %v", total)
	}
}

func TestOperationsInFlightAreAveraged(t *testing.T) {
	h := steady(1000)                               // one at a time
	whole := h.Operations[len(h.Operations)-1]      // two
	whole.Call = 0                                  //
	lost := history.Operation{Action: whole.Action} // three
	lost.Return, lost.Outcome = history.Never, history.Info
	h.Operations = append(h.Operations, whole, lost)
	for c, n := range newSurvey(h).open {
		if math.Abs(n-3) > 1e-6 {
			t.Fatalf("in column %d there are %v in flight, want 3", c, n)
		}
	}
}

func TestEveryLatencyIsDrawnAndManyAreDarker(t *testing.T) {
	h := steady(1000)
	for range 200 {
		h.Operations = append(h.Operations, history.Operation{Call: 10, Return: 1e9, Action: &history.Set{}})
	}
	h.Operations = append(h.Operations, history.Operation{Call: 10, Return: 20, Action: &history.Set{}, Outcome: history.Info})
	for _, p := range newSurvey(h).latencies() {
		if strings.Contains(p.String(), ">set<") {
			dark := regexp.MustCompile(`class="cell ok d2" d="M[^M]*"`).FindString(p.String())
			single := regexp.MustCompile(`class="cell info d0" d="M[^M]*"`).FindString(p.String())
			if dark == "" || single == "" {
				t.Errorf("200 operations or the one are missing: %s", p.String())
			}
			return
		}
	}
	t.Error("no panel for set")
}

func TestTicksAreRoundAndFew(t *testing.T) {
	for most, want := range map[float64]float64{1: 0.2, 3: 1, 4.4: 1, 10: 2, 0.037: 0.01, 120000: 50000} {
		found := ticks(most)
		if len(found) == 0 || math.Abs(found[0]-want) > 1e-9 || len(found) > wantedTicks {
			t.Errorf("ticks up to %v are %v, want steps of %v", most, found, want)
		}
	}
	if ticks(0) != nil || ticks(math.NaN()) != nil || ticks(math.Inf(1)) != nil {
		t.Error("there are ticks where there is no scale")
	}
}

func TestNumbersAreShort(t *testing.T) {
	for ns, want := range map[float64]string{0: "0ns", 1: "1ns", 1500: "1.5µs", 1e6: "1ms", 2.5e9: "2.5s", 3600e9: "3600s"} {
		if got := duration(ns); got != want {
			t.Errorf("%v ns is %s, want %s", ns, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0", 12: "12", 1500: "1.5k", 2e6: "2M"} {
		if got := short(v); got != want {
			t.Errorf("%v is %s, want %s", v, got, want)
		}
	}
	if got := results.Cut(strings.Repeat("a", 50)+strings.Repeat("z", 50), 9); got != "aaaaaa…zzz" {
		t.Errorf("cut to %s", got)
	}
}
