package faults

import (
	"context"
	"math/rand/v2"
)

// An Injector brings one kind of fault about at one target, and takes it back. It is
// used by one goroutine at a time, and Heal follows each Inject, also one that failed.
type Injector interface {
	// Inject breaks something. effect says what was measured of it ("pid 71 gone,
	// connection refused"), "" when none was seen. All its choices come from random.
	Inject(ctx context.Context, random *rand.Rand) (effect string, err error)
	// Heal takes it back, and waits until that is measured. It does nothing when nothing
	// is broken. effect says what was measured of the fault while it lasted, where
	// only its end can tell ("3 answers cut"); that all is well again is no effect.
	Heal(ctx context.Context) (effect string, err error)
}
