package locationtest

import (
	"testing"

	"github.com/assay-dev/assay/location/locationtest/internal/property"
)

// LinearizableConsensus tests that a Consensus is linearizable: it draws small programs
// of a few clients, runs each on a place of its own and checks what the clients saw. A
// failure is made as small as it gets and printed, with the command to run it again.
//
// Each client opens a handle of its own, and so does a last one that reads everything in
// the end. All of a run happens in a bubble of testing/synctest, in which time is virtual,
// and one client at a time moves from one yield point to the next: between its operations,
// and where the store calls [location.Yield]. So a program that failed fails again. A
// store outside of the process needs [RealTime].
func LinearizableConsensus(t *testing.T, open OpenConsensus, opts ...Option) {
	t.Helper()
	property.Consensus(t, open, options(opts))
}

// LinearizableBlob is the same as [LinearizableConsensus] for a Blob.
func LinearizableBlob(t *testing.T, open OpenBlob, opts ...Option) {
	t.Helper()
	property.Blob(t, open, options(opts))
}
