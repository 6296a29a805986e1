package zoo

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// WriteTable writes the report as a table in Markdown, which reads well on a terminal.
func (r Report) WriteTable(w io.Writer) error {
	rows := [][]string{{"bug", "clause", "takes", "suite", "found", "by", "operations", "95 %", "time", "95 %", "named"}}
	for _, b := range r.Bugs {
		rows = append(rows, b.row())
	}
	var text strings.Builder
	writeRows(&text, rows)
	text.WriteString("\n" + r.Summary() + "\n")
	_, err := io.WriteString(w, text.String())
	return err
}

func (b Bug) row() []string {
	row := []string{
		b.Object + " " + b.Name, b.Clause, b.Sees, cmp.Or(strings.Join(b.Suite, " "), "–"), "–", "–", "–", "–", "–", "–", "–",
	}
	if b.Found > 0 || b.Missed() {
		row[4] = fmt.Sprintf("%d of %d", b.Found, b.Tried)
	}
	if b.Found > 0 {
		copy(row[5:], []string{
			often(b.By), strconv.Itoa(int(b.Operations.Median)), strconv.Itoa(int(b.Operations.P95)),
			duration(b.Time.Median), duration(b.Time.P95), often(b.Named),
		})
	}
	return row
}

// line is one line of news.
func (b Bug) line() string {
	row := b.row()
	text := fmt.Sprintf("%s (%s): suite %s, workload %s", row[0], row[1], row[3], row[4])
	if b.Missed() {
		text += ", MISSED"
	}
	return text
}

// Summary says in a few lines how the whole zoo fared.
func (r Report) Summary() string {
	var missed []string
	few := 0
	for _, b := range r.Bugs {
		if b.Missed() {
			missed = append(missed, b.Object+" "+b.Name)
		}
		if b.Found > 0 && b.Operations.Median <= 5000 {
			few++
		}
	}
	workload := 0
	for _, b := range r.Bugs {
		if b.Found > 0 && b.Found == b.Tried {
			workload++
		}
	}
	text := fmt.Sprintf("%d bugs, %d seeds each, at most %v a seed: %d found by the workload with every seed, %d within 5,000 operations (median); %d missed.",
		len(r.Bugs), r.Seeds, time.Duration(r.Seconds*float64(time.Second)), workload, few, len(missed))
	if len(missed) > 0 {
		text += "\nMissed: " + strings.Join(missed, ", ") + "."
	}
	for _, c := range r.Correct {
		text += fmt.Sprintf("\nCorrect %s (%s): %d runs, %d operations, %d false alarms, %d undecided.", c.Object, c.Store, c.Runs, c.Operations, c.Alarms, c.Open)
	}
	return text
}

// often lists the keys of counts, the most frequent first.
func often(counts map[string]int) string {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	return strings.Join(names, " ")
}

func duration(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(time.Millisecond).String()
}

// writeRows aligns rows; the first one is the head.
func writeRows(text *strings.Builder, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for n, row := range rows {
		for i, cell := range row {
			fmt.Fprintf(text, "| %-*s ", widths[i], cell)
		}
		text.WriteString("|\n")
		if n == 0 {
			for _, width := range widths {
				text.WriteString("|" + strings.Repeat("-", width+2))
			}
			text.WriteString("|\n")
		}
	}
}

// WriteList writes what the bugs of the given names are, all when there are none.
func WriteList(w io.Writer, names []string) error {
	defects, err := chosen(names)
	if err != nil {
		return err
	}
	rows := [][]string{{"bug", "clause", "what it does wrong", "seen in the wild"}}
	for _, d := range defects {
		rows = append(rows, []string{string(d.Object) + " " + d.Name, d.Clause, d.Sentence, d.Seen})
	}
	var text strings.Builder
	writeRows(&text, rows)
	_, err = io.WriteString(w, text.String())
	return err
}
