package location_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/assay-dev/assay/location"
)

func TestAnErrorIsIndeterminateUnlessSomebodyProvedIt(t *testing.T) {
	sure := location.NewDeterminate(io.EOF)
	open := location.NewIndeterminate(io.EOF)
	for name, c := range map[string]struct {
		err  error
		want location.Class
	}{
		"a bare error":                     {io.EOF, location.Indeterminate},
		"a determinate one":                {sure, location.Determinate},
		"an indeterminate one":             {open, location.Indeterminate},
		"a wrapped determinate one":        {fmt.Errorf("a: %w", fmt.Errorf("b: %w", sure)), location.Determinate},
		"the outermost class counts":       {location.NewIndeterminate(sure), location.Indeterminate},
		"also the other way":               {location.NewDeterminate(open), location.Determinate},
		"joined determinate ones":          {errors.Join(sure, sure), location.Determinate},
		"one of those joined is open":      {errors.Join(sure, open), location.Indeterminate},
		"one of those joined has no class": {errors.Join(sure, io.EOF), location.Indeterminate},
		"joined and wrapped":               {fmt.Errorf("a: %w", errors.Join(sure, sure)), location.Determinate},
		"two wrapped by one":               {fmt.Errorf("%w, %w", sure, open), location.Indeterminate},
		"a join of nothing":                {joined{}, location.Indeterminate},
		"text that looks like a class":     {errors.New("determinate: no"), location.Indeterminate},
		"no error":                         {nil, location.Indeterminate},
	} {
		if got := location.Classify(c.err); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// joined is what fmt.Errorf makes of two %w whose operands are nil.
type joined struct{}

func (joined) Error() string   { return "joined" }
func (joined) Unwrap() []error { return nil }

func TestErrorsUnwrapToTheirCauseAndPrintTheirClass(t *testing.T) {
	cause := &os.PathError{Op: "open", Path: "x", Err: io.EOF}
	for class, err := range map[string]error{"determinate": location.NewDeterminate(cause), "indeterminate": location.NewIndeterminate(cause)} {
		var path *os.PathError
		if !errors.Is(err, io.EOF) || !errors.As(err, &path) || path != cause {
			t.Errorf("%v does not unwrap to its cause", err)
		}
		if want := class + ": open x: EOF"; err.Error() != want {
			t.Errorf("prints as %q, want %q", err, want)
		}
	}
}

func TestClassifiedPutsTheClassOutside(t *testing.T) {
	sure := location.NewDeterminate(io.EOF)
	for _, c := range []struct {
		err  error
		want string
	}{
		{sure, "determinate: EOF"},
		{io.EOF, "indeterminate: EOF"},
		{fmt.Errorf("wrapped: %w", sure), "determinate: wrapped: determinate: EOF"},
	} {
		got := location.Classified(c.err)
		if got.Error() != c.want || !errors.Is(got, io.EOF) || location.Classify(got) != location.Classify(c.err) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	if err := location.Classified(nil); err != nil {
		t.Errorf("nil became %v", err)
	}
}

func TestATimeoutIsKnownByItsType(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{context.DeadlineExceeded, true},
		{fmt.Errorf("read: %w", context.DeadlineExceeded), true},
		{location.NewIndeterminate(os.ErrDeadlineExceeded), true},
		{errors.Join(io.EOF, context.DeadlineExceeded), true},
		{errors.New("timeout: context deadline exceeded"), false},
		{context.Canceled, false},
		{&os.PathError{Err: io.EOF}, false},
		{nil, false},
	} {
		if got := location.IsTimeout(c.err); got != c.want {
			t.Errorf("%v is a timeout: %t, want %t", c.err, got, c.want)
		}
	}
}

func TestRefusalsAreDeterminateTypedAndNameTheKey(t *testing.T) {
	head := location.SeqNo(3)
	for _, c := range []struct {
		err, why error
		says     []string
	}{
		{location.RefuseTruncation("k", 9, &head), location.ErrTruncationRefused, []string{`"k"`, "v9", "v3"}},
		{location.RefuseTruncation("k", 9, nil), location.ErrTruncationRefused, []string{`"k"`, "v9", "no data"}},
		{location.RefuseRestore("k"), location.ErrRestoreRefused, []string{`"k"`}},
	} {
		if _, outside := c.err.(*location.Error); !outside || !errors.Is(c.err, c.why) || location.Classify(c.err) != location.Determinate {
			t.Errorf("%v is not a determinate %v", c.err, c.why)
		}
		for _, part := range c.says {
			if !strings.Contains(c.err.Error(), part) {
				t.Errorf("%q does not say %s", c.err, part)
			}
		}
	}
}
