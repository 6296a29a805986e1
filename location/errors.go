package location

import (
	"context"
	"errors"
	"fmt"
)

// A Class says what an error leaves open about its operation (E1).
type Class int

const (
	// Indeterminate: the operation may have taken effect, at any time from its call
	// on, also after the error was returned. It is the default (E2).
	Indeterminate Class = iota
	// Determinate: the operation definitely did not take effect.
	Determinate
)

func (c Class) String() string {
	if c == Determinate {
		return "determinate"
	}
	return "indeterminate"
}

// Error is an error with its class. It unwraps to its cause (E3).
type Error struct {
	Class Class
	Cause error
}

func (e *Error) Error() string { return e.Class.String() + ": " + e.Cause.Error() }
func (e *Error) Unwrap() error { return e.Cause }

// NewDeterminate marks cause as proof that the operation did not take effect.
// A store calls it only for conditions on an explicit allow-list (E2).
func NewDeterminate(cause error) error { return &Error{Class: Determinate, Cause: cause} }

// NewIndeterminate marks cause as leaving open whether the operation took effect.
func NewIndeterminate(cause error) error { return &Error{Class: Indeterminate, Cause: cause} }

// Classify returns the class of any non-nil error: that of the outermost [Error]
// in its chain, or Indeterminate where nobody said (E2). Of joined errors, all
// have to be determinate.
func Classify(err error) Class {
	for err != nil {
		if classed, ok := err.(*Error); ok {
			return classed.Class
		}
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			return classifyAll(joined.Unwrap())
		}
		err = errors.Unwrap(err)
	}
	return Indeterminate
}

func classifyAll(errs []error) Class {
	if len(errs) == 0 {
		return Indeterminate
	}
	for _, err := range errs {
		if Classify(err) == Indeterminate {
			return Indeterminate
		}
	}
	return Determinate
}

// Classified returns err with its class on the outside, so that it prints it (E3):
// every error that leaves a store goes through it or was made by one of the
// constructors here. A nil err stays nil.
func Classified(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := err.(*Error); ok {
		return err
	}
	return &Error{Class: Classify(err), Cause: err}
}

// IsTimeout reports whether err is a timeout, by type and never by its text (E4).
// A timeout is indeterminate unless the store proved that nothing had been sent.
func IsTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// The refusals: answers about the arguments or the state, always determinate (E6).
var (
	// ErrInvalidArgument: the arguments can never be right (C3, C4, an illegal key).
	ErrInvalidArgument = errors.New("invalid argument")
	// ErrTruncationRefused: the bound is above the head, or the key has no data (C8).
	ErrTruncationRefused = errors.New("truncation refused")
	// ErrRestoreRefused: the key is absent and nothing can be brought back (B5).
	ErrRestoreRefused = errors.New("restore refused")
	// ErrUnsupported: the store has declared that it cannot do this.
	ErrUnsupported = errors.New("unsupported")
)

// A refusal puts itself into words only when somebody asks: most are counted, not read.
type refusal struct {
	cause  error
	format string
	args   []any
}

func (r *refusal) Error() string { return fmt.Sprintf(r.format, r.args...) + ": " + r.cause.Error() }
func (r *refusal) Unwrap() error { return r.cause }

func refuse(cause error, format string, args ...any) error {
	return NewDeterminate(&refusal{cause, format, args})
}

// RefuseTruncation is the refusal of a truncation bound above the head; a nil head
// means that the key has no data (C8).
func RefuseTruncation(key string, upTo SeqNo, head *SeqNo) error {
	if head == nil {
		return refuse(ErrTruncationRefused, "truncate %q up to %v: the key has no data", key, upTo)
	}
	return refuse(ErrTruncationRefused, "truncate %q up to %v: the head is %v", key, upTo, *head)
}

// RefuseRestore is the refusal of a restore that has nothing to bring back (B5).
func RefuseRestore(key string) error {
	return refuse(ErrRestoreRefused, "restore %q: no value to bring back", key)
}

// invalid is the refusal of arguments that can never be right.
func invalid(format string, args ...any) error {
	return refuse(ErrInvalidArgument, format, args...)
}
