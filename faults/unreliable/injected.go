package unreliable

import (
	"fmt"

	"github.com/assay-dev/assay/location"
)

// Injected is the cause of every error that is not the store's own.
type Injected struct {
	// Op is the operation's name in the history format.
	Op string
	// Key is the key, or the prefix of a listing.
	Key     string
	timeout bool
}

func (e *Injected) Error() string {
	what := "not done, as if the store could not be reached"
	if e.timeout {
		what = "timed out, as if the answer was lost"
	}
	return fmt.Sprintf("%s %q: injected fault: %s", e.Op, e.Key, what)
}

// Timeout reports whether the error stands for a timeout, see [location.IsTimeout].
func (e *Injected) Timeout() bool { return e.timeout }

// err is the error of an operation that met f, which is not the answer itself.
func (f fate) err(op, key string) error {
	if f.told {
		return location.NewDeterminate(&Injected{Op: op, Key: key})
	}
	return location.NewIndeterminate(&Injected{Op: op, Key: key, timeout: true})
}
