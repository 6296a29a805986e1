package property

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// writeTimeline writes one line per operation, by call: its line in the history, who
// called, a bar from its call to its return, and what came of it. Time counts calls and
// returns.
func writeTimeline(w io.Writer, operations []history.Operation) {
	last := int64(0)
	for i := range operations {
		last = max(last, operations[i].Return)
	}
	for i := range operations {
		op := &operations[i]
		fmt.Fprintf(w, "%4d  process %-3d %s  %s\n", i+2, op.Process, bar(op, last), describe(op))
	}
}

// bar shows when an operation was under way.
func bar(op *history.Operation, last int64) string {
	end := "┤"
	if op.Outcome == history.Info {
		end = "?"
	}
	text := strings.Repeat(" ", int(op.Call-1)) + "├" + strings.Repeat("─", int(op.Return-op.Call-1)) + end
	return text + strings.Repeat(" ", int(last-op.Return))
}

// describe tells what was asked and what was answered.
func describe(op *history.Operation) string {
	asked, answer := inWords(op.Action)
	switch {
	case op.Outcome != history.Ok:
		answer = op.Error
	case answer == "":
		answer = "done"
	}
	what := []string{op.Action.Name()}
	if op.Key != "" {
		what = append(what, strconv.Quote(op.Key))
	}
	if asked != "" {
		what = append(what, asked)
	}
	return strings.Join(what, " ") + ": " + answer
}

func inWords(action history.Action) (asked, answer string) {
	switch a := action.(type) {
	case *history.Head:
		return "", orNothing(a.Found, versionText(a.Version))
	case *history.CompareAndSet:
		asked = orNothing(a.HasExpected, a.Expected.String()) + " → " + versionText(a.New)
		if a.Committed {
			return asked, "committed"
		}
		return asked, "mismatch"
	case *history.Scan:
		return scanText(a), versionsText(a.Versions)
	case *history.Truncate:
		return "below " + a.UpTo.String(), fmt.Sprintf("%d deleted", a.Deleted)
	case *history.ListKeys:
		return "", fmt.Sprintf("%q", a.Keys)
	case *history.Get:
		return "", orNothing(a.Found, strings.TrimSpace(a.Value+" "+a.Damage))
	case *history.Set:
		return fmt.Sprintf("%s of %d bytes", a.Value, a.Size), ""
	case *history.Delete:
		return "", orNothing(a.Found, fmt.Sprintf("%d bytes", a.Size))
	case *history.List:
		return fmt.Sprintf("%q", a.Prefix), entriesText(a.Entries)
	}
	return "", ""
}

func orNothing(found bool, text string) string {
	if !found {
		return "nothing"
	}
	return text
}

func versionText(v history.Version) string { return v.SeqNo.String() + " " + v.Value }

func scanText(a *history.Scan) string {
	text := "from " + a.From.String()
	if a.Limit != location.ScanAll {
		text += fmt.Sprintf(", limit %d", a.Limit)
	}
	return text
}

func versionsText(all []history.Version) string {
	var texts []string
	for _, v := range all {
		texts = append(texts, versionText(v))
	}
	return orNothing(len(all) > 0, strings.Join(texts, ", "))
}

func entriesText(all []location.BlobMetadata) string {
	var texts []string
	for _, entry := range all {
		texts = append(texts, fmt.Sprintf("%q %d bytes", entry.Key, entry.Size))
	}
	return orNothing(len(all) > 0, strings.Join(texts, ", "))
}
