package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload/history"
)

// maxText is how long a text without a name of its own may be, in letters.
const maxText = 1000

// verdict says in a sentence or two what the verdict means.
func verdict(r results.Result) string {
	switch r.Verdict {
	case checker.Valid:
		return fmt.Sprintf("One order of all %s operations explains what every client saw, as %s demands.", results.Thousands(r.Operations), contract(r))
	case checker.Invalid:
		keys := "one key"
		if n := len(r.Violations); n > 1 {
			keys = plural(n, "key")
		}
		return fmt.Sprintf("No order of the operations explains what clients saw on %s: the store broke its contract.", keys)
	case checker.Undecided:
		return fmt.Sprintf("No violation was found, but on %d keys the check gave up. %s", len(r.Undecided), cut(r.Reason, maxText))
	case checker.Insufficient:
		return "An order of the operations explains what every client saw, but the run proves little: " + cut(r.Reason, maxText)
	}
	return "The run could not be carried out: " + cut(r.Reason, maxText)
}

// contract names what the verdict is about: no relaxation is applied silently.
func contract(r results.Result) string {
	if len(r.Relaxations) == 0 {
		return "the contract"
	}
	return fmt.Sprintf("the contract, relaxed by %s,", r.Relaxations)
}

// faultName names a fault and what it did.
func faultName(f history.Fault) string {
	name := f.Fault
	if f.Target != "" {
		name += " of " + f.Target
	}
	if f.Effect != "" {
		name += ": " + f.Effect
	}
	return cut(name, 200)
}

// cut shortens text from elsewhere to about so many letters, leaving out its middle:
// of long keys, beginning and end tell most. What cannot be seen, or turns the direction
// of the text around, is spelt out.
func cut(text string, most int) string {
	if letters := utf8.RuneCountInString(text); letters > most {
		runes := []rune(text)
		text = string(runes[:most*2/3]) + "…" + string(runes[letters-most/3:])
	}
	if strings.IndexFunc(text, hidden) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if hidden(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hidden(r rune) bool { return !unicode.IsPrint(r) && r != '\n' }

// shown quotes a key.
func shown(key string) string { return cut(fmt.Sprintf("%q", key), 80) }

// label tells an operation and its answer in little space, without its key.
func label(op *history.Operation) string {
	asked, answer := tell(op.Action)
	switch {
	case op.Outcome == history.Info:
		answer = "?"
	case op.Outcome == history.Fail && refused(op.Action):
		answer = "refused"
	case op.Outcome == history.Fail:
		answer = "failed"
	}
	if answer != "" {
		asked += " → " + answer
	}
	return cut(asked, 60)
}

func refused(a history.Action) bool {
	switch a := a.(type) {
	case *history.Truncate:
		return a.Refused
	case *history.Restore:
		return a.Refused
	}
	return false
}

// nothing stands for no data.
const nothing = "∅"

// tell returns what was asked, and what was answered when it was.
func tell(a history.Action) (asked, answer string) {
	switch a := a.(type) {
	case *history.Head:
		return "head", versionOr(a.Found, a.Version)
	case *history.CompareAndSet:
		expected := nothing
		if a.HasExpected {
			expected = a.Expected.String()
		}
		answer = "mismatch"
		if a.Committed {
			answer = "committed"
		}
		return fmt.Sprintf("cas %s to %s", expected, version(a.New)), answer
	case *history.Scan:
		return scan(a)
	case *history.Truncate:
		answer = "some deleted"
		if a.Deleted != location.CountUnknown {
			answer = fmt.Sprintf("%d deleted", a.Deleted)
		}
		return fmt.Sprintf("truncate to %v", a.UpTo), answer
	case *history.ListKeys:
		return "list_keys", fmt.Sprintf("%d keys", len(a.Keys))
	case *history.Get:
		answer = nothing
		if a.Found {
			answer = value(a.Value)
		}
		if a.Damage != "" {
			answer = "damaged: " + a.Damage
		}
		return "get", answer
	case *history.Set:
		return "set " + value(a.Value), ""
	case *history.Delete:
		return "delete", deleted(a)
	case *history.Restore:
		return "restore", ""
	case *history.List:
		return fmt.Sprintf("list %s", cut(fmt.Sprintf("%q", a.Prefix), 30)), fmt.Sprintf("%d keys", len(a.Entries))
	}
	return a.Name(), ""
}

func scan(a *history.Scan) (asked, answer string) {
	asked = fmt.Sprintf("scan from %v", a.From)
	if a.Limit < int64(location.ScanAll) {
		asked += fmt.Sprintf(" limit %d", a.Limit)
	}
	var seen []string
	for _, v := range a.Versions {
		if len(seen) == 4 {
			seen = append(seen, fmt.Sprintf("… %d in all", len(a.Versions)))
			break
		}
		seen = append(seen, version(v))
	}
	return asked, "[" + strings.Join(seen, " ") + "]"
}

func deleted(a *history.Delete) string {
	switch {
	case !a.Answered:
		return ""
	case !a.Found:
		return nothing
	}
	return fmt.Sprintf("%d bytes", a.Size)
}

func version(v history.Version) string { return v.SeqNo.String() + " " + value(v.Value) }

func versionOr(found bool, v history.Version) string {
	if !found {
		return nothing
	}
	return version(v)
}

func value(name string) string {
	quoted := fmt.Sprintf("%q", name)
	if quoted == `"`+name+`"` && name != "" {
		quoted = name
	}
	return cut(quoted, 30)
}
