package consensus

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/assay-dev/assay/checker/internal/randhist"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

var (
	cases = flag.Int("cases", 3000, "random histories to compare with the search")
	seed  = flag.Uint64("seed", 1, "of the random histories")
)

// certify checks all keys of a history and returns the certificate.
func certify(h *history.History, relax location.Relaxations) *proof.Certificate {
	c := &proof.Certificate{Object: history.Consensus, Relax: relax}
	for _, k := range perkey.Split(h, 1) {
		r := Check(k.Operations, relax)
		c.Keys = append(c.Keys, proof.Key{Key: k.Key, Order: r.Order, Contradiction: r.Contradiction, Undecided: r.Undecided})
	}
	return c
}

func print(h *history.History) (text string) {
	for _, op := range h.Operations {
		text += fmt.Sprintf("%d: p%d [%d,%d] %v %s %+v\n", op.Line, op.Process, op.Call, op.Latest(), op.Outcome, op.Action.Name(), op.Action)
	}
	return text
}

func TestEveryVerdictAgreesWithTheSearchAndIsProven(t *testing.T) {
	var valid, invalid, undecided int
	for i := range *cases {
		src := rand.New(rand.NewPCG(*seed, uint64(i)))
		o := randhist.Options{Object: history.Consensus, Operations: 4 + src.IntN(11), Keys: 1 + src.IntN(2), Repeats: src.IntN(4) == 0}
		if src.IntN(4) == 0 {
			o.Relax = append(o.Relax, location.RelaxStaleHead)
		}
		if src.IntN(4) == 0 {
			o.Relax = append(o.Relax, location.RelaxTruncateCount)
		}
		var h *history.History
		if src.IntN(3) > 0 {
			h = newNasty(src, o.Relax).history(o.Relax, 3+src.IntN(10))
		} else {
			h = randhist.Generate(src, o)
		}
		relax := o.Relax
		if src.IntN(8) == 0 {
			relax = nil
		}
		compare(t, i, h, relax, &valid, &invalid, &undecided)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d keys valid, %d invalid, %d undecided", valid, invalid, undecided)
}

func compare(t *testing.T, i int, h *history.History, relax location.Relaxations, valid, invalid, undecided *int) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("case %d, %v: panic %v\n%s", i, relax, r, print(h))
			panic(r)
		}
	}()
	c := certify(h, relax)
	for j, k := range perkey.Split(h, 1) {
		want, err := search.Explained(context.Background(), search.Problem{Object: history.Consensus, Relax: relax, Operations: k.Operations}, 1<<30)
		got := c.Keys[j].Contradiction == nil
		switch {
		case err != nil:
			continue
		case c.Keys[j].Undecided != "":
			*undecided++
		case got != want:
			t.Errorf("case %d, %v: key %s valid = %v, the search says %v\n%s%+v\n", i, relax, k.Key, got, want, print(h), c.Keys[j])
		case got:
			*valid++
		default:
			*invalid++
		}
	}
	if err := proof.Verify(h, relax, c); err != nil {
		t.Errorf("case %d, %v: %v\n%s%+v", i, relax, err, print(h), c)
	}
}
