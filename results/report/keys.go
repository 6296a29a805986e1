package report

import (
	"fmt"
	"html/template"
	"math"

	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/evidence"
)

// maxKeyBars is how many keys have a bar of their own.
const maxKeyBars = 9

// keyPanel plots on which keys clients got in each other's way; nil where they did
// nowhere. The keys come with most conflicts first.
func keyPanel(keys []evidence.KeyConflicts) *panel {
	if len(keys) == 0 {
		return nil
	}
	p := &panel{}
	p.add(`<text class="title" x="%d" y="16">conflicts over %s</text>`, 12, plural(len(keys), "key"))
	most := float64(keys[0].Conflicts)
	const begin, height = 190, 14
	scale := (panelWidth - begin - 50) / most
	bar := func(row int, name string, n float64, text string) {
		y := top + 4 + row*height
		p.add(`<text class="tick" x="%d" y="%d" text-anchor="end">%s</text><rect class="load" x="%d" y="%d" width="%s" height="%d"/><text class="tick" x="%s" y="%d">%s</text>`,
			begin-6, y+9, quote(name), begin, y, px(math.Max(n*scale, 0.5)), height-4, px(begin+n*scale+4), y+9, text)
	}
	rest := 0
	for i, k := range keys {
		if i < maxKeyBars {
			bar(i, results.Cut(fmt.Sprintf("%q", k.Key), 26), float64(k.Conflicts), short(float64(k.Conflicts)))
		} else {
			rest += k.Conflicts
		}
	}
	if n := len(keys) - maxKeyBars; n > 0 {
		mean := float64(rest) / float64(n)
		bar(maxKeyBars, fmt.Sprintf("the other %s, on average", short(float64(n))), mean, short(math.Round(mean*10)/10))
	}
	return p
}

// strip is how many operations there were over time, behind the timeline.
func (s *survey) strip() template.HTML {
	p := &panel{}
	const height = 40
	most := 1
	for c := range columns {
		most = max(most, s.total(c))
	}
	for i, f := range s.faults {
		if i == maxShades {
			break
		}
		from, to := s.at(float64(f.Call)), s.at(float64(f.Return))
		p.add(`<rect class="fault" x="%s" y="0" width="%s" height="%d"/>`, px(from), px(math.Max(to-from, 0.2)), height)
	}
	for c := range columns {
		if n := s.total(c); n > 0 {
			h := math.Max(float64(n)/float64(most)*(height-2), 1)
			p.add(`<rect class="load" x="%d" y="%s" width=".8" height="%s"/>`, c, px(height-h), px(h))
		}
	}
	return template.HTML(fmt.Sprintf(`<svg class="strip" viewBox="0 0 %d %d" preserveAspectRatio="none" role="img" aria-label="operations over time">%s</svg>`,
		columns, height, p.String()))
}

func (s *survey) total(c int) int {
	n := 0
	for outcome := range s.rate {
		n += s.rate[outcome][c]
	}
	return n
}
