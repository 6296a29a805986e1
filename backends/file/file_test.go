package file

import (
	"context"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest"
)

// newBlob opens a handle that the test closes.
func newBlob(t testing.TB, dir, query string) *Blob {
	t.Helper()
	b, err := OpenBlob(context.Background(), (&url.URL{Scheme: "file", Path: dir, RawQuery: query}).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func TestBlobKeepsTheContract(t *testing.T) {
	for query, capabilities := range map[string]location.Capabilities{
		"":                         {MaxKeyBytes: maxKeyBytes},
		"sync=false&restore=false": {MaxKeyBytes: maxKeyBytes, NoRestore: true},
	} {
		t.Run("file://dir?"+query, func(t *testing.T) {
			dir := t.TempDir()
			locationtest.TestBlob(t, func(t testing.TB, place string) location.Blob {
				return newBlob(t, filepath.Join(dir, place), query)
			}, capabilities)
		})
	}
}

func BenchmarkFile(b *testing.B) {
	ctx := context.Background()
	s := newBlob(b, b.TempDir(), "")
	value := make([]byte, 1000)
	b.Run("Set", func(b *testing.B) {
		for b.Loop() {
			s.Set(ctx, "k", value)
		}
	})
	b.Run("Get", func(b *testing.B) {
		for b.Loop() {
			s.Get(ctx, "k")
		}
	})
	b.Run("SetAndDelete", func(b *testing.B) {
		for b.Loop() {
			s.Set(ctx, "k", value)
			s.Delete(ctx, "k")
		}
	})
}
