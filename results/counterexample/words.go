package counterexample

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// clause says in a few words what a clause of the contract asks for.
func clause(name string) string {
	return map[string]string{
		"C1": "a key starts with no data, and has some from its first commit on",
		"C2": "a compare-and-set commits if and only if the head is what it expects",
		"C3": "a compare-and-set that does not move forward is an error",
		"C4": "version numbers end at MaxInt64",
		"C6": "after a commit, the head is the new version",
		"C7": "a scan is one atomic read of the versions from a number on",
		"C8": "a truncation deletes and counts what is below its bound, if the head has reached it",
		"C9": "a listing names each key that was created, once, and no other",
		"B1": "a get returns the value, or that there is none",
		"B2": "a set replaces the whole value; nobody reads anything else",
		"B3": "a delete returns the size of the value that it removed, or that there was none",
		"B4": "a listing names each key with its size, once, as it was at some instant",
		"B5": "a restore succeeds if and only if the key exists when it returns",
	}[name]
}

// label says in a few letters what an operation was asked and answered.
func label(op *history.Operation) string {
	switch {
	case op.Outcome == history.Info:
		return asked(op.Action) + " ?"
	case op.Outcome == history.Fail && !refused(op.Action):
		return asked(op.Action) + " failed"
	}
	return asked(op.Action) + answered(op.Action)
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

// asked names an operation with its arguments.
func asked(a history.Action) string {
	switch a := a.(type) {
	case *history.CompareAndSet:
		expected := "none"
		if a.HasExpected {
			expected = a.Expected.String()
		}
		return fmt.Sprintf("cas %s -> %s", expected, version(a.New))
	case *history.Scan:
		if a.Limit == math.MaxInt64 {
			return fmt.Sprintf("scan from %v", a.From)
		}
		return fmt.Sprintf("scan from %v limit %d", a.From, a.Limit)
	case *history.Truncate:
		return fmt.Sprintf("truncate below %v", a.UpTo)
	case *history.ListKeys:
		return "list keys"
	case *history.Set:
		return "set " + name(a.Value) + size(a.Size)
	}
	return a.Name()
}

// answered says what came back.
func answered(a history.Action) string {
	switch a := a.(type) {
	case *history.Head:
		if !a.Found {
			return ": none"
		}
		return ": " + version(a.Version)
	case *history.CompareAndSet:
		if !a.Committed {
			return ": mismatch"
		}
	case *history.Scan:
		var names []string
		for _, v := range a.Versions {
			names = append(names, version(v))
		}
		return ": " + someOf(names)
	case *history.Truncate:
		if a.Refused {
			return ": refused"
		}
		if a.Deleted == location.CountUnknown {
			return ": unknown"
		}
		return fmt.Sprintf(": %d deleted", a.Deleted)
	default:
		return answeredByBlob(a)
	}
	return ""
}

func answeredByBlob(a history.Action) string {
	switch a := a.(type) {
	case *history.ListKeys:
		return ": " + named(len(a.Keys))
	case *history.Get:
		if a.Damage != "" {
			return ": damaged " + name(a.Value)
		}
		if !a.Found {
			return ": none"
		}
		return ": " + name(a.Value) + size(a.Size)
	case *history.Delete:
		if !a.Answered {
			return ""
		}
		if !a.Found {
			return ": none"
		}
		return fmt.Sprintf(": %d bytes", a.Size)
	case *history.Restore:
		if a.Refused {
			return ": refused"
		}
		return ": ok"
	case *history.List:
		if len(a.Entries) != 1 {
			return ": " + named(len(a.Entries))
		}
		return fmt.Sprintf(": it has %d bytes", a.Entries[0].Size)
	}
	return ""
}

func named(times int) string {
	switch times {
	case 0:
		return "it is not there"
	case 1:
		return "it is there"
	}
	return fmt.Sprintf("it is there %d times", times)
}

func version(v history.Version) string { return v.SeqNo.String() + " " + name(v.Value) }

func size(bytes int64) string {
	if bytes == history.SizeUnknown {
		return ""
	}
	return fmt.Sprintf(" (%d bytes)", bytes)
}

// someOf names the first and the last few of many.
func someOf(names []string) string {
	const few = 2
	if len(names) == 0 {
		return "nothing"
	}
	if len(names) > 2*few+1 {
		names = append(append(append([]string{}, names[:few]...), "..."), names[len(names)-few:]...)
	}
	return strings.Join(names, ", ")
}

// name is a value's name, shortened, with nothing in it that a terminal obeys.
func name(value string) string {
	const long = 24
	quoted := strconv.QuoteToASCII(value)
	plain := quoted[1 : len(quoted)-1]
	if len(plain) > long {
		plain = plain[:long-3] + "..."
	}
	if plain == "" {
		return `""`
	}
	return plain
}

// printable is text of several lines with nothing else in it that a terminal obeys.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && !strconv.IsPrint(r) {
			return '\ufffd'
		}
		return r
	}, text)
}

// since is an instant of the run, for people.
func since(nanoseconds int64) string {
	d := time.Duration(nanoseconds)
	switch {
	case d >= time.Second:
		d = d.Round(time.Millisecond)
	case d >= time.Millisecond:
		d = d.Round(10 * time.Microsecond)
	}
	return d.String()
}

// during is how long an operation took.
func during(op *history.Operation) string {
	if op.Return == history.Never {
		return "never answered"
	}
	return "took " + since(op.Return-op.Call)
}
