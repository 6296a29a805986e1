package locationtest_test

import (
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
