//go:build unix

package property

import (
	"cmp"
	"flag"
	"fmt"
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

// The tables of which bugs are found with default options, how fast, how small the
// programs become, and what each strategy needs; medians of so many hunts:
//
//	go test ./location/locationtest/internal/property -run TestZoo -zoo 5 -v -timeout 1h
func TestZoo(t *testing.T) {
	if *zoo == 0 {
		t.Skip("without -zoo")
	}
	var table strings.Builder
	for _, d := range bugs() {
		t.Run(string(d.Object)+"/"+d.Name, func(t *testing.T) { table.WriteString(row(t, d) + "\n") })
	}
	fmt.Println(head + table.String())
}

const head = `| object | bug | breaks | takes | found after | programs | random walk | few preemptions | PCT | reported as | clients | requests | calls |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
`

// row is the row of one bug.
func row(t *testing.T, d defective.Defect) string {
	cells := []string{string(d.Object), "`" + d.Name + "`", d.Clause, string(d.Sees)}
	found := hunts(t, d, strategies, *zoo)
	cells = append(cells, duration(found), programs(found))
	for by := range strategies {
		cells = append(cells, programs(hunts(t, d, by, *zoo)))
	}
	if len(found) > 0 {
		small := found[0].small
		for _, h := range found {
			if h.small.program.requests() > small.program.requests() {
				small = h.small
			}
		}
		cells = append(cells, small.clause(), fmt.Sprint(len(small.program.clients)), fmt.Sprint(small.program.requests()), fmt.Sprint(small.program.calls()))
	}
	return "| " + strings.Join(cells, " | ") + " |"
}

// duration is the median time until a bug was found.
func duration(found []*hunt) string {
	times := make([]time.Duration, len(found))
	for i, h := range found {
		times[i] = h.took
	}
	slices.Sort(times)
	if len(times) <= *zoo/2 {
		return "–"
	}
	return max(times[*zoo/2], time.Millisecond).Round(time.Millisecond).String()
}

// programs is the median number of programs until a bug was found; of those that were
// not found it counts as infinite.
func programs(found []*hunt) string {
	if len(found) <= *zoo/2 {
		return "–"
	}
	return fmt.Sprint(found[*zoo/2].programs)
}
