package report

import (
	"fmt"
	"strings"

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
		if len(r.Undecided) == 0 {
			return "There is no verdict: " + results.Cut(r.Reason, maxText)
		}
		return fmt.Sprintf("No violation was found, but on %d keys the check gave up. %s", len(r.Undecided), results.Cut(r.Reason, maxText))
	case checker.Insufficient:
		return "An order of the operations explains what every client saw, but the run proves little: " + results.Cut(r.Reason, maxText)
	}
	return "The run could not be carried out: " + results.Cut(r.Reason, maxText)
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
	return results.Cut(name, 200)
}

// shown quotes a key.
func shown(key string) string { return results.Cut(fmt.Sprintf("%q", key), 80) }

// label tells an operation and its answer in little space, without its key.
func label(op *history.Operation) string {
	asked, answer := tell(op.Action)
	switch {
	case op.Outcome == history.Info:
		answer = "?"
	case op.Outcome == history.Fail && history.Refused(op.Action):
		answer = "refused"
	case op.Outcome == history.Fail:
		answer = "failed"
	}
	if answer != "" {
		asked += " → " + answer
	}
	return results.Cut(asked, 60)
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
	case *history.RegisterRead:
		return "read", content(a.Held)
	case *history.RegisterWrite:
		return "write " + content(a.New), ""
	case *history.RegisterSwap:
		answer = "mismatch"
		if a.Swapped {
			answer = "swapped"
		}
		return fmt.Sprintf("cas %s to %s", content(a.Old), content(a.New)), answer
	case *history.List:
		return fmt.Sprintf("list %s", results.Cut(fmt.Sprintf("%q", a.Prefix), 30)), fmt.Sprintf("%d keys", len(a.Entries))
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

func content(c history.Content) string {
	if !c.Found {
		return nothing
	}
	return value(c.Value)
}

func value(name string) string {
	quoted := fmt.Sprintf("%q", name)
	if quoted == `"`+name+`"` && name != "" {
		quoted = name
	}
	return results.Cut(quoted, 30)
}
