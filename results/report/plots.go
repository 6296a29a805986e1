package report

import (
	"math"
	"slices"
	"strings"

	"github.com/assay-dev/assay/workload/history"
)

// coarse is how many columns share a quantile: it takes some operations to have one.
const coarse = 3

// shares are the quantiles that are drawn; quantileNames name them, also in the style
// sheet: p999 is the one below which 99.9 % are.
func shares() []float64 { return []float64{0.5, 0.95, 0.99, 0.999} }

var quantileNames = [...]string{"p50", "p95", "p99", "p999"}

// latencies returns a panel for each operation, all to the same scale.
func (s *survey) latencies() []panel {
	lowest, highest := s.span()
	// From a power of ten to the next one.
	bottomLevel := lowest / levelsPerDecade * levelsPerDecade
	topLevel := (highest/levelsPerDecade + 1) * levelsPerDecade
	y := func(level float64) float64 {
		return baseline - (level-float64(bottomLevel))/float64(topLevel-bottomLevel)*plotHeight
	}
	panels := make([]panel, 0, len(s.kinds))
	for _, k := range s.kinds {
		p := s.newPanel(k.name)
		for l := bottomLevel; l <= topLevel; l += levelsPerDecade {
			p.rule(y(float64(l)), duration(leastLatency*math.Pow(10, float64(l/levelsPerDecade))))
		}
		k.cloud(p, y)
		k.quantileLines(p, y)
		panels = append(panels, *p)
	}
	return panels
}

// dot is how high and wide a cell is drawn, in pixels.
const dot = 2

// cloud draws where there are operations, darker where there are more. No outlier is
// lost: a single operation is drawn. Where outcomes meet, the worst is seen.
func (k *kind) cloud(p *panel, y func(float64) float64) {
	const densities = 3
	step := float64(plotWidth) / columns
	var paths [outcomes][densities]strings.Builder
	for c := range columns {
		var counts [plotHeight/dot + 1]uint32
		var worst [len(counts)]history.Outcome
		for _, outcome := range []history.Outcome{history.Ok, history.Fail, history.Info} {
			if k.cells[outcome] == nil {
				continue
			}
			for l, n := range k.cells[outcome][c*levels : (c+1)*levels] {
				if n > 0 {
					row := int(y(float64(l)+0.5)-top) / dot
					counts[row] += n
					worst[row] = outcome
				}
			}
		}
		for row, n := range counts {
			if n > 0 {
				d := &paths[worst[row]][min(int(math.Log10(float64(n))), densities-1)]
				d.WriteString("M" + px(left+float64(c)*step) + " " + px(float64(top+row*dot+dot/2)) + "h2")
			}
		}
	}
	for outcome := range paths {
		for density := range paths[outcome] {
			if d := paths[outcome][density].String(); d != "" {
				p.add(`<path class="cell %s d%d" d="%s"/>`, history.Outcome(outcome), density, d)
			}
		}
	}
}

// quantileLines draws the quantiles of the acknowledged operations over time.
func (k *kind) quantileLines(p *panel, y func(float64) float64) {
	var lines [len(quantileNames)][]float64
	for c := 0; c < columns; c += coarse {
		found := k.quantiles(c, c+coarse, shares())
		for i := range lines {
			v := math.NaN()
			if found != nil {
				v = found[i]
			}
			lines[i] = append(lines[i], v)
		}
	}
	for i, name := range quantileNames {
		p.line(name, lines[i], y)
	}
}

// rates plots how many operations came to their end in a second, by outcome.
func (s *survey) rates() panel {
	p := s.newPanel("operations per second")
	var rates [outcomes][]float64
	most := 1e-9
	for outcome := range rates {
		for c := 0; c < columns; c += coarse {
			n := 0
			for _, count := range s.rate[outcome][c : c+coarse] {
				n += count
			}
			rate := float64(n) / (s.columnSeconds() * coarse)
			rates[outcome] = append(rates[outcome], rate)
			most = max(most, rate)
		}
	}
	y := p.counts(most)
	for outcome, values := range rates {
		if slices.Max(values) > 0 {
			p.line(history.Outcome(outcome).String(), values, y)
		}
	}
	return *p
}

// flight plots how many operations were in flight, on average.
func (s *survey) flight() panel {
	p := s.newPanel("operations in flight")
	y := p.counts(max(slices.Max(s.open[:]), 1))
	p.line("flight", s.open[:], y)
	return *p
}
