package certify

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/assay-dev/assay/location"
)

func TestWhatFailsIsDoneAgainAFewTimesAndNeverInSilence(t *testing.T) {
	lost := errors.New("the connection is lost")
	for _, c := range []struct {
		name     string
		failures int
		err      error
		done     int // times
		want     error
	}{
		{"nothing fails", 0, lost, 1, nil},
		{"it fails twice", 2, lost, 3, nil},
		{"it fails each time", 100, lost, attempts, lost},
		{"it can never be right", 100, location.ErrInvalidArgument, 1, location.ErrInvalidArgument},
	} {
		var told strings.Builder
		done := 0
		err := again(&told, "upload x", func() error {
			if done++; done <= c.failures {
				return fmt.Errorf("put: %w", c.err)
			}
			return nil
		})
		if done != c.done || !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: done %d times, %v", c.name, done, err)
		}
		failed := min(c.failures, done)
		if errors.Is(c.err, location.ErrInvalidArgument) {
			failed = 0 // the error tells of it
		}
		if n := strings.Count(told.String(), "upload x: attempt "); n != failed {
			t.Errorf("%s: %d of %d failures are told", c.name, n, failed)
		}
	}
}
