package search

import (
	"fmt"
	"strings"

	"github.com/assay-dev/assay/checker/model"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// Explain says in a sentence or two why the operations at fault on a key contradict
// each other.
func Explain(h perkey.History, relax location.Relaxations, culprit *history.Operation, fault []*history.Operation) string {
	var text strings.Builder
	fmt.Fprintf(&text, "key %q: %s", h.Key, Describe(culprit))
	if reason := model.Wrong(culprit, relax); reason != "" {
		fmt.Fprintf(&text, ", which is wrong whatever the key held: %s.", reason)
		return text.String()
	}
	var others []string
	for _, op := range fault {
		if op != culprit {
			others = append(others, Describe(op))
		}
	}
	if len(others) == 0 {
		text.WriteString(", which no order of the key's operations explains.")
	} else {
		fmt.Fprintf(&text, ", which no order of the key's operations explains together with: %s.", strings.Join(others, "; "))
	}
	for _, op := range fault {
		text.WriteString(unwritten(h, op))
	}
	return text.String()
}

// unwritten names the values that op saw and no operation can have written.
func unwritten(h perkey.History, op *history.Operation) string {
	var text string
	for _, name := range seen(op) {
		if writes(h.Operations, name) != nil {
			continue
		}
		if failed := writes(h.Failed, name); failed != nil {
			text += fmt.Sprintf(" %q was written only by an operation that failed and must not have happened: process %d, line %d.",
				name, failed.Process, failed.Line)
		} else {
			text += fmt.Sprintf(" Nobody wrote %q.", name)
		}
	}
	return text
}

// seen returns the names of the values that op was answered with.
func seen(op *history.Operation) []string {
	switch a := op.Action.(type) {
	case *history.Head:
		if a.Found {
			return []string{a.Version.Value}
		}
	case *history.Scan:
		var names []string
		for _, v := range a.Versions {
			names = append(names, v.Value)
		}
		return names
	case *history.Get:
		if a.Found {
			return []string{a.Value}
		}
	case *history.RegisterRead:
		if a.Held.Found {
			return []string{a.Held.Value}
		}
	}
	return nil
}

// writes returns an operation that may have written, or tried to write, the value.
func writes(operations []*history.Operation, name string) *history.Operation {
	for _, op := range operations {
		switch a := op.Action.(type) {
		case *history.CompareAndSet:
			if a.New.Value == name && (a.Committed || op.Outcome != history.Ok) {
				return op
			}
		case *history.Set:
			if a.Value == name {
				return op
			}
		case *history.RegisterWrite:
			if a.New.Value == name {
				return op
			}
		case *history.RegisterSwap:
			if a.New.Value == name && (a.Swapped || op.Outcome != history.Ok) {
				return op
			}
		}
	}
	return nil
}

// Describe says what an operation was asked and answered, by whom and on which line.
func Describe(op *history.Operation) string {
	return fmt.Sprintf("process %d's %s (line %d)", op.Process, describeAction(op), op.Line)
}

func describeAction(op *history.Operation) string {
	if op.Outcome == history.Fail {
		return op.Action.Name() + " was refused"
	}
	switch a := op.Action.(type) {
	case *history.Head:
		if !a.Found {
			return "head found nothing"
		}
		return "head returned " + describeVersion(a.Version)
	case *history.CompareAndSet:
		return describeCompareAndSet(a)
	case *history.Scan:
		return fmt.Sprintf("scan from %v, limit %d, returned %s", a.From, a.Limit, describeVersions(a.Versions))
	case *history.Truncate:
		return fmt.Sprintf("truncate up to %v deleted %d", a.UpTo, a.Deleted)
	case *history.ListKeys:
		return listed("list of keys", len(a.Keys))
	case *history.Get:
		if !a.Found {
			return "get found nothing"
		}
		return fmt.Sprintf("get returned %q", a.Value)
	case *history.Set:
		return fmt.Sprintf("set wrote %q", a.Value)
	case *history.Delete:
		return describeDelete(a)
	case *history.Restore:
		return "restore succeeded"
	case *history.List:
		if len(a.Entries) == 1 {
			return fmt.Sprintf("list of prefix %q named it with %d bytes", a.Prefix, a.Entries[0].Size)
		}
		return listed(fmt.Sprintf("list of prefix %q", a.Prefix), len(a.Entries))
	}
	return describeRegister(op.Action)
}

func listed(what string, times int) string {
	switch times {
	case 0:
		return what + " did not name it"
	case 1:
		return what + " named it"
	}
	return fmt.Sprintf("%s named it %d times", what, times)
}

func describeCompareAndSet(a *history.CompareAndSet) string {
	expected, result := "nothing", "was a mismatch"
	if a.HasExpected {
		expected = a.Expected.String()
	}
	if a.Committed {
		result = "committed"
	}
	return fmt.Sprintf("compare-and-set from %s to %s %s", expected, describeVersion(a.New), result)
}

func describeDelete(a *history.Delete) string {
	switch {
	case !a.Answered:
		return "delete succeeded"
	case !a.Found:
		return "delete found nothing"
	}
	return fmt.Sprintf("delete removed %d bytes", a.Size)
}

func describeVersion(v history.Version) string { return fmt.Sprintf("%v %q", v.SeqNo, v.Value) }

// describeVersions names the first and the last few of a long list only.
func describeVersions(versions []history.Version) string {
	const few = 3
	var names []string
	for i, v := range versions {
		if i < few || i >= len(versions)-few {
			names = append(names, describeVersion(v))
		} else if i == few {
			names = append(names, "…")
		}
	}
	if names == nil {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
