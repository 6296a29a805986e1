package results

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/assay-dev/assay/checker"
)

// maxListed is how many violations and undecided keys the text names; results.json has
// them all.
const maxListed = 3

// WriteText tells people of the verdict in a few lines.
func (r Result) WriteText(w io.Writer) error {
	var t text
	t.line(string(r.Object), "%s", r.headline())
	if r.History != "" {
		t.line("operations", "%s: %s ok, %s fail, %s info", Thousands(r.Operations),
			Thousands(r.Outcomes.Ok), Thousands(r.Outcomes.Fail), Thousands(r.Outcomes.Info))
	}
	if r.Clients > 0 && r.History != "" {
		t.line("run", "%s", r.pace())
	}
	if r.History != "" {
		for _, line := range EvidenceLines(r.Evidence) {
			t.line(line.Name, "%s", line.Text)
		}
	}
	if r.Seed != nil {
		t.line("seed", "%d", *r.Seed)
	}
	if r.Dir != "" {
		t.line("directory", "%s", r.Dir)
	}
	if r.History != "" {
		t.line("check", "%s of %s", seconds(r.CheckSeconds), r.History)
	}
	if r.Damage != "" {
		t.line("damage", "%s; what stands before it was checked", r.Damage)
	}
	for _, u := range firstOf(r.Undecided) {
		t.line("undecided", "key %q: %s", u.Key, u.Reason)
	}
	for _, v := range firstOf(r.Violations) {
		t.line("violation", "%s: %s", v.Clause, v.Explanation) // which names the key
	}
	t.more(len(r.Undecided) + len(r.Violations) - len(firstOf(r.Undecided)) - len(firstOf(r.Violations)))
	if r.Counterexample != "" {
		t.line("why", "%s, and .html and .jsonl beside it", r.Counterexample)
	}
	if r.Verdict == checker.Invalid {
		t.line("see again", "%s", r.CheckCommand())
	}
	_, err := io.WriteString(w, t.String())
	return err
}

// headline is the verdict with what it rests on.
func (r Result) headline() string {
	parts := []string{strings.ToUpper(string(r.Verdict))}
	if r.Store != "" {
		parts = append(parts, r.Store)
	}
	if len(r.Relaxations) > 0 {
		parts = append(parts, "relaxed: "+r.Relaxations.String())
	}
	if r.Interrupted {
		parts = append(parts, "stopped early")
	}
	if r.Reason != "" {
		parts = append(parts, r.Reason)
	}
	return strings.Join(parts, " · ")
}

func (r Result) pace() string {
	pace := fmt.Sprintf("%s, %d clients on %d keys", seconds(r.RunSeconds), r.Clients, r.Keys)
	if r.RunSeconds > 0 {
		pace += fmt.Sprintf(", %s operations/s", Thousands(int(float64(r.Operations)/r.RunSeconds)))
	}
	if len(r.Faults) > 0 {
		pace += ", faults " + strings.Join(r.Faults, ", ")
	}
	return pace
}

// CheckCommand returns the command that repeats the verdict from the file alone.
func (r Result) CheckCommand() string {
	args := []string{"assay", "check"}
	if len(r.Relaxations) > 0 {
		args = append(args, "--relax", r.Relaxations.String())
	}
	if r.Dir != "" {
		return CommandLine(append(args, r.Dir))
	}
	return CommandLine(append(args, r.History))
}

// OneLine returns the text of err in one line: joined errors come in several.
func OneLine(err error) string {
	return strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\t' }), " ")
}

// A text is lines of a name and a value, the values aligned.
type text struct{ strings.Builder }

func (t *text) line(name, format string, args ...any) {
	// The first line is the title, the others belong to it.
	indent := "  "
	if t.Len() == 0 {
		indent = ""
	}
	fmt.Fprintf(t, "%-14s"+format+"\n", append([]any{indent + name}, args...)...)
}

func (t *text) more(n int) {
	if n > 0 {
		t.line("", "and %d more keys", n)
	}
}

func firstOf[T any](all []T) []T { return all[:min(len(all), maxListed)] }

func seconds(s float64) string {
	d := time.Duration(s * float64(time.Second))
	if d >= time.Second {
		return d.Round(10 * time.Millisecond).String()
	}
	return d.Round(10 * time.Microsecond).String()
}

// Thousands prints n with separators: 20,000.
func Thousands(n int) string {
	digits := strconv.Itoa(n)
	var b strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return b.String()
}
