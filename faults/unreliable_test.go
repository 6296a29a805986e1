package faults

import (
	"context"
	"testing"

	"github.com/assay-dev/assay/location"
)

// present is a store in which everything is.
type present struct{ location.Blob }

func (present) Get(context.Context, string) ([]byte, bool, error) { return nil, true, nil }

// failures returns how many of n operations fail.
func failures(b location.Blob, n int) (failed int) {
	for range n {
		if _, _, err := b.Get(context.Background(), "k"); err != nil {
			failed++
		}
	}
	return failed
}

func TestOfSeveralRatesTheHighestCountsUntilAllAreHealed(t *testing.T) {
	target := &Target{Seed: 1}
	injector := func(line string) Injector {
		t.Helper()
		f, err := parseLine(line)
		if err != nil {
			t.Fatal(err)
		}
		u, err := newUnreliable(target, f)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	always, often := injector("unreliable rate=0.1"), injector("unreliable rate=1 every 1s")
	blob := target.Blob(present{}, 0)
	inject := func(u Injector) {
		if _, err := u.Inject(t.Context(), nil); err != nil {
			t.Error(err)
		}
	}
	wants := func(least, most int) {
		t.Helper()
		if n := failures(blob, 1000); n < least || n > most {
			t.Errorf("%d of 1000 fail, want %d to %d", n, least, most)
		}
	}
	heal := func(u Injector, seen bool) {
		t.Helper()
		if effect, err := u.Heal(t.Context()); err != nil || (effect != "") != seen {
			t.Errorf("healed: %q, %v", effect, err)
		}
	}
	wants(0, 0)
	inject(always)
	wants(100, 300)
	inject(often)
	wants(1000, 1000)
	heal(often, true)
	heal(often, false)
	wants(100, 300)
	heal(always, true)
	wants(0, 0)
}

func TestTheLayerIsThereOnlyWhereItIsAskedFor(t *testing.T) {
	if b := (&Target{}).Blob(present{}, 0); b != (present{}) {
		t.Errorf("%T is in between", b)
	}
}
