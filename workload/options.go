package workload

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/assay-dev/assay/workload/history"
)

// The defaults of [Options].
const (
	DefaultClients    = 10
	DefaultKeys       = 20
	DefaultTimeout    = 5 * time.Second
	DefaultGrace      = 2 * time.Second
	DefaultValueBytes = 1 << 10
	DefaultLargeBytes = 10 << 10
)

// MinValueBytes is the least that ValueBytes and LargeBytes can be: a shorter body
// could not name its writer.
const MinValueBytes = 256

// Options describe a run. Zero values mean the defaults.
type Options struct {
	// Clients is how many clients work at the same time; 0 means DefaultClients.
	Clients int
	// Keys is how many keys all clients share at a time; 0 means DefaultKeys. They are
	// replaced by fresh ones during the run, so that no key's log grows without end and
	// keys are created over and over. Blob clients write many other keys once.
	Keys int
	// Ops is how many operations the clients request together, before the quiet phase;
	// 0 means no limit. Each client has its fixed share.
	Ops int64
	// Duration is how long the clients start new operations; 0 means no limit. Ops,
	// Duration and Stop may all be given: the first that is reached ends the requests.
	Duration time.Duration
	// Seed decides what each client requests.
	Seed uint64
	// Timeout is how long an operation may take before its context expires; 0 means
	// DefaultTimeout, which those of the quiet phase have at least.
	Timeout time.Duration
	// Grace is how long a call that ignores its expired context is waited for; 0 means
	// DefaultGrace. After that the call is abandoned: it is recorded as of unknown
	// outcome, its goroutine is left behind, and the client goes on without it.
	Grace time.Duration
	// Think is how long a client pauses after each operation, on average; 0 means not
	// at all.
	Think time.Duration
	// Weights change how often operations are requested, relative to each other, by
	// their names in a history ("compare_and_set"). What is not named keeps its default
	// ([DefaultWeights]); 0 means never.
	Weights map[string]int
	// ValueBytes is the usual largest size of a value, in bytes; 0 means
	// DefaultValueBytes.
	ValueBytes int
	// LargeBytes is the size of the large values that are written now and then, in
	// bytes, or a little more; 0 means DefaultLargeBytes.
	LargeBytes int
	// KeyPrefix begins every key of the run, so that runs can share a place: keys that
	// begin otherwise are left out of what listings saw.
	KeyPrefix string
	// Start is the instant from which the history counts its time, for the operations as
	// for what else is recorded beside them; zero means when the Runner is made.
	Start time.Time
	// Begin is called once, when all handles are open and before the first request, to
	// break what is to be broken from the beginning. When it fails nothing is requested,
	// and the run heals and ends. Nil means that there is nothing to do.
	Begin func(ctx context.Context) error
	// Watch is told of each request that a client is about to send, in the client's
	// goroutine and when the call has begun: the client's number, its process in the
	// history and the operation's name there. Ctx is the call's. Nil, which costs nothing,
	// means nobody.
	Watch func(ctx context.Context, client, process int, operation string)
	// Heal is called once, when the last request is answered and before the quiet
	// phase: it heals what is broken, waits until effects that were delayed have
	// landed and until the store answers. When it fails the quiet phase is still
	// tried. Nil means that there is nothing to heal.
	Heal func(ctx context.Context) error
}

// DefaultWeights returns how often each operation of object is requested, relative
// to the others, by their names in a history.
func DefaultWeights(object history.Object) map[string]int {
	if object == history.Blob {
		return maps.Clone(blobWeights)
	}
	return maps.Clone(consensusWeights)
}

// Validate reports what is wrong with the options for a run on object.
func (o Options) Validate(object history.Object) error {
	for _, number := range []struct {
		name  string
		value int64
	}{
		{"clients", int64(o.Clients)}, {"keys", int64(o.Keys)}, {"ops", o.Ops},
		{"duration", int64(o.Duration)}, {"timeout", int64(o.Timeout)}, {"grace", int64(o.Grace)},
		{"think", int64(o.Think)}, {"value bytes", int64(o.ValueBytes)}, {"large bytes", int64(o.LargeBytes)},
	} {
		if number.value < 0 {
			return fmt.Errorf("workload: %s %d is negative", number.name, number.value)
		}
	}
	o = o.withDefaults(object)
	if o.ValueBytes < MinValueBytes {
		return fmt.Errorf("workload: value bytes %d is less than %d", o.ValueBytes, MinValueBytes)
	}
	if o.LargeBytes < o.ValueBytes {
		return fmt.Errorf("workload: large bytes %d is less than value bytes %d", o.LargeBytes, o.ValueBytes)
	}
	return o.validateWeights(object)
}

func (o Options) validateWeights(object history.Object) error {
	known, sum := DefaultWeights(object), 0
	for _, name := range slices.Sorted(maps.Keys(o.Weights)) {
		if _, ok := known[name]; !ok {
			names := slices.Sorted(maps.Keys(known))
			return fmt.Errorf("workload: weight of unknown operation %q; a %s has %s", name, object, strings.Join(names, ", "))
		}
		if o.Weights[name] < 0 {
			return fmt.Errorf("workload: weight %d of %s is negative", o.Weights[name], name)
		}
	}
	maps.Copy(known, o.Weights)
	for _, weight := range known {
		sum += weight
	}
	if sum == 0 {
		return fmt.Errorf("workload: every operation has weight 0; at least one has to be requested")
	}
	return nil
}

// withDefaults returns the options with nothing left open.
func (o Options) withDefaults(object history.Object) Options {
	o.Clients = cmp.Or(o.Clients, DefaultClients)
	o.Keys = cmp.Or(o.Keys, DefaultKeys)
	o.Timeout = cmp.Or(o.Timeout, DefaultTimeout)
	o.Grace = cmp.Or(o.Grace, DefaultGrace)
	o.ValueBytes = cmp.Or(o.ValueBytes, DefaultValueBytes)
	o.LargeBytes = cmp.Or(o.LargeBytes, max(DefaultLargeBytes, o.ValueBytes))
	weights := DefaultWeights(object)
	maps.Copy(weights, o.Weights)
	o.Weights = weights
	if o.Begin == nil {
		o.Begin = func(context.Context) error { return nil }
	}
	if o.Heal == nil {
		o.Heal = func(context.Context) error { return nil }
	}
	return o
}
