package minimal

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/internal/randhist"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

func TestWhatAnOrderExplainsItExplainsInEveryProjection(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	projected := 0
	for i := range 1500 {
		o := randhist.Options{Object: history.Consensus, Operations: 16, Intact: true}
		if i%3 == 0 {
			o.Relax = location.Relaxations{location.RelaxTruncateCount}
		} else if i%7 == 0 {
			o.Relax = location.Relaxations{location.RelaxStaleHead}
		}
		h := randhist.Generate(random, o)
		for _, key := range perkey.Split(h, 1) {
			p := newProblem(t.Context(), h.Header.Object, h.Header.Relax, key)
			p.effort *= 1000
			var force []*history.Operation
			var kept versions
			for _, op := range key.Operations {
				if op.Outcome != history.Info && random.IntN(4) > 0 {
					force = append(force, op)
				}
			}
			for _, v := range p.chain.possible {
				if random.IntN(3) > 0 {
					kept = append(kept, v)
				}
			}
			others := p.unheard(force)
			view, force, others := project(force, others, kept)
			operations := slices.Concat(force, others)
			projected += len(operations)
			if v := p.verdict(operations); v != checker.Valid {
				t.Fatalf("the projection onto %v is %s:\n%s\nof\n%s", view.kept, v, text(p.history(operations)), text(h))
			}
		}
	}
	if projected < 1500 {
		t.Errorf("only %d operations are left by the projections: nothing was tested", projected)
	}
}
