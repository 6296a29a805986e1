package property

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/workload/history"
)

// A failure is a program that showed the store to be wrong.
type failure struct {
	program   program
	history   *history.History
	violation *checker.Violation // nil when it was an error without a class
	unclassed error
	// interleaving is the number of the one that failed, when all are tried.
	interleaving int
	// attempts is how often the program was run again, and failed again repeated times;
	// 0 when it fails every time.
	attempts, repeated int
}

// summary says in one line what is wrong. It is the same every time.
func (f *failure) summary() string {
	if f.violation == nil {
		return "an error is neither determinate nor indeterminate: the store breaks E1"
	}
	return fmt.Sprintf("not linearizable: the store breaks %s on key %q", f.violation.Clause, f.violation.Key)
}

// again is the command that runs a test once more, in its directory. It begins with the
// fail file that rapid has left there.
func again(test string) string {
	return "go test -run '^" + strings.ReplaceAll(regexp.QuoteMeta(test), "/", "$/^") + "$'"
}

// report shows what happened, and why it cannot be.
func (f *failure) report() string {
	var b strings.Builder
	b.WriteString("What the clients saw, and in the end one more that reads everything:\n\n")
	writeTimeline(&b, f.history.Operations)
	if f.violation != nil {
		fmt.Fprintf(&b, "\n%s\n", f.violation.Explanation)
	}
	if f.violation != nil && f.violation.Argument != "" {
		fmt.Fprintf(&b, "\n%s\n", f.violation.Argument)
	}
	if f.unclassed != nil {
		fmt.Fprintf(&b, "\n%v.\n", f.unclassed)
	}
	if f.interleaving > 0 {
		fmt.Fprintf(&b, "\nIt is interleaving %d of this program.\n", f.interleaving)
	}
	if f.attempts > 0 {
		fmt.Fprintf(&b, "\nRun again %d times, the program failed %d times.\n", f.attempts, f.repeated)
	}
	return b.String()
}
