package results

import (
	"fmt"
	"strings"

	"github.com/assay-dev/assay/results/evidence"
)

// A Line is one thing that is told of a result: its name and what is said.
type Line struct{ Name, Text string }

// EvidenceLines tells in a few lines how hard the store was put to the test.
func EvidenceLines(e evidence.Evidence) (lines []Line) {
	line := func(name, format string, args ...any) {
		lines = append(lines, Line{name, fmt.Sprintf(format, args...)})
	}
	line("conflicts", "%s mismatches, %s overwrites, %s overlapping writes",
		Thousands(e.Conflicts.Mismatches), Thousands(e.Conflicts.Overwrites), Thousands(e.Conflicts.Overlaps))
	if u := e.Unknown; u.Applied+u.NotApplied+u.Open > 0 {
		text := fmt.Sprintf("%s writes turned out applied, %s not", Thousands(u.Applied), Thousands(u.NotApplied))
		if u.Open > 0 {
			text += fmt.Sprintf(", %s open", Thousands(u.Open))
		}
		line("unknown", "%s", text)
	}
	if c := e.Calm; c.Answered < c.Asked {
		line("in calm", "%s of %s operations answered while nothing was broken", Thousands(c.Answered), Thousands(c.Asked))
	}
	if never := e.NeverAnswered(); len(never) > 0 {
		line("unanswered", "%s", strings.Join(never, ", "))
	}
	for _, f := range firstOf(e.Faults) {
		line("fault", "%s", faultLine(f))
	}
	if n := len(e.Faults) - maxListed; n > 0 {
		line("", "and %d more faults", n)
	}
	if len(e.Faults) > 0 {
		line("healed", "%s of %s operations answered", Thousands(e.Healed.Answered), Thousands(e.Healed.Asked))
	}
	return lines
}

func faultLine(f evidence.Fault) string {
	line := f.Name
	if f.Target != "" {
		line += " of " + f.Target
	}
	if f.Effect == "" {
		line += ": no effect seen"
	} else {
		line += ": " + f.Effect
	}
	if f.AtWork {
		line += fmt.Sprintf("; %d writes in flight at its start, %d at its end", f.WritesAtStart, f.WritesAtEnd)
	}
	if !f.Healed {
		line += "; not healed"
	}
	return line
}
