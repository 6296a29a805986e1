package search_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/assay-dev/assay/checker/internal/randhist"
	"github.com/assay-dev/assay/checker/internal/traps"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

const plenty = 1 << 30 // bytes

// drawn lets rapid make the choices of a random history, so that it can shrink it.
type drawn struct{ *rapid.T }

func (d drawn) IntN(n int) int { return rapid.IntRange(0, n-1).Draw(d.T, "choice") }

// variants are the kinds of histories to compare on.
func variants(operations int) map[string]randhist.Options {
	consensus := randhist.Options{Object: history.Consensus, Operations: operations, Keys: 2}
	blob := randhist.Options{Object: history.Blob, Operations: operations, Keys: 2, Restores: true}
	with := func(o randhist.Options, relax ...location.Relaxation) randhist.Options {
		o.Relax = relax
		return o
	}
	all := map[string]randhist.Options{
		"consensus":                with(consensus),
		"consensus stale-head":     with(consensus, location.RelaxStaleHead),
		"consensus truncate-count": with(consensus, location.RelaxTruncateCount),
		"blob":                     with(blob),
		"blob delete-size":         with(blob, location.RelaxDeleteSize),
		"blob no-restore":          with(blob, location.RelaxNoRestore),
	}
	blob.Restores = false
	all["blob without restores"] = blob
	blob.Repeats = true
	all["blob repeating values"] = blob
	return all
}

// text shows a history to people.
func text(h *history.History) string {
	var b strings.Builder
	for i := range h.Operations {
		op := &h.Operations[i]
		fmt.Fprintf(&b, "%d: process %d [%d, %d] %v %s %+v\n", op.Line, op.Process, op.Call, op.Return, op.Outcome, op.Action.Name(), op.Action)
	}
	return b.String()
}

// compare fails t when search and brute force disagree, and reports the verdict.
func compare(t rapid.TB, h *history.History, relax location.Relaxations) bool {
	explained := true
	for _, key := range perkey.Split(h, 1) {
		p := search.Problem{Object: h.Header.Object, Relax: relax, Operations: key.Operations}
		got, err := search.Explained(context.Background(), p, plenty)
		if err != nil {
			t.Fatal(err)
		}
		if want := brute(h, key.Key, relax); got != want {
			t.Fatalf("explained: search says %v, brute force %v, of key %s in\n%s", got, want, key.Key, text(h))
		}
		explained = explained && got
	}
	return explained
}

func TestSearchAgreesWithTryingEveryOrder(t *testing.T) {
	for name, o := range variants(7) {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			explained, total := 0, 1500
			for range total {
				if compare(t, randhist.Generate(random, o), o.Relax) {
					explained++
				}
			}
			t.Logf("%d of %d explained", explained, total)
			if explained < total/4 || explained > total*3/4 {
				t.Errorf("%d of %d histories are explained: too lopsided to test much", explained, total)
			}
		})
	}
}

func TestSearchAgreesWithTryingEveryOrderShrinking(t *testing.T) {
	for name, o := range variants(7) {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { compare(t, randhist.Generate(drawn{t}, o), o.Relax) })
		})
	}
}

func TestTrapsByTryingEveryOrder(t *testing.T) {
	all, err := traps.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, trap := range all {
		t.Run(trap.Name, func(t *testing.T) {
			if got := compare(t, trap.History, trap.History.Header.Relax); got != trap.Valid {
				t.Errorf("explained: %v; want %v, for %s", got, trap.Valid, trap.Why)
			}
		})
	}
}

func TestCorrectStoresAreExplained(t *testing.T) {
	for name, o := range variants(14) {
		t.Run(name, func(t *testing.T) {
			o.Intact = true
			random := rand.New(rand.NewPCG(3, 4))
			for range 500 {
				h := randhist.Generate(random, o)
				for _, key := range perkey.Split(h, 1) {
					p := search.Problem{Object: o.Object, Relax: o.Relax, Operations: key.Operations}
					if ok, err := search.Explained(context.Background(), p, plenty); !ok || err != nil {
						t.Fatalf("explained = %v, %v: key %s of\n%s", ok, err, key.Key, text(h))
					}
				}
			}
		})
	}
}

func TestSearchGivesUp(t *testing.T) {
	var sets []*history.Operation
	for i := range 40 {
		sets = append(sets, &history.Operation{Process: i, Return: 10, Action: &history.Set{Value: fmt.Sprint(i), Size: int64(i)}})
	}
	sets = append(sets, &history.Operation{Call: 11, Return: 12, Action: &history.Get{Found: true, Value: "none"}})
	p := search.Problem{Object: history.Blob, Operations: sets}

	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if ok, err := search.Explained(ctx, p, plenty); ok || !errors.Is(err, search.ErrTime) {
		t.Errorf("when time ends: %v, %v; want ErrTime", ok, err)
	}
	if ok, err := search.Explained(context.Background(), p, 1<<20); ok || !errors.Is(err, search.ErrMemory) {
		t.Errorf("with 1 MiB: %v, %v; want ErrMemory", ok, err)
	}
	if ok, err := search.Explained(context.Background(), p, 1000); ok || !errors.Is(err, search.ErrMemory) {
		t.Errorf("with 1 KB: %v, %v; want ErrMemory", ok, err)
	}
}
