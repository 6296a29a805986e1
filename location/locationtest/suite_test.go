package locationtest_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/assay-dev/assay/backends/mem"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest"
)

// Whatever the suites start has ended when they return.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openConsensus(t testing.TB, place string) location.Consensus {
	store, err := mem.OpenConsensus(t.Context(), "mem:"+place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

func openBlob(query string) locationtest.OpenBlob {
	return func(t testing.TB, place string) location.Blob {
		store, err := mem.OpenBlob(t.Context(), "mem:"+place+query)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return store
	}
}

func TestACorrectConsensusPasses(t *testing.T) {
	locationtest.TestConsensus(t, openConsensus, location.Capabilities{MaxKeyBytes: 4096})
}

func TestACorrectBlobPasses(t *testing.T) {
	locationtest.TestBlob(t, openBlob(""), location.Capabilities{MaxKeyBytes: 4096})
}

func TestACorrectBlobWithoutRestorePasses(t *testing.T) {
	locationtest.TestBlob(t, openBlob("?restore=false"), location.Capabilities{MaxKeyBytes: 4096, NoRestore: true})
}

// Each store is correct, but not what it declares.
func TestACapabilityIsAssertedBothWays(t *testing.T) {
	strict := location.Capabilities{MaxKeyBytes: 4096}
	with := func(change func(*location.Capabilities)) location.Capabilities {
		caps := strict
		change(&caps)
		return caps
	}
	for _, c := range []struct {
		name, clause string
		failures     func(*testing.T) []locationtest.Failure
	}{
		{"what it is", "", consensusWith(strict)},
		{"longer keys than declared are accepted", "E6", consensusWith(location.Capabilities{})},
		{"shorter keys than declared are accepted", "B7", blobWith("", with(func(c *location.Capabilities) { c.MaxKeyBytes = 5000 }))},
		{"longer values than declared are accepted", "C10", consensusWith(with(func(c *location.Capabilities) { c.MaxValueBytes = 20_000 }))},
		{"longer values than declared are accepted by a blob", "B1", blobWith("", with(func(c *location.Capabilities) { c.MaxValueBytes = 20_000 }))},
		{"truncation counts though it is declared not to", "C8", consensusWith(with(func(c *location.Capabilities) { c.UncountedTruncate = true }))},
		{"values come back though it is declared that they do not", "B5", blobWith("", with(func(c *location.Capabilities) { c.NoRestore = true }))},
		{"values do not come back though it is not declared", "B5", blobWith("?restore=false", strict)},
	} {
		t.Run(c.name, func(t *testing.T) {
			failures := c.failures(t)
			found := c.clause == "" && len(failures) == 0
			for _, f := range failures {
				found = found || f.Clause == c.clause
			}
			if !found {
				t.Errorf("the failures are %v, want one of %q", failures, c.clause)
			}
		})
	}
}

func consensusWith(caps location.Capabilities) func(*testing.T) []locationtest.Failure {
	return func(t *testing.T) []locationtest.Failure {
		return locationtest.ConsensusFailures(t, openConsensus, caps)
	}
}

func blobWith(query string, caps location.Capabilities) func(*testing.T) []locationtest.Failure {
	return func(t *testing.T) []locationtest.Failure {
		return locationtest.BlobFailures(t, openBlob(query), caps)
	}
}

// A busy store fails a call for certain while it works on another one, as a
// serializable database does, and one in so many calls whatever it does.
type busy struct {
	location.Consensus
	oneIn         int64
	working       sync.Mutex
	calls, failed atomic.Int64
}

func (b *busy) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	if b.oneIn > 0 && b.calls.Add(1)%b.oneIn == 0 || !b.working.TryLock() {
		b.failed.Add(1)
		return location.ExpectationMismatch, location.NewDeterminate(errors.New("busy"))
	}
	defer b.working.Unlock()
	runtime.Gosched() // let others come meanwhile
	return b.Consensus.CompareAndSet(ctx, key, expected, next)
}

func TestOnlyAStoreThatSeveralCallersContendForMayFail(t *testing.T) {
	for _, c := range []struct {
		name  string
		oneIn int64
		fails bool
	}{{"under contention", 0, false}, {"now and then", 7, true}} {
		t.Run(c.name, func(t *testing.T) {
			var failed int64
			var stores []*busy
			open := func(t testing.TB, place string) location.Consensus {
				b := &busy{Consensus: openConsensus(t, place), oneIn: c.oneIn}
				stores = append(stores, b)
				return b
			}
			failures := locationtest.ConsensusFailures(t, open, location.Capabilities{MaxKeyBytes: 4096})
			for _, b := range stores {
				failed += b.failed.Load()
			}
			if failed == 0 {
				t.Error("no call failed")
			}
			if (len(failures) > 0) != c.fails {
				t.Errorf("%d calls failed, and the failures are %v", failed, failures)
			}
		})
	}
}
