// Package property draws small concurrent programs, runs them on a store and has what
// the clients saw checked.
package property

import (
	"time"

	"github.com/assay-dev/assay/location"
)

// Options say which programs are drawn and how they are run.
type Options struct {
	// Clients, Operations (of each client) and Keys are how many there are at most.
	Clients, Operations, Keys int
	// Cases is how many programs are run for each check of rapid.
	Cases int
	// Faults lets operations fail and time out.
	Faults bool
	Relax  location.Relaxations
	// OrderOnly judges no call by itself, and draws none that the store has to refuse.
	OrderOnly bool
	// Time bounds how long new programs are begun; 0 means no limit.
	Time time.Duration
	// Bound is how many interleavings of each program are tried; 0 means one that is
	// drawn.
	Bound int
	// RealTime leaves interleaving and time to the operating system.
	RealTime bool
}

// Defaults returns the options of those who name none.
func Defaults() Options {
	return Options{Clients: 3, Operations: 24, Keys: 2, Cases: 50, Faults: true}
}

// MaxKeys is how many keys a program can have.
const MaxKeys = 5
