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

func BenchmarkBolt(b *testing.B) {
	ctx := context.Background()
	c := newConsensus(b, filepath.Join(b.TempDir(), "db"), "")
	b.Run("CompareAndSet", func(b *testing.B) {
		head, found, err := c.Head(ctx, "k")
		if err != nil {
			b.Fatal(err)
		}
		expected := &head.SeqNo
		if !found {
			expected = nil
		}
		for n := head.SeqNo.Next(); b.Loop(); n++ {
			if result, err := c.CompareAndSet(ctx, "k", expected, location.VersionedData{SeqNo: n, Data: []byte("some value")}); result != location.Committed {
				b.Fatal(result, err)
			}
			expected = new(n)
		}
	})
	b.Run("Head", func(b *testing.B) {
		for b.Loop() {
			c.Head(ctx, "k")
		}
	})
}
