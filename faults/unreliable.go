package faults

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/assay-dev/assay/faults/unreliable"
)

// unreliableKind is the wrapper of package unreliable.
func unreliableKind() Kind {
	return Kind{
		Name: "unreliable", Settings: []string{"rate"},
		Flag: func(value string) ([]Fault, error) {
			if value == "" {
				value = strconv.FormatFloat(unreliable.DefaultRate, 'g', -1, 64)
			}
			return []Fault{{Kind: "unreliable", Settings: []string{"rate=" + value}}}, nil
		},
		Check: func(f Fault) error {
			_, err := rateOf(f)
			return cmp.Or(err, nobodyInParticular(f))
		},
		First: true,
		New:   newUnreliable,
	}
}

func rateOf(f Fault) (float64, error) {
	text, found := f.Setting("rate")
	if !found {
		return unreliable.DefaultRate, nil
	}
	rate, err := strconv.ParseFloat(text, 64)
	if err != nil || !(rate > 0 && rate <= 1) {
		return 0, fmt.Errorf("the rate %q is not a number above 0 and up to 1", text)
	}
	return rate, nil
}

// unreliableFault switches the layer's probabilities.
type unreliableFault struct {
	layer  *unreliable.Layer
	odds   unreliable.Probabilities
	before unreliable.Counts
}

func newUnreliable(t *Target, f Fault) (Injector, error) {
	rate, err := rateOf(f)
	if t.unreliable == nil {
		t.unreliable = unreliable.New(t.Seed, unreliable.Probabilities{})
	}
	return &unreliableFault{layer: t.unreliable, odds: unreliable.Rate(rate)}, err
}

func (u *unreliableFault) Inject(context.Context, *rand.Rand) (string, error) {
	u.before = u.layer.Counts()
	u.layer.Probabilities(u.odds)
	return "", nil // its end tells
}

// Heal waits until what was late has landed.
func (u *unreliableFault) Heal(ctx context.Context) (string, error) {
	u.layer.AllAvailable()
	err := u.layer.Drain(ctx)
	effect := u.layer.Counts().Since(u.before).Effect()
	u.before = u.layer.Counts()
	return effect, err
}
