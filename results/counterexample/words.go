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

// folded is one paragraph in lines that are not too long where it has spaces.
func folded(text string) string {
	const long = 110
	var b strings.Builder
	column := 0
	for i, word := range strings.Split(text, " ") {
		switch {
		case i > 0 && column+1+len(word) > long:
			b.WriteByte('\n')
			column = 0
		case i > 0:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
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
