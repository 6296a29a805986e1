package counterexample

import (
	"strconv"
	"strings"
	"time"

	"github.com/assay-dev/assay/workload/history"
)

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
