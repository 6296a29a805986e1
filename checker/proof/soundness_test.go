package proof_test

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/internal/randhist"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

var (
	cases = flag.Int("cases", 600, "random histories of each object of which certificates are forged")
	seed  = flag.Uint64("seed", 1, "the seed of the random histories")
)

// A judged history is one of which the verdict on each key is known from the search.
type judged struct {
	*history.History
	explained   map[string]bool
	certificate *proof.Certificate
}

func judge(t *testing.T, src *rand.Rand, object history.Object) judged {
	t.Helper()
	o := randhist.Options{Object: object, Operations: 2 + src.IntN(9), Keys: 1 + src.IntN(2), Restores: src.IntN(3) == 0, Repeats: src.IntN(8) == 0}
	for _, r := range location.AllRelaxations() {
		if src.IntN(4) == 0 {
			o.Relax = append(o.Relax, r)
		}
	}
	j := judged{History: randhist.Generate(src, o), explained: map[string]bool{}}
	switch {
	case src.IntN(3) > 0:
	case object == history.Blob:
		j.History = randhist.Absences(src)
		j.Header.Relax = o.Relax
	default:
		j.History = randhist.Rivals(src, o.Relax)
	}
	got, err := checker.Check(context.Background(), j.History, checker.Options{Relax: o.Relax, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	j.certificate = got.Certificate
	for _, key := range perkey.Split(j.History, 1) {
		p := search.Problem{Object: object, Relax: o.Relax, Operations: key.Operations}
		if j.explained[key.Key], err = search.Explained(context.Background(), p, 1<<30); err != nil {
			t.Fatal(err)
		}
	}
	return j
}

func (j judged) verify(c *proof.Certificate) error {
	return proof.Verify(j.History, j.Header.Relax, c)
}

// untrue returns what a certificate claims although the search found otherwise.
func (j judged) untrue(c *proof.Certificate) error {
	claimed := map[string]bool{}
	for _, k := range c.Keys {
		claimed[k.Key] = true
		explained, known := j.explained[k.Key]
		if known && k.Undecided == "" && (k.Contradiction == nil) != explained {
			return fmt.Errorf("explained: %v, accepted was %+v", explained, k)
		}
	}
	for key := range j.explained {
		if !claimed[key] {
			return fmt.Errorf("nothing is claimed of key %s", key)
		}
	}
	return nil
}

func (j judged) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "relax [%v]\n", j.Header.Relax)
	for _, op := range j.Operations {
		fmt.Fprintf(&b, "%d: process %d key %q [%d, %d] %v %s %+v\n", op.Line, op.Process, op.Key, op.Call, op.Return, op.Outcome, op.Action.Name(), op.Action)
	}
	return b.String()
}

var objects = []history.Object{history.Consensus, history.Blob}

// A forged certificate may hold by accident; what it claims is true then.
func TestABrokenCertificateIsRefusedUnlessItIsTrue(t *testing.T) {
	for i, object := range objects {
		t.Run(string(object), func(t *testing.T) {
			t.Parallel()
			var refused, accepted int
			for n := range *cases {
				src := rand.New(rand.NewPCG(*seed<<8+uint64(i), uint64(n)))
				j := judge(t, src, object)
				for range 20 {
					c := (&forger{src, j}).broken()
					if j.verify(c) != nil {
						refused++
					} else if accepted++; j.untrue(c) != nil {
						t.Fatalf("history %d: %v\n%v", n, j.untrue(c), j)
					}
				}
			}
			t.Logf("%d refused, %d accepted and true", refused, accepted)
		})
	}
}

// Of a valid key neither all operations contradict each other nor any of them, whatever
// numbers are told apart.
func TestNoOperationsOfAValidKeyContradictEachOther(t *testing.T) {
	for i, object := range objects {
		t.Run(string(object), func(t *testing.T) {
			t.Parallel()
			var valid, invalid, refuted int
			for n := range *cases {
				src := rand.New(rand.NewPCG(*seed<<8+uint64(i), uint64(n)))
				j := judge(t, src, object)
				f := &forger{src, j}
				for k, key := range j.certificate.Keys {
					for range 10 {
						steps := f.about(key.Key, f.steps(1+f.IntN(2*len(j.Operations))))
						if steps == nil {
							continue
						}
						accepted := j.accepts(k, proof.Key{Key: key.Key, Contradiction: steps, Apart: f.versions()})
						switch {
						case !accepted && j.explained[key.Key]:
							valid++
						case accepted && j.explained[key.Key]:
							t.Fatalf("history %d: key %s is valid, accepted was %+v\n%v", n, key.Key, steps, j)
						case accepted:
							refuted++
						default:
							invalid++
						}
					}
				}
			}
			t.Logf("%d of valid keys refused; of invalid ones %d refused, %d accepted", valid, invalid, refuted)
			if *cases >= 500 && refuted < invalid/10 {
				t.Error("what is drawn hardly ever proves anything, true or not")
			}
		})
	}
}

// Of a ladder it is known without a search that it is valid, so that it can be larger.
func TestNoOperationsOfALadderContradictEachOther(t *testing.T) {
	refused := map[string]int{}
	for n := range *cases {
		src := rand.New(rand.NewPCG(*seed<<8, uint64(n)))
		f := &forger{src, judged{History: drawLadder(src)}}
		about := proof.About{Object: history.Consensus, Relax: f.of.Header.Relax, Key: "k"}
		for i := range f.of.Operations {
			about.Operations = append(about.Operations, &f.of.Operations[i])
		}
		for range 10 {
			steps, apart := f.some(1+f.IntN(10)), f.named(f.IntN(5))
			_, err := about.Possible(steps, apart)
			if err == nil {
				t.Fatalf("ladder %d: accepted was %+v, apart %v\n%v", n, steps, apart, f.of)
			}
			refused[err.Error()]++
		}
	}
	t.Logf("refused: %v", refused)
}

// drawLadder returns a valid history of one key of a Consensus.
func drawLadder(src *rand.Rand) *history.History {
	o := randhist.LadderOptions{Operations: 4 + src.IntN(16), Gaps: src.IntN(3), Tail: true}
	for _, r := range []location.Relaxation{location.RelaxTruncateCount, location.RelaxStaleHead} {
		if src.IntN(4) == 0 {
			o.Relax = append(o.Relax, r)
		}
	}
	h, order := randhist.Ladders(src, o)
	if src.IntN(4) > 0 {
		h = randhist.VaryLadder(src, h, order)
	}
	return h
}

// accepts reports whether the verifier accepts a claim in place of one in the certificate.
func (j judged) accepts(k int, claim proof.Key) bool {
	c := *j.certificate
	c.Keys = slices.Clone(c.Keys)
	c.Keys[k] = claim
	return j.verify(&c) == nil
}

// about keeps the steps that concern a key and say something.
func (f *forger) about(key string, steps []proof.Step) (some []proof.Step) {
	for _, s := range steps {
		op := f.of.Operations[slices.IndexFunc(f.of.Operations, func(op history.Operation) bool { return op.Line == s.Line })]
		if _, err := (&proof.About{Object: f.of.Header.Object, Key: key, Operations: []*history.Operation{&op}}).Possible([]proof.Step{s}, nil); op.Key != "" && op.Key != key || err != nil && strings.HasPrefix(err.Error(), "step 0") {
			continue
		}
		some = append(some, s)
	}
	return some
}

// No step of a contradiction can be left out, and no number that it tells apart.
func TestNothingOfAContradictionCanBeLeftOut(t *testing.T) {
	for i, object := range objects {
		t.Run(string(object), func(t *testing.T) {
			t.Parallel()
			var sizes, least [12]int
			for n := range *cases {
				j := judge(t, rand.New(rand.NewPCG(*seed<<8+uint64(i), uint64(n))), object)
				for k, key := range j.certificate.Keys {
					for i := range key.Contradiction {
						fewer := key
						fewer.Contradiction = slices.Delete(slices.Clone(key.Contradiction), i, i+1)
						if j.accepts(k, fewer) {
							t.Fatalf("history %d: step %d of %+v can be left out\n%v", n, i, key, j)
						}
					}
					for i := range key.Apart {
						fewer := key
						fewer.Apart = slices.Delete(slices.Clone(key.Apart), i, i+1)
						if j.accepts(k, fewer) {
							t.Fatalf("history %d: number %d of %+v need not be told apart\n%v", n, i, key, j)
						}
					}
					if size := len(key.Contradiction); size > 0 {
						sizes[min(size, len(sizes)-1)]++
						least[j.least(k, size)]++
					}
				}
			}
			t.Logf("contradictions of 1, 2, … steps: %v; the smallest that there are: %v", sizes[1:], least[1:])
		})
	}
}

// least returns the size of the smallest contradiction of a key, found by trying all
// sets of operations that are smaller than the one known.
func (j judged) least(k, known int) int {
	f := &forger{of: j}
	claim := proof.Key{Key: j.certificate.Keys[k].Key}
	var all []proof.Step
	for i := range j.Operations {
		all = append(all, proof.Step{Line: j.Operations[i].Line, Rule: proof.RuleOf(&j.Operations[i])})
		claim.Apart = append(claim.Apart, location.SeqNo(i))
	}
	all = f.about(claim.Key, f.inOrder(all))
	for size := 1; size < known; size++ {
		for set := range subsets(all, size) {
			claim.Contradiction = set
			if j.accepts(k, claim) {
				return size
			}
		}
	}
	return known
}

// subsets yields all subsets of a size, in the order of the elements.
func subsets[E any](all []E, size int) iter.Seq[[]E] {
	return func(yield func([]E) bool) {
		for set := range 1 << len(all) {
			if bits.OnesCount(uint(set)) != size {
				continue
			}
			var some []E
			for i, e := range all {
				if set&(1<<i) != 0 {
					some = append(some, e)
				}
			}
			if !yield(some) {
				return
			}
		}
	}
}
