package faults

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/assay-dev/assay/location"
)

// A Kind is one kind of fault: how it is asked for, what it needs, and how it is
// brought about.
type Kind struct {
	// Name is what plans and the command line call it.
	Name string
	// Settings are the names that a line may set.
	Settings []string
	// Needs tells in words which stores it can strike. Fits decides it from a store's
	// URL as it was given, before anything is started; nil means all.
	Needs string
	Fits  func(storeURL string) bool
	// Flag returns what the command line means by NAME=value, or by NAME where value
	// is "".
	Flag func(value string) ([]Fault, error)
	// Check says what is wrong with a fault's settings and whom, as far as this can
	// be told without a target; nil means nothing.
	Check func(Fault) error
	// Lasts is how long a fault lasts that does not say so; nil means not at all.
	Lasts func(*Target) time.Duration
	// First: the operation that a fault waits for is sent when the fault is there, and
	// not when it is about to come. It is for faults that need something to come to them.
	First bool
	// Alone: the server is another afterwards. No two faults that are Alone are there
	// at the same time, except for those that last all the time.
	Alone bool
	// New returns what brings the fault about.
	New func(*Target, Fault) (Injector, error)
}

// Kinds returns all kinds of faults. A new kind is one line here, and a file of its own.
func Kinds() []Kind {
	return []Kind{
		unreliableKind(),
		connectionsKind(),
		netKind(),
		killKind(),
		pauseKind(),
		diskKind(),
		failoverKind(),
	}
}

// Names returns the names of all kinds.
func Names() []string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, k.Name)
	}
	return names
}

func kindNamed(name string) (Kind, error) {
	kinds := Kinds()
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, fmt.Errorf("unknown fault %q: known are %s", name, strings.Join(Names(), ", "))
	}
	return kinds[i], nil
}

func (k Kind) knows(setting string) bool { return slices.Contains(k.Settings, setting) }

// known are the settings in words.
func (k Kind) known() string {
	if len(k.Settings) == 0 {
		return "none"
	}
	return strings.Join(k.Settings, ", ")
}

// check says what is wrong with a fault of this kind.
func (k Kind) check(f Fault) error {
	var seen []string
	for _, s := range f.Settings {
		name, _, _ := strings.Cut(s, "=")
		switch {
		case !k.knows(name):
			return fmt.Errorf("%s does not know %q: known are %s", k.Name, name, k.known())
		case slices.Contains(seen, name):
			return fmt.Errorf("%s is set twice", name)
		}
		seen = append(seen, name)
	}
	if f.When.atOnce() && f.For > 0 {
		return fmt.Errorf("%s lasts all the time unless it says when: after, every or at", k.Name)
	}
	if k.Check == nil {
		return nil
	}
	return k.Check(f)
}

// CheckStore refuses, as an invalid argument, the faults that a store cannot have.
func (p Plan) CheckStore(storeURL string) error {
	for _, f := range p {
		kind, err := kindNamed(f.Kind)
		if err != nil {
			return err
		}
		if kind.Fits != nil && !kind.Fits(storeURL) {
			return fmt.Errorf("faults: %s needs %s: %w", f.Kind, kind.Needs, location.ErrInvalidArgument)
		}
	}
	return nil
}

// whomFlag is the Flag of a kind whose value, if it has one, is whom it strikes: usual,
// but them.
func whomFlag(usual Fault) func(value string) ([]Fault, error) {
	return func(value string) ([]Fault, error) {
		f := usual
		if value != "" {
			f.Whom = value
		}
		return []Fault{f}, nil
	}
}

// nobodyInParticular is the Check of kinds that strike nobody in particular.
func nobodyInParticular(f Fault) error {
	if f.Whom != "" {
		return fmt.Errorf("%s does not strike anybody in particular: leave %q out", f.Kind, f.Whom)
	}
	return nil
}
