package bolt

import (
	"context"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest"
)

// newConsensus opens a handle that the test closes.
func newConsensus(t testing.TB, name, query string) *Consensus {
	t.Helper()
	c, err := OpenConsensus(context.Background(), (&url.URL{Scheme: "bolt", Path: name, RawQuery: query}).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestConsensusKeepsTheContract(t *testing.T) {
	dir := t.TempDir()
	locationtest.TestConsensus(t, func(t testing.TB, place string) location.Consensus {
		return newConsensus(t, filepath.Join(dir, place), "")
	}, location.Capabilities{MaxKeyBytes: maxKeyBytes})
}
