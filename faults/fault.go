package faults

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Fault is one line of a plan.
type Fault struct {
	// Kind is what goes wrong, by its name in [Kinds].
	Kind string
	// Settings say it more precisely, as name or name=value.
	Settings []string
	// Whom it strikes, in the words of its kind; "" leaves that to the kind.
	Whom string
	When When
	// For is how long it lasts; 0 means as long as its kind finds right, and to the end
	// for one that strikes at once.
	For time.Duration
}

// When says when a fault strikes. The zero When is at once: it lasts from before the
// first request to after the last.
type When struct {
	// After is the time since the first request.
	After time.Duration
	// Every lets it strike again and again, with pauses of half to one and a half of
	// this from the end of one to the beginning of the next; 0 means once.
	Every time.Duration
	// At is the operation in flight at which it strikes, once.
	At Operation
}

// An Operation is one of the run, counted as clients begin them. The zero Operation is
// none.
type Operation struct {
	Name string // in the history format, compare_and_set for example
	Nth  int    // from 1 on
	// Whose operations are counted: those of a "process" as the history numbers it, of
	// a "client", who goes on as another process after an unknown outcome, or, "", all.
	Whose  string
	Number int
}

// atOnce reports whether the fault lasts as long as the requests do.
func (w When) atOnce() bool { return w == When{} }

// Setting returns the value of a setting, and whether it is there. One without "=" has
// the value "".
func (f Fault) Setting(name string) (value string, found bool) {
	for _, s := range f.Settings {
		if own, value, _ := strings.Cut(s, "="); own == name {
			return value, true
		}
	}
	return "", false
}

// What is the fault without whom, when and how long, as the history tells it.
func (f Fault) What() string {
	return strings.Join(append([]string{f.Kind}, f.Settings...), " ")
}

// String returns the fault as the line of a plan.
func (f Fault) String() string {
	words := []string{f.What(), f.Whom, f.When.String()}
	if f.For > 0 {
		words = append(words, "for "+f.For.String())
	}
	return strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), " ")
}

func (w When) String() string {
	var words []string
	if w.After > 0 {
		words = append(words, "after "+w.After.String())
	}
	if w.Every > 0 {
		words = append(words, "every "+w.Every.String())
	}
	if w.At != (Operation{}) {
		words = append(words, "at "+w.At.String())
	}
	return strings.Join(words, " ")
}

func (o Operation) String() string {
	text := o.Name + " " + strconv.Itoa(o.Nth)
	if o.Whose != "" {
		text += fmt.Sprintf(" of %s %d", o.Whose, o.Number)
	}
	return text
}
