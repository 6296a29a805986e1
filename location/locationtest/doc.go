// Package locationtest tests a store against the contract of package location.
//
//	func TestMyStore(t *testing.T) {
//		open := func(t testing.TB, place string) location.Consensus {
//			store, err := mystore.Open(filepath.Join(dir, place))
//			if err != nil {
//				t.Fatal(err)
//			}
//			t.Cleanup(func() { store.Close() })
//			return store
//		}
//		locationtest.TestConsensus(t, open, location.Capabilities{})
//	}
//
// [TestConsensus] and [TestBlob] run one subtest for each promise, named by its
// clause and a sentence, three times: plainly, with every key under a prefix, and
// with the operations spread over two handles. -short leaves out values above
// 8 MiB. Subtests run in parallel; -parallel limits how many.
//
// [LinearizableConsensus] and [LinearizableBlob] draw programs of a few clients, choose how
// they interleave, and make those that fail small.
package locationtest

import (
	"testing"

	"github.com/assay-dev/assay/location"
)

// OpenConsensus opens a handle on a place and arranges with t.Cleanup for it to be
// closed; it calls t.Fatal when it cannot.
//
// The same name means the same place, and another name another place. Each place
// has to be empty when it is opened for the first time in a suite: on a server
// that lives longer than the test, the function itself sees to that, for instance
// with a database, a schema or a key prefix of its own for each run. Names consist
// of 1 to 20 lower-case letters and digits and begin with a letter. It is called
// from several goroutines at once.
type OpenConsensus func(t testing.TB, place string) location.Consensus

// OpenBlob is the same as [OpenConsensus] for a Blob.
type OpenBlob func(t testing.TB, place string) location.Blob

// TestConsensus tests a Consensus with one subtest for each promise. caps are what
// the store declares about itself; each is asserted both ways.
func TestConsensus(t *testing.T, open OpenConsensus, caps location.Capabilities) {
	consensusSuite(open).test(t, probe{caps: caps, largest: largest()})
}

// TestBlob tests a Blob with one subtest for each promise. caps are what the store
// declares about itself; each is asserted both ways.
func TestBlob(t *testing.T, open OpenBlob, caps location.Capabilities) {
	blobSuite(open).test(t, probe{caps: caps, largest: largest()})
}

// ConsensusFailures returns the promises that a Consensus breaks in the plain
// variant, with values of up to 1 MiB, and fails t for none of them: this is how
// the suite itself is tested, with stores that are wrong on purpose.
func ConsensusFailures(t testing.TB, open OpenConsensus, caps location.Capabilities) []Failure {
	return consensusSuite(open).failures(t, probe{caps: caps, largest: 1 << 20})
}

// BlobFailures is the same as [ConsensusFailures] for a Blob.
func BlobFailures(t testing.TB, open OpenBlob, caps location.Capabilities) []Failure {
	return blobSuite(open).failures(t, probe{caps: caps, largest: 1 << 20})
}

// largest is the longest value that the tests write, in bytes.
func largest() int64 {
	if testing.Short() {
		return 8 << 20
	}
	return 64<<20 + 1
}
