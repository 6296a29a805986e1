package faults

import (
	"context"

	"github.com/assay-dev/assay/location"
)

// Unreliable wraps stores so that operations fail as those of a remote store do. Two
// independent draws per operation decide whether it happens and whether the caller is
// told:
//
//	happens, told          the store's own answer
//	happens, not told      a timeout (indeterminate) although it took effect
//	not happens, not told  the same timeout, without effect
//	not happens, told      a determinate error
//
// Beyond that an operation may be delayed, and one that changes something and is not
// told may take effect late: after its error was returned.
type Unreliable struct{}

// NewUnreliable returns an Unreliable that draws from seed, a stream for each client,
// and starts with the probabilities p.
func NewUnreliable(seed uint64, p Probabilities) *Unreliable { return nil }

// Consensus wraps inner for one client. The same seed and client give the same draws
// whatever other clients do.
func (u *Unreliable) Consensus(inner location.Consensus, client int) location.Consensus { return nil }

// Blob wraps inner for one client, as Consensus does.
func (u *Unreliable) Blob(inner location.Blob, client int) location.Blob { return nil }

// AllAvailable switches all faults off: everything happens and is told, at once.
func (u *Unreliable) AllAvailable() {}

// NothingAvailable makes every operation time out without effect.
func (u *Unreliable) NothingAvailable() {}

// Probabilities switches to the probabilities p.
func (u *Unreliable) Probabilities(p Probabilities) {}

// Drain makes all late effects that are pending land now and waits for them.
func (u *Unreliable) Drain(ctx context.Context) error { return nil }
