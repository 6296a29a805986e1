package locationtest

import (
	"time"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest/internal/property"
)

// An Option changes what [LinearizableConsensus] and [LinearizableBlob] do.
type Option func(*property.Options)

func options(all []Option) property.Options {
	o := property.Defaults()
	for _, option := range all {
		option(&o)
	}
	return o
}

// Clients is how many clients a program has at most; 3 without this option.
func Clients(n int) Option { return func(o *property.Options) { o.Clients = max(n, 1) } }

// Operations is how many operations each client has at most; 24 without this option. In
// one program in eight the clients do a few operations over and over, up to six times as
// many.
func Operations(n int) Option { return func(o *property.Options) { o.Operations = max(n, 1) } }

// Keys is how many keys the clients share at most, 1 to 5; 2 without this option.
func Keys(n int) Option {
	return func(o *property.Options) { o.Keys = min(max(n, 1), property.MaxKeys) }
}

// Cases is how many programs are run for each of the checks that -rapid.checks asks for
// (100 by itself, a fifth of that with -short); 50 without this option.
func Cases(n int) Option { return func(o *property.Options) { o.Cases = max(n, 1) } }

// Time bounds how long new programs are begun. Once one has failed it is made smaller
// however long that takes; -rapid.shrinktime bounds that.
func Time(d time.Duration) Option { return func(o *property.Options) { o.Time = d } }

// Relax names exceptions from the contract that the store is granted.
func Relax(r ...location.Relaxation) Option { return func(o *property.Options) { o.Relax = r } }

// WithoutFaults lets no operation fail or time out but those that the store fails itself.
func WithoutFaults() Option { return func(o *property.Options) { o.Faults = false } }

// OrderOnly judges the order of the answers and nothing else: no call has illegal
// arguments or a context that ended before, and none is judged by itself. It is for stores
// that do not refuse what the contract says they refuse, that return errors of no class, or
// that fail operations although nothing went wrong.
func OrderOnly() Option { return func(o *property.Options) { o.OrderOnly = true } }

// Exhaustive tries every interleaving of each program, up to bound of them. Programs have
// to be small for that: two clients with two operations each are, unless other options
// say otherwise.
func Exhaustive(bound int) Option {
	return func(o *property.Options) {
		o.Bound, o.Clients, o.Operations, o.Cases = max(bound, 1), 2, 2, 1
	}
}

// RealTime lets the operating system interleave the clients, and time pass: for stores
// outside of the process. What fails then may not fail again: each program is run up to
// ten times while it is made smaller, and the report says how often it failed.
func RealTime() Option { return func(o *property.Options) { o.RealTime, o.Cases = true, 1 } }
