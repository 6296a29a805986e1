package faults

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Operations are the names by which a fault can wait for an operation.
func operations() []string {
	return []string{
		"head", "compare_and_set", "scan", "truncate", "list_keys",
		"get", "set", "delete", "restore", "list",
	}
}

// parseLine reads the line of one fault:
//
//	KIND [SETTING…] [WHOM…] [after TIME] [every TIME] [at OPERATION N [of process|client N]] [for TIME]
func parseLine(line string) (Fault, error) {
	w := &words{left: strings.Fields(line)}
	kind, err := kindNamed(w.next())
	if err != nil {
		return Fault{}, err
	}
	f := Fault{Kind: kind.Name}
	var whom []string
	for !w.atClause() {
		word := w.next()
		name, _, valued := strings.Cut(word, "=")
		switch {
		case kind.knows(name):
			f.Settings = append(f.Settings, word)
		case valued:
			return f, fmt.Errorf("%s does not know %q: known are %s", kind.Name, name, kind.known())
		default:
			whom = append(whom, word)
		}
	}
	f.Whom = strings.Join(whom, " ")
	for len(w.left) > 0 && w.err == nil {
		w.clause(&f)
	}
	if w.err != nil {
		return f, w.err
	}
	return f, kind.check(f)
}

// words are what is left of a line.
type words struct {
	left []string
	seen []string // clauses
	err  error
}

func (w *words) next() string {
	if len(w.left) == 0 {
		return ""
	}
	word := w.left[0]
	w.left = w.left[1:]
	return word
}

// clauses begin with these words.
func clauses() []string { return []string{"after", "every", "at", "for"} }

// atClause reports whether what comes next says when, or how long; the end does too.
func (w *words) atClause() bool {
	return len(w.left) == 0 || slices.Contains(clauses(), w.left[0])
}

// clause reads one clause into f.
func (w *words) clause(f *Fault) {
	name := w.next()
	switch {
	case !slices.Contains(clauses(), name):
		w.fail("%q: expected one of %s here", name, strings.Join(clauses(), ", "))
		return
	case slices.Contains(w.seen, name):
		w.fail("%q stands there twice", name)
		return
	}
	w.seen = append(w.seen, name)
	switch name {
	case "after":
		f.When.After = w.duration(name)
	case "every":
		f.When.Every = w.duration(name)
	case "for":
		f.For = w.duration(name)
	default:
		f.When.At = w.operation()
	}
	if f.When.At != (Operation{}) && f.When.After+f.When.Every > 0 {
		w.fail("a fault comes at an operation or after a time, not both")
	}
}

// duration reads a length of time.
func (w *words) duration(clause string) time.Duration {
	text := w.next()
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Millisecond {
		w.fail("%q after %s is not a length of time from 1ms on", text, clause)
	}
	return d
}

// operation reads NAME N [of process|client N].
func (w *words) operation() (o Operation) {
	if o.Name = w.next(); !slices.Contains(operations(), o.Name) {
		w.fail("unknown operation %q: known are %s", o.Name, strings.Join(operations(), ", "))
		return o
	}
	o.Nth = w.number(1)
	if len(w.left) == 0 || w.left[0] != "of" {
		return o
	}
	w.next()
	if o.Whose = w.next(); o.Whose != "process" && o.Whose != "client" {
		w.fail("%q after of: write process or client, and its number", o.Whose)
		return o
	}
	o.Number = w.number(0)
	return o
}

// number reads a number from least on.
func (w *words) number(least int) int {
	text := w.next()
	n, err := strconv.Atoi(text)
	if err != nil || n < least {
		w.fail("%q is not a number from %d on", text, least)
	}
	return n
}

func (w *words) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}
