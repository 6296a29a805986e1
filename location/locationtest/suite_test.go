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
