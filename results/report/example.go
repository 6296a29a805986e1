package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"unicode/utf8"

	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload/history"
)

// An example is the timeline of the few operations that contradict each other.
type example struct {
	Minimal bool   // it is the minimal counterexample
	Key     string // quoted
	key     string
	Drawing template.HTML
	// Clause is broken by what is shown. It may be another one than the whole history was
	// found to break: less is left to blame.
	Clause results.Clause
	// Argument is the contradiction in the words of the minimal counterexample.
	Argument string
	Bars     []bar
}

// A bar is one operation of an example.
type bar struct {
	op      *history.Operation // as it is shown
	was     *history.Operation // as it was
	InForce bool
	Label   string
	Detail  string
}

// maxBars is how many operations an example has at most: more say nothing to anybody.
const maxBars = 60

// example returns the counterexample, or what stands in for it; nil where there is no
// violation.
func (r Report) example() *example {
	var e *example
	if c := r.Counterexample; c != nil {
		e = &example{Minimal: true, key: c.Violation.Key, Clause: r.clause(c.Violation.Clause), Argument: results.Cut(c.Violation.Argument, maxArgument)}
		for i := range c.Operations {
			e.add(&c.Operations[i].Operation, c.Operations[i].Was, c.Operations[i].InForce)
		}
	} else if e = r.violating(); e == nil {
		return nil
	}
	if len(e.Bars) == 0 || len(e.Bars) > maxBars {
		return nil
	}
	slices.SortStableFunc(e.Bars, func(a, b bar) int { return cmp.Compare(a.was.Call, b.was.Call) })
	e.Key = shown(e.key)
	e.draw(r.History.Faults)
	return e
}

// violating returns the operations of the violation that names the fewest.
func (r Report) violating() *example {
	if r.History == nil || len(r.Result.Violations) == 0 {
		return nil
	}
	v := slices.MinFunc(r.Result.Violations, func(a, b results.Violation) int { return cmp.Compare(len(a.Lines), len(b.Lines)) })
	e := &example{key: v.Key, Clause: r.clause(v.Clause)}
	for i := range r.History.Operations {
		if op := &r.History.Operations[i]; slices.Contains(v.Lines, op.Line) {
			e.add(op, op, true)
		}
	}
	return e
}

func (r Report) clause(name string) results.Clause {
	return results.Clause{Name: name, Text: results.ClauseText(r.Result.Object, name)}
}

func (e *example) add(op, was *history.Operation, inForce bool) {
	e.Bars = append(e.Bars, bar{op: op, was: was, InForce: inForce, Label: label(op), Detail: detail(was)})
}

// detail says all of an operation.
func detail(op *history.Operation) string {
	text := fmt.Sprintf("line %d, process %d: %s", op.Line, op.Process, label(op))
	switch {
	case op.Return == history.Never:
		text += fmt.Sprintf(", called at %s, never answered", instant(op.Call))
	default:
		text += fmt.Sprintf(", from %s to %s", instant(op.Call), instant(op.Return))
	}
	if op.Error != "" {
		text += ": " + results.Cut(op.Error, 200)
	}
	return text
}

// instant prints a time as people compare it: in seconds, to the nanosecond.
func instant(ns int64) string { return fmt.Sprintf("%d.%09d s", ns/1e9, max(ns%1e9, -(ns%1e9))) }

// The sizes of an example's drawing.
const (
	exampleLeft, exampleTop = 84, 26
	rowHeight, barHeight    = 40, 26
	letterWidth             = 7  // of the widest usual ones
	narrowest               = 26 // between two instants
	longestLabel            = 42 // letters
	openEnd                 = 20 // by how much an open bar leaves the drawing
)

// drawing is an example under work. Time is drawn not to scale but by order, which is
// all that the contract knows of it: each instant at which something was called or
// answered is as far from the next.
type drawing struct {
	panel
	instants []int64
	places   []float64 // of the instants, and of the end
	rows     []int     // the process of each
	height   int
}

func (e *example) draw(faults []history.Fault) {
	d := &drawing{}
	for _, b := range e.Bars {
		d.instants = append(d.instants, b.was.Call)
		if t, ends := b.end(); ends {
			d.instants = append(d.instants, t)
		}
		if !slices.Contains(d.rows, b.op.Process) {
			d.rows = append(d.rows, b.op.Process)
		}
	}
	slices.Sort(d.instants)
	d.instants = slices.Compact(d.instants)
	d.fit(e.Bars)
	d.height = exampleTop + rowHeight*len(d.rows) + 8
	d.faults(faults)
	for i, process := range d.rows {
		y := exampleTop + rowHeight*i
		d.add(`<path class="grid" d="M0 %d.5H%s"/><text class="tick" x="4" y="%d">process %d</text>`, y, px(d.width()), y+rowHeight/2+4, process)
	}
	for i := range e.Bars {
		d.bar(&e.Bars[i])
	}
	e.Drawing = template.HTML(fmt.Sprintf(`<svg class="example" viewBox="0 0 %s %d" width="%s" height="%d" role="group" aria-label="the operations that contradict each other">%s</svg>`,
		px(d.width()), d.height, px(d.width()), d.height, d.String()))
}

// end returns when the bar ends; an operation of unknown outcome has no end.
func (b *bar) end() (t int64, ends bool) {
	if b.op.Outcome == history.Info || b.was.Return == history.Never {
		return 0, false
	}
	return b.was.Return, true
}

// fit places the instants so that each label has room in its bar: bars over few
// instants first, since they leave no choice which of their columns grow.
func (d *drawing) fit(bars []bar) {
	widths := make([]float64, len(d.instants))
	for i := range widths {
		widths[i] = narrowest
	}
	span := func(b bar) int {
		from, to := d.columns(&b)
		return to - from
	}
	for _, b := range slices.SortedStableFunc(slices.Values(bars), func(a, b bar) int { return span(a) - span(b) }) {
		from, to := d.columns(&b)
		need := float64(min(utf8.RuneCountInString(b.Label), longestLabel))*letterWidth + 16
		for _, width := range widths[from:to] {
			need -= width
		}
		for i := from; i < to && need > 0; i++ {
			widths[i] += need / float64(to-from)
		}
	}
	x := float64(exampleLeft)
	for _, width := range widths {
		d.places = append(d.places, x)
		x += width
	}
	d.places = append(d.places, x)
}

// columns returns between which instants a bar is drawn.
func (d *drawing) columns(b *bar) (from, to int) {
	from, _ = slices.BinarySearch(d.instants, b.was.Call)
	to = len(d.instants)
	if t, ends := b.end(); ends {
		to, _ = slices.BinarySearch(d.instants, t)
	}
	return from, max(to, from+1)
}

func (d *drawing) width() float64 { return d.places[len(d.places)-1] + 12 }

// faults shades what was broken meanwhile.
func (d *drawing) faults(faults []history.Fault) {
	// An instant of a fault is drawn between the two that it lies between.
	at := func(t int64) float64 {
		i, _ := slices.BinarySearch(d.instants, t)
		if i == 0 {
			return exampleLeft - 6
		}
		return (d.places[i-1] + d.places[i]) / 2
	}
	shades := 0
	for _, f := range faults {
		if f.Return < d.instants[0] || f.Call > d.instants[len(d.instants)-1] || shades == maxShades {
			continue
		}
		shades++
		from, to := at(f.Call), at(f.Return)
		d.add(`<g><rect class="fault" x="%s" y="%d" width="%s" height="%d"/><title>%s</title><text class="tick" x="%s" y="12">%s</text></g>`,
			px(from), 0, px(max(to-from, minShade)), d.height, quote(faultName(f)),
			px(from+3), quote(results.Cut(f.Fault, 30)))
	}
}

// bar draws an operation. What it says is there on hover and on focus.
func (d *drawing) bar(b *bar) {
	from, to := d.columns(b)
	x, width := d.places[from], d.places[to]-d.places[from]-2
	room := max(int((width-10)/letterWidth), 3)
	if _, ends := b.end(); !ends {
		width += openEnd
	}
	y := exampleTop + rowHeight*slices.Index(d.rows, b.op.Process) + (rowHeight-barHeight)/2
	class := "bar " + b.op.Outcome.String()
	if b.InForce {
		class += " force"
	}
	d.add(`<g class="%s" tabindex="0" role="img" aria-label="%s"><title>%s</title><rect x="%s" y="%d" width="%s" height="%d" rx="4"/><text x="%s" y="%d">%s</text></g>`,
		class, quote(b.Detail), quote(b.Detail), px(x), y, px(width), barHeight, px(x+6), y+barHeight/2+4, quote(results.Cut(b.Label, room)))
}
