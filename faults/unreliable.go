package faults

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/assay-dev/assay/faults/unreliable"
)

// unreliableLasts is how long one lasts that comes at a time and does not say.
const unreliableLasts = time.Second

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
		Lasts: func(*Target) time.Duration { return unreliableLasts },
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

// A layering is the layer between the clients and their handles, and the rates at which
// faults want it to fail: the highest counts.
type layering struct {
	*unreliable.Layer
	mu    sync.Mutex
	rates []float64
}

func (l *layering) add(rate float64) {
	l.change(func(rates []float64) []float64 { return append(rates, rate) })
}

func (l *layering) remove(rate float64) {
	l.change(func(rates []float64) []float64 {
		if i := slices.Index(rates, rate); i >= 0 {
			return slices.Delete(rates, i, i+1)
		}
		return rates
	})
}

func (l *layering) change(how func([]float64) []float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rates = how(l.rates); len(l.rates) == 0 {
		l.AllAvailable()
		return
	}
	l.Probabilities(unreliable.Rate(slices.Max(l.rates)))
}

// unreliableFault makes the layer fail at a rate.
type unreliableFault struct {
	layer *layering
	rate  float64
	// active: it does; pending: what is late has not landed yet.
	active, pending bool
	before          unreliable.Counts
}

func newUnreliable(t *Target, f Fault) (Injector, error) {
	rate, err := rateOf(f)
	if t.unreliable == nil {
		t.unreliable = &layering{Layer: unreliable.New(t.Seed, unreliable.Probabilities{})}
	}
	return &unreliableFault{layer: t.unreliable, rate: rate}, err
}

func (u *unreliableFault) Inject(context.Context, *rand.Rand) (string, error) {
	u.active, u.pending, u.before = true, true, u.layer.Counts()
	u.layer.add(u.rate)
	return "", nil // its end tells
}

// Heal waits until what was late has landed.
func (u *unreliableFault) Heal(ctx context.Context) (string, error) {
	if u.active {
		u.layer.remove(u.rate)
		u.active = false
	}
	if !u.pending {
		return "", nil
	}
	if err := u.layer.Drain(ctx); err != nil {
		return "", err
	}
	u.pending = false
	return u.layer.Counts().Since(u.before).Effect(), nil
}
