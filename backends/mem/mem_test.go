package mem

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest"
)

// newConsensus opens a handle that the test closes.
func newConsensus(t testing.TB, rawURL string) *Consensus {
	t.Helper()
	c, err := OpenConsensus(context.Background(), rawURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// newBlob opens a handle that the test closes.
func newBlob(t testing.TB, rawURL string) *Blob {
	t.Helper()
	b, err := OpenBlob(context.Background(), rawURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func TestConsensusKeepsTheContract(t *testing.T) {
	locationtest.TestConsensus(t, func(t testing.TB, place string) location.Consensus {
		return newConsensus(t, "mem:contract-"+place)
	}, location.Capabilities{MaxKeyBytes: maxKeyBytes})
}

func TestBlobKeepsTheContract(t *testing.T) {
	for name, query := range map[string]string{"restore": "", "no restore": "?restore=false"} {
		t.Run(name, func(t *testing.T) {
			prefix := "mem:" + strings.ReplaceAll(name, " ", "-") + "-"
			locationtest.TestBlob(t, func(t testing.TB, place string) location.Blob {
				return newBlob(t, prefix+place+query)
			}, location.Capabilities{MaxKeyBytes: maxKeyBytes, NoRestore: query != ""})
		})
	}
}

func TestANamedStoreLivesAsLongAsOneOfItsHandles(t *testing.T) {
	ctx := context.Background()
	first, second := newBlob(t, "mem:shared"), newBlob(t, "mem:shared")
	if err := first.Set(ctx, "k", []byte("v")); err != nil {
		t.Fatal(err)
	}
	for range 2 { // closing twice gives up one claim, not two
		first.Close()
	}
	if value, found, err := second.Get(ctx, "k"); err != nil || !found || !bytes.Equal(value, []byte("v")) {
		t.Errorf("the other handle reads %q, %t, %v", value, found, err)
	}
	second.Close()
	if _, found, _ := newBlob(t, "mem:shared").Get(ctx, "k"); found {
		t.Error("the value outlived the last handle")
	}
}

func TestAStoreWithoutANameIsPrivate(t *testing.T) {
	ctx := context.Background()
	if err := newBlob(t, "mem:").Set(ctx, "k", nil); err != nil {
		t.Fatal(err)
	}
	if _, found, _ := newBlob(t, "mem:").Get(ctx, "k"); found {
		t.Error("the value is seen in another store")
	}
}

func TestAClosedHandleRefusesDeterminately(t *testing.T) {
	c := newConsensus(t, "mem:")
	c.Close()
	_, _, err := c.Head(context.Background(), "k")
	if !errors.Is(err, fs.ErrClosed) || location.Classify(err) != location.Determinate {
		t.Errorf("head on a closed handle: %v", err)
	}
}

func TestRefusedURLs(t *testing.T) {
	for _, test := range []struct{ url, says string }{
		{"mem:x?retore=false", `unknown parameter "retore": known are restore`},
		{"mem:x?restore=no", "neither true nor false"},
		{"mem://x", "write mem: or mem:name"},
		{"mem:/x", "write mem: or mem:name"},
	} {
		_, err := OpenBlob(context.Background(), test.url)
		if !errors.Is(err, location.ErrInvalidArgument) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v; it should say %q", test.url, err, test.says)
		}
	}
	_, err := OpenConsensus(context.Background(), "mem:?restore=false")
	if !errors.Is(err, location.ErrInvalidArgument) || !strings.Contains(err.Error(), "known are none") {
		t.Errorf("a Consensus has no parameters, but: %v", err)
	}
}

func TestAMismatchCopiesNothing(t *testing.T) {
	ctx := context.Background()
	c := newConsensus(t, "mem:")
	if result, err := c.CompareAndSet(ctx, "there", nil, location.VersionedData{SeqNo: 5}); err != nil || result != location.Committed {
		t.Fatal(result, err)
	}
	next := location.VersionedData{SeqNo: 9, Data: make([]byte, 100)}
	for name, test := range map[string]struct {
		key      string
		expected *location.SeqNo
	}{
		"none expected of a key with data":    {"there", nil},
		"another version expected":            {"there", new(location.SeqNo(4))},
		"a version expected of no key at all": {"nowhere", new(location.SeqNo(4))},
	} {
		t.Run(name, func(t *testing.T) {
			allocations := testing.AllocsPerRun(10, func() {
				if result, err := c.CompareAndSet(ctx, test.key, test.expected, next); err != nil || result != location.ExpectationMismatch {
					t.Error(result, err)
				}
			})
			if allocations != 0 {
				t.Errorf("%v allocations", allocations)
			}
		})
	}
}

func BenchmarkMem(b *testing.B) {
	ctx := context.Background()
	value := bytes.Repeat([]byte("x"), 100)
	b.Run("Head", func(b *testing.B) {
		c := newConsensus(b, "mem:")
		c.CompareAndSet(ctx, "k", nil, location.VersionedData{SeqNo: 1, Data: value})
		b.ReportAllocs()
		for b.Loop() {
			c.Head(ctx, "k")
		}
	})
	b.Run("CompareAndSet", func(b *testing.B) {
		c := newConsensus(b, "mem:")
		var head *location.SeqNo
		b.ReportAllocs()
		for n := location.SeqNo(1); b.Loop(); n++ {
			c.CompareAndSet(ctx, "k", head, location.VersionedData{SeqNo: n, Data: value})
			head = new(n)
		}
	})
	b.Run("Get", func(b *testing.B) {
		s := newBlob(b, "mem:")
		s.Set(ctx, "k", value)
		b.ReportAllocs()
		for b.Loop() {
			s.Get(ctx, "k")
		}
	})
	b.Run("Set", func(b *testing.B) {
		s := newBlob(b, "mem:")
		b.ReportAllocs()
		for b.Loop() {
			s.Set(ctx, "k", value)
		}
	})
	b.Run("SetParallel", func(b *testing.B) {
		s := newBlob(b, "mem:")
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				s.Set(ctx, "k", value)
			}
		})
	})
}
