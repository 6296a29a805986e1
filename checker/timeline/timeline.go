// Package timeline draws a few operations for people: a row for each process, and time
// to the right.
package timeline

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/assay-dev/assay/workload/history"
)

// An Operation is one to draw.
type Operation struct {
	*history.Operation
	// Was is the operation as it stands in the history of the run, whose times say where
	// faults are drawn.
	Was     *history.Operation
	Number  int    // what it is called
	Text    string // what is said of it; empty means [Label]
	InForce bool   // is drawn solid
	Marked  bool   // is pointed at
}

// maxColumns is how wide a timeline may be.
const maxColumns = 120

// An edge is a call or a return. Calls of an instant come before its returns: what
// touches overlaps.
type edge struct {
	at   int64
	side int // 0 for a call, 1 for a return
}

func (e edge) compare(f edge) int {
	return cmp.Or(cmp.Compare(e.at, f.at), cmp.Compare(e.side, f.side))
}

// A bar is something that took a while.
type bar struct {
	text       string
	begin, end edge
	open       bool // to the right
	fill       string
	marked     bool // is pointed at
	from, to   int  // its first and its last column
}

// A row is what one process did, or one fault.
type row struct {
	name string
	bars []bar
}

// A timeline is a drawing in text: a row for each process, and time to the right. It
// keeps the order of all calls and returns, and nothing else of the times.
type timeline struct {
	rows  []row
	width int // columns to the right of the names
}

// Draw draws operations, by call, with what they were asked and answered where there is
// room for that, and faults below.
func Draw(operations []Operation, faults []history.Fault) string {
	drawn := draw(operations, faults, func(op Operation) string {
		return strconv.Itoa(op.Number) + " " + cmp.Or(op.Text, Label(op.Operation))
	})
	if drawn.margin()+drawn.width > maxColumns {
		drawn = draw(operations, faults, func(op Operation) string { return strconv.Itoa(op.Number) })
	}
	return drawn.String()
}

// draw makes the timeline with the given texts on the operations.
func draw(operations []Operation, faults []history.Fault, text func(Operation) string) *timeline {
	t := &timeline{}
	latest := map[int]int{} // by process: its row
	for _, op := range operations {
		b := bar{text: text(op), begin: edge{op.Call, 0}, end: edge{op.Return, 1}, open: op.Outcome == history.Info, fill: "-", marked: op.Marked}
		if op.InForce {
			b.fill = "="
		}
		at, ok := latest[op.Process]
		if !ok || b.begin.compare(t.rows[at].last().end) <= 0 {
			at = len(t.rows)
			t.rows = append(t.rows, row{name: fmt.Sprintf("process %d", op.Process)})
			latest[op.Process] = at
		}
		t.rows[at].bars = append(t.rows[at].bars, b)
	}
	columns := t.place()
	for _, f := range faults {
		t.addFault(f, operations, columns)
	}
	return t
}

func (r row) last() bar { return r.bars[len(r.bars)-1] }

// place gives each call and return its column, as far left as the texts allow.
func (t *timeline) place() map[edge]int {
	var edges []edge
	var bars []*bar
	for _, r := range t.rows {
		for i := range r.bars {
			b := &r.bars[i]
			bars, edges = append(bars, b), append(edges, b.begin)
			if !b.open {
				edges = append(edges, b.end)
			}
		}
	}
	slices.SortFunc(edges, edge.compare)
	columns, column := map[edge]int{}, -1
	for _, e := range slices.Compact(edges) {
		column++
		for _, b := range bars {
			if !b.open && b.end == e {
				column = max(column, columns[b.begin]+len(b.text)+1)
			}
		}
		columns[e] = column
	}
	t.width = column + 1
	for _, b := range bars {
		if b.open {
			t.width = max(t.width, columns[b.begin]+len(b.text)+3)
		}
	}
	for _, b := range bars {
		b.from, b.to = columns[b.begin], columns[b.end]
		if b.open {
			b.to = t.width - 1
		}
	}
	return columns
}

// addFault adds a row for a fault that was there at the time. Its place is told by the
// times that the operations had in the run.
func (t *timeline) addFault(f history.Fault, operations []Operation, columns map[edge]int) {
	first, last := Span(operations)
	if f.Return < first || f.Call > last {
		return
	}
	b := bar{text: Name(strings.TrimSpace(f.Fault + " " + f.Target)), fill: "~", to: t.width - 1}
	for _, op := range operations {
		at := func(instant int64, e edge) {
			column, drawn := columns[e]
			if drawn && instant <= f.Call {
				b.from = max(b.from, column)
			}
			if drawn && instant >= f.Return {
				b.to = min(b.to, column)
			}
		}
		at(op.Was.Call, edge{op.Call, 0})
		at(op.Was.Return, edge{op.Return, 1})
	}
	b.to = max(b.to, b.from+1)
	t.rows = append(t.rows, row{name: "fault", bars: []bar{b}})
}

// Span is when operations took place, in the run.
func Span(operations []Operation) (first, last int64) {
	first = operations[0].Was.Call
	for _, op := range operations {
		first, last = min(first, op.Was.Call), max(last, op.Was.Call)
		if op.Was.Return != history.Never {
			last = max(last, op.Was.Return)
		}
	}
	return first, last
}

// margin is the space for the names.
func (t *timeline) margin() int {
	widest := 0
	for _, r := range t.rows {
		widest = max(widest, len(r.name))
	}
	return widest + 4
}

func (t *timeline) String() string {
	var text strings.Builder
	for _, r := range t.rows {
		line, under := strings.Repeat(" ", t.width), ""
		for _, b := range r.bars {
			line = line[:b.from] + b.String() + line[min(len(line), b.to+1):]
			if b.marked {
				under = strings.Repeat(" ", t.margin()+b.from) + strings.Repeat("^", b.to-b.from+1) + "\n"
			}
		}
		fmt.Fprintf(&text, "  %-*s%s\n%s", t.margin()-2, r.name, strings.TrimRight(line, " "), under)
	}
	return text.String()
}

// String is a bar as it is drawn: [text====] or, open to the right, [text====>.
func (b bar) String() string {
	last, room := "]", max(0, b.to-b.from-1)
	if b.open {
		last = ">"
	}
	text := b.text[:min(len(b.text), room)]
	return "[" + text + strings.Repeat(b.fill, room-len(text)) + last
}
