package timeline

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// Label says in a few letters what an operation was asked and answered.
func Label(op *history.Operation) string {
	switch {
	case op.Outcome == history.Info:
		return asked(op.Action) + " ?"
	case op.Outcome == history.Fail && !history.Refused(op.Action):
		return asked(op.Action) + " failed"
	}
	return asked(op.Action) + answered(op.Action)
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
		return "set " + Name(a.Value) + size(a.Size)
	case *history.RegisterWrite:
		return "write " + content(a.New)
	case *history.RegisterSwap:
		return fmt.Sprintf("cas %s -> %s", content(a.Old), content(a.New))
	}
	return a.Name()
}

func content(c history.Content) string {
	if !c.Found {
		return "none"
	}
	return Name(c.Value)
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
	case *history.RegisterRead:
		return ": " + content(a.Held)
	case *history.RegisterSwap:
		if !a.Swapped {
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
			return ": damaged " + Name(a.Value)
		}
		if !a.Found {
			return ": none"
		}
		return ": " + Name(a.Value) + size(a.Size)
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

func version(v history.Version) string { return v.SeqNo.String() + " " + Name(v.Value) }

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

// Name is a value's name, shortened, with nothing in it that a terminal obeys.
func Name(value string) string {
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
