package property

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A failure is a case that showed the store to be wrong. What is wrong is a violation, a
// breach or goroutines that are left behind.
type failure struct {
	testCase
	history   *history.History
	origins   map[int64]origin // of the history's operations, by their calls
	relax     location.Relaxations
	violation *checker.Violation
	breach    *breach
	left      string // the stacks of these goroutines
	decisions []int  // that were taken, see [replay]
	turns     string // who went on at them
	// attempts is how often the program was run again, and failed again repeated times;
	// 0 when it fails every time.
	attempts, repeated int
	among              *exploration // when all interleavings were tried
}

// A kind is what a failure shows.
type kind int

const (
	violation kind = iota
	breached
	leak
)

func (f *failure) kind() kind {
	switch {
	case f.violation != nil:
		return violation
	case f.breach != nil:
		return breached
	}
	return leak
}

// What is wrong with a run that leaves goroutines.
const (
	leftBehind = "goroutines are left behind"
	neverEnds  = "calls never return"
)

// clause is the promise that was broken.
func (f *failure) clause() string {
	switch f.kind() {
	case violation:
		return f.violation.Clause
	case breached:
		return f.breach.clause
	}
	return ""
}

// summary says in one line what is wrong. It is the same every time.
func (f *failure) summary() string {
	switch f.kind() {
	case breached:
		return "the store breaks " + f.breach.clause + ": " + f.breach.text
	case leak:
		if f.history == nil {
			return neverEnds
		}
		return leftBehind
	}
	return fmt.Sprintf("not linearizable: the store breaks %s on key %s", f.violation.Clause, quoted(f.violation.Key))
}

// again is the command that runs a test once more, in its directory. It begins with the
// fail file that rapid has left there.
func again(test string) string {
	return "go test -run '^" + strings.ReplaceAll(regexp.QuoteMeta(test), "/", "$/^") + "$'"
}

// report shows what happened, and why it cannot be.
func (f *failure) report() string {
	var b strings.Builder
	fmt.Fprintf(&b, "The program, made as small as it gets:\n\n%s\n", f.program)
	if f.turns != "" {
		fmt.Fprintf(&b, "Whose turn it is where several can go on: %s.\n\n", f.turns)
	}
	if f.among != nil {
		fmt.Fprintf(&b, "%s\n\n", f.among)
	}
	if f.history != nil {
		b.WriteString("What the clients saw, and in the end one more that reads everything:\n\n")
		b.WriteString(f.drawing())
	}
	switch f.kind() {
	case violation:
		fmt.Fprintf(&b, "\n%s\n", f.violation.Explanation)
		if f.violation.Argument != "" {
			fmt.Fprintf(&b, "\n%s\n", f.violation.Argument)
		}
	case breached:
		fmt.Fprintf(&b, "\n%s: %s.\n", f.breach.clause, f.breach.text)
	case leak:
		why := leftBehind + " although all handles are closed"
		if f.history == nil {
			why = neverEnds + ", not even when they are given up: these goroutines wait for ever"
		}
		fmt.Fprintf(&b, "\n%s:\n\n%s", why, f.left)
	}
	if f.attempts > 0 {
		fmt.Fprintf(&b, "\nRun again %d times, the program failed %d times.\n", f.attempts, f.repeated)
	}
	return b.String()
}
