package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"

	_ "embed"

	"github.com/assay-dev/assay/results"
)

// The size of a panel and of the margins around what it plots, in pixels.
const (
	panelWidth, panelHeight      = 440, 190
	left, right, top, bottom     = 52, 12, 26, 24
	plotWidth, plotHeight        = panelWidth - left - right, panelHeight - top - bottom
	maxShades                    = 200 // of faults; more of them cannot be told apart
	minShade                     = 0.8 // pixels: a fault that took no time is seen, too
	baseline                     = top + plotHeight
	wantedTicks              int = 5
)

// A panel is one plot, as the inside of an SVG element.
type panel struct{ strings.Builder }

// add appends markup. What came from elsewhere has to be escaped, see quote.
func (p *panel) add(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// quote escapes text for markup.
func quote(text string) string { return html.EscapeString(text) }

// px prints a coordinate.
func px(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// newPanel begins a panel over the time of the survey, with its faults shaded.
func (s *survey) newPanel(title string) *panel {
	p := &panel{}
	p.add(`<text class="title" x="%d" y="16">%s</text>`, left, quote(title))
	s.shade(p)
	seconds := (s.end - s.begin) / 1e9
	for _, tick := range ticks(seconds) {
		x := px(left + tick/seconds*plotWidth)
		p.add(`<text class="tick" x="%s" y="%d" text-anchor="middle">%s</text>`, x, baseline+15, duration(tick*1e9))
	}
	return p
}

// shade marks when something was broken. Faults that are many have no names here.
func (s *survey) shade(p *panel) {
	for i, f := range s.faults[:min(len(s.faults), maxShades)] {
		from, to := s.x(float64(f.Call)), s.x(float64(f.Return))
		title := ""
		if i < maxListed {
			title = "<title>" + quote(results.Cut(faultName(f), 80)) + "</title>"
		}
		p.add(`<rect class="fault" x="%s" y="%d" width="%s" height="%d">%s</rect>`,
			px(from), top, px(max(to-from, minShade)), plotHeight, title)
	}
}

// x returns where the instant t is drawn.
func (s *survey) x(t float64) float64 { return left + s.at(t)/columns*plotWidth }

// rule draws a line across the panel at the height y, with its label.
func (p *panel) rule(y float64, label string) {
	p.add(`<path class="grid" d="M%d %sH%d"/><text class="tick" x="%d" y="%s" text-anchor="end">%s</text>`,
		left, px(y), left+plotWidth, left-6, px(y+3.5), quote(label))
}

// counts draws the scale from 0 to most, and returns where a count is drawn.
func (p *panel) counts(most float64) (y func(float64) float64) {
	y = func(v float64) float64 { return baseline - v/most*plotHeight }
	for _, tick := range append(ticks(most), 0) {
		p.rule(y(tick), short(tick))
	}
	return y
}

// line draws values over columns of equal width, as steps would mislead less but be
// harder to tell apart.
func (p *panel) line(class string, values []float64, y func(float64) float64) {
	var d strings.Builder
	step, pen := plotWidth/float64(len(values)), "M"
	for i, v := range values {
		if math.IsNaN(v) {
			pen = "M"
			continue
		}
		d.WriteString(pen + px(left+(float64(i)+0.5)*step) + " " + px(y(v)))
		if pen == "M" {
			d.WriteString("h.1") // a value without neighbours is seen, too
		}
		pen = "L"
	}
	p.add(`<path class="line %s" d="%s"/>`, class, d.String())
}

// inline returns the panel as an element of the page.
func (p *panel) inline(label string) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %d %d" role="img" aria-label="%s">%s</svg>`,
		panelWidth, panelHeight, quote(label), p.String()))
}

//go:embed plot.css
var plotStyle string

// legendHeight is of the lines that tell what the colours mean.
const legendHeight = 30

// alone returns panels, one below the other, as a file of their own. lines are the
// classes of the lines that the legend tells of, besides the outcomes.
func alone(title string, lines []string, panels []panel) []byte {
	height := legendHeight + panelHeight*len(panels)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d"><title>%s</title><style>%s</style>`,
		panelWidth, height, panelWidth*2, height*2, quote(title), plotStyle)
	b.WriteString(`<rect class="ground" width="100%" height="100%"/>`)
	for i, name := range []string{"ok", "fail", "info", "fault"} {
		fmt.Fprintf(&b, `<rect class="key %s" x="%d" y="12" width="12" height="9"/><text class="tick" x="%d" y="20">%s</text>`,
			name, left+46*i, left+15+46*i, name)
	}
	for i, class := range lines {
		x := left + 192 + 48*i
		fmt.Fprintf(&b, `<path class="line %s" d="M%d 16h14"/><text class="tick" x="%d" y="20">%s</text>`, class, x, x+17, class)
	}
	for i := range panels {
		fmt.Fprintf(&b, `<g transform="translate(0 %d)">%s</g>`, legendHeight+panelHeight*i, panels[i].String())
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// ticks returns a few round numbers above 0 and up to most.
func ticks(most float64) []float64 {
	if !(most > 0) || math.IsInf(most, 0) {
		return nil
	}
	step := math.Pow(10, math.Floor(math.Log10(most)))
	for _, part := range []float64{0.1, 0.2, 0.5, 1} {
		if most/(step*part) <= float64(wantedTicks) {
			step *= part
			break
		}
	}
	var found []float64
	for i := 1.0; i*step <= most*(1+1e-9); i++ {
		found = append(found, i*step)
	}
	return found
}

// short prints a count in little space: 25k.
func short(v float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= unit.size {
			return strconv.FormatFloat(v/unit.size, 'g', 3, 64) + unit.name
		}
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// duration prints nanoseconds in three digits: 1.25ms.
func duration(ns float64) string {
	unit := time.Nanosecond
	for _, larger := range []time.Duration{time.Microsecond, time.Millisecond, time.Second} {
		if ns >= float64(larger)*0.9995 {
			unit = larger
		}
	}
	name := map[time.Duration]string{time.Nanosecond: "ns", time.Microsecond: "µs", time.Millisecond: "ms", time.Second: "s"}[unit]
	digits := 3
	if ns >= 1000*float64(unit) {
		digits = -1 // of many seconds all are said
	}
	return strconv.FormatFloat(ns/float64(unit), 'g', digits, 64) + name
}
