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
// each other. The culprit is the one among them by which it came out; who wrote what they
// saw is known.
func Explain(h perkey.History, relax location.Relaxations, culprit *history.Operation, fault []*history.Operation, wrote Authors) string {
	var others []string
	for _, op := range fault {
		if op != culprit {
			others = append(others, Describe(op))
		}
	}
	key, it := fmt.Sprintf("Key %q", h.Key), Describe(culprit)
	reason := model.Wrong(culprit, relax)
	var text strings.Builder
	switch {
	case reason != "":
		return fmt.Sprintf("%s: the answer of %s is wrong whatever the key held: %s.", key, it, reason)
	case len(others) == 0:
		fmt.Fprintf(&text, "%s: no order of its operations explains %s.", key, it)
	default:
		fmt.Fprintf(&text, "%s: no order of its operations explains %s together with %s.", key, it, list(others))
	}
	for _, op := range fault {
		text.WriteString(unwritten(h, op, wrote))
	}
	return text.String()
}

// list joins phrases.
func list(phrases []string) string {
	last := len(phrases) - 1
	if last == 0 {
		return phrases[0]
	}
	return strings.Join(phrases[:last], ", ") + " and " + phrases[last]
}

// unwritten names the values that op saw and no operation can have written.
func unwritten(h perkey.History, op *history.Operation, wrote Authors) string {
	var text string
	failed := Wrote(h.Failed, []*history.Operation{op})
	for _, name := range Seen(op) {
		if wrote[name] != nil {
			continue
		}
		if tried := failed[name]; tried != nil {
			text += fmt.Sprintf(" %q was written only by an operation that failed and must not have happened: process %d, line %d.",
				name, tried[0].Process, tried[0].Line)
		} else {
			text += fmt.Sprintf(" Nobody wrote %q.", name)
		}
	}
	return text
}

// Authors are the operations that wrote or tried to write a value, by its name.
type Authors map[string][]*history.Operation

// Wrote returns the authors of all that some operations saw.
func Wrote(operations, saw []*history.Operation) Authors {
	authors := Authors{}
	for _, op := range saw {
		for _, name := range Seen(op) {
			authors[name] = nil
		}
	}
	for i := 0; i < len(operations) && len(authors) > 0; i++ {
		if name, ok := written(operations[i]); ok {
			if known, wanted := authors[name]; wanted {
				authors[name] = append(known, operations[i])
			}
		}
	}
	return authors
}

// Seen returns the names of the values that op was answered with, each once.
func Seen(op *history.Operation) []string {
	switch a := op.Action.(type) {
	case *history.Head:
		if a.Found {
			return []string{a.Version.Value}
		}
	case *history.Scan:
		names, known := []string(nil), map[string]bool{}
		for _, v := range a.Versions {
			if !known[v.Value] {
				names, known[v.Value] = append(names, v.Value), true
			}
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

// written returns the name of the value that op wrote or tried to write.
func written(op *history.Operation) (name string, ok bool) {
	switch a := op.Action.(type) {
	case *history.CompareAndSet:
		return a.New.Value, a.Committed || op.Outcome != history.Ok
	case *history.Set:
		return a.Value, true
	case *history.RegisterWrite:
		return a.New.Value, a.New.Found
	case *history.RegisterSwap:
		return a.New.Value, a.New.Found && (a.Swapped || op.Outcome != history.Ok)
	}
	return "", false
}

// Describe says what an operation was asked and answered, by whom and on which line.
func Describe(op *history.Operation) string {
	asked, answered := describe(op.Action)
	switch {
	case op.Outcome == history.Info:
		answered = ""
	case op.Outcome == history.Fail:
		answered = "was refused"
	}
	if answered != "" {
		asked += " that " + answered
	}
	return fmt.Sprintf("process %d's %s (line %d)", op.Process, asked, op.Line)
}

func describe(a history.Action) (asked, answered string) {
	switch a := a.(type) {
	case *history.Head:
		if !a.Found {
			return "head", "found nothing"
		}
		return "head", "returned " + describeVersion(a.Version)
	case *history.CompareAndSet:
		return describeCompareAndSet(a)
	case *history.Scan:
		asked = fmt.Sprintf("scan from %v", a.From)
		if a.Limit < int64(location.ScanAll) {
			asked += fmt.Sprintf(" of at most %s", many(a.Limit, "version"))
		}
		return asked, "returned " + describeVersions(a.Versions)
	case *history.Truncate:
		asked = fmt.Sprintf("truncation up to %v", a.UpTo)
		if a.Deleted == location.CountUnknown {
			return asked, "did not say how many versions it deleted"
		}
		return asked, "deleted " + many(a.Deleted, "version")
	case *history.ListKeys:
		return "list of keys", named(len(a.Keys))
	case *history.Get:
		return "get", describeGet(a)
	case *history.Set:
		return fmt.Sprintf("set of %q", a.Value), ""
	case *history.Delete:
		return "delete", describeDelete(a)
	case *history.Restore:
		return "restore", "succeeded"
	case *history.List:
		asked = fmt.Sprintf("list of prefix %q", a.Prefix)
		if len(a.Entries) == 1 {
			return asked, "named it with " + many(a.Entries[0].Size, "byte")
		}
		return asked, named(len(a.Entries))
	}
	return describeRegister(a)
}

func many(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func named(times int) string {
	switch times {
	case 0:
		return "did not name it"
	case 1:
		return "named it"
	}
	return fmt.Sprintf("named it %d times", times)
}

func describeCompareAndSet(a *history.CompareAndSet) (asked, answered string) {
	expected, result := "nothing", "was a mismatch"
	if a.HasExpected {
		expected = a.Expected.String()
	}
	if a.Committed {
		result = "committed"
	}
	return fmt.Sprintf("compare-and-set from %s to %s", expected, describeVersion(a.New)), result
}

func describeGet(a *history.Get) string {
	switch {
	case a.Damage != "":
		return "returned damaged bytes"
	case !a.Found:
		return "found nothing"
	}
	return fmt.Sprintf("returned %q", a.Value)
}

func describeDelete(a *history.Delete) string {
	switch {
	case !a.Answered:
		return "succeeded"
	case !a.Found:
		return "found nothing"
	}
	return "removed " + many(a.Size, "byte")
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
