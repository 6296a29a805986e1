//go:build unix

package property

import (
	"cmp"
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/backends/defective"
)

var zoo = flag.Int("zoo", 0, "look so many times for each bug that needs no crash, with each strategy, and print the tables")

// patient is how long a bug may take to be found.
const patient = 10 * time.Second

// A hunt is one search for a bug.
type hunt struct {
	programs int
	took     time.Duration // of a processor
	small    *failure
}

// hunt looks for a bug with programs from n on. Given a strategy, it interleaves all of
// them by that.
func (p *property) hunt(n uint64, by strategy) *hunt {
	for start := cpu(p.t); cpu(p.t)-start < patient; n++ {
		s := seed{n, uint64(by) + 1}
		c, _ := p.draw(s)
		if by < strategies {
			c.interleave = s.dice().interleave(by, c.program)
		}
		if f := p.run(c); f != nil {
			h := &hunt{programs: p.tally.programs, took: cpu(p.t) - start}
			h.small = p.shrink(f)
			return h
		}
	}
	return nil
}

// hunts looks for a bug several times.
func hunts(t *testing.T, d defective.Defect, by strategy, times int) (all []*hunt) {
	for i := range times {
		p := newProperty(t, defect(d), Defaults())
		if h := p.hunt(uint64(i)<<32, by); h != nil {
			all = append(all, h)
		}
	}
	slices.SortFunc(all, func(a, b *hunt) int { return cmp.Compare(a.programs, b.programs) })
	return all
}

// A catch is what came of all hunts for a bug.
type catch struct {
	defective.Defect
	mixed []*hunt
	by    [strategies][]*hunt
}

// The tables of which bugs are found with default options, how fast, how small the
// programs become, and what each strategy needs; medians of so many hunts:
//
//	go test ./location/locationtest/internal/property -run TestZoo -zoo 5 -v -timeout 1h
func TestZoo(t *testing.T) {
	if *zoo == 0 {
		t.Skip("without -zoo")
	}
	var all []catch
	for _, d := range bugs() {
		t.Run(string(d.Object)+"/"+d.Name, func(t *testing.T) {
			c := catch{Defect: d, mixed: hunts(t, d, strategies, *zoo)}
			for by := range strategies {
				c.by[by] = hunts(t, d, by, *zoo)
			}
			all = append(all, c)
		})
	}
	fmt.Printf("%s\n%s\n%s", summary(all), means(all), table(all))
}

// summary is the worst of all.
func summary(all []catch) string {
	var hunts, missed, clients, requests, single int
	var slowest time.Duration
	for _, c := range all {
		missed += *zoo - len(c.mixed)
		slowest = max(slowest, duration(c.mixed))
		most := 0
		for _, h := range c.mixed {
			hunts++
			clients, requests = max(clients, len(h.small.program.clients)), max(requests, h.small.program.requests())
			most = max(most, h.small.program.operations())
		}
		if most == 1 {
			single++
		}
	}
	return fmt.Sprintf("%d bugs. %d hunts found nothing. Of %d programs none had more than %d clients and %d different operations. "+
		"%d bugs end up with one operation. The slowest takes %v.\n", len(all), missed, hunts, clients, requests, single, slowest)
}

// means are the geometric means over the bugs of the median number of programs until each
// was found.
func means(all []catch) string {
	var b strings.Builder
	b.WriteString("| takes | bugs | mixture | random walk | few preemptions | PCT |\n|---|---|---|---|---|---|\n")
	for _, sight := range []defective.Sight{defective.InSequence, defective.InConcert, defective.InTime, defective.UnderFaults} {
		var logs [1 + strategies]float64
		bugs := 0
		for _, c := range all {
			if c.Sees != sight {
				continue
			}
			bugs++
			logs[0] += math.Log(programs(c.mixed))
			for by := range strategies {
				logs[1+by] += math.Log(programs(c.by[by]))
			}
		}
		fmt.Fprintf(&b, "| %s | %d |", sight, bugs)
		for _, sum := range logs {
			fmt.Fprintf(&b, " %.0f |", math.Exp(sum/float64(bugs)))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// table has a row for each bug.
func table(all []catch) string {
	var b strings.Builder
	b.WriteString("| object | bug | breaks | takes | found after | programs | random walk | few preemptions | PCT | reported as | clients | different operations | operations |\n" +
		"|---|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, c := range all {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %v | %v |", c.Object, c.Name, c.Clause, c.Sees, duration(c.mixed), programs(c.mixed))
		for by := range strategies {
			fmt.Fprintf(&b, " %v |", programs(c.by[by]))
		}
		if len(c.mixed) > 0 {
			small := largest(c.mixed)
			fmt.Fprintf(&b, " %s | %d | %d | %d |", small.clause(), len(small.program.clients), small.program.requests(), small.program.operations())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// largest is the largest of the programs that were made small.
func largest(found []*hunt) *failure {
	return slices.MaxFunc(found, func(a, b *hunt) int {
		return cmp.Or(cmp.Compare(a.small.program.operations(), b.small.program.operations()),
			cmp.Compare(a.small.program.requests(), b.small.program.requests()))
	}).small
}

// duration is the median time until a bug was found, at least a millisecond.
func duration(found []*hunt) time.Duration {
	times := make([]time.Duration, *zoo)
	for i := range times {
		times[i] = patient
		if i < len(found) {
			times[i] = found[i].took
		}
	}
	slices.Sort(times)
	return max(times[*zoo/2].Round(time.Millisecond), time.Millisecond)
}

// programs is the median number of programs until a bug was found. What was not found
// counts as infinite.
func programs(found []*hunt) float64 {
	if len(found) <= *zoo/2 {
		return math.Inf(1)
	}
	return float64(found[*zoo/2].programs)
}
