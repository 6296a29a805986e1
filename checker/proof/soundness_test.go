package proof_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
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
	cases = flag.Int("cases", 2000, "random histories of each object of which certificates are forged")
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
	if object == history.Blob && src.IntN(3) == 0 {
		j.History = randhist.Absences(src)
		j.Header.Relax = o.Relax
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

// Steps are drawn at random and kept where the verifier accepts them, until no more
// can be expected. Of a valid key they must never come to a contradiction.
func TestNoStepsLeadToAContradictionOfAValidKey(t *testing.T) {
	for i, object := range objects {
		t.Run(string(object), func(t *testing.T) {
			t.Parallel()
			var valid, invalid, refuted, steps int
			for n := range *cases / 10 {
				src := rand.New(rand.NewPCG(*seed<<8+uint64(i), uint64(n)))
				j := judge(t, src, object)
				for k := range j.certificate.Keys {
					kept, closed := (&forger{src, j}).saturate(k, 600)
					steps += len(kept)
					switch key := j.certificate.Keys[k].Key; {
					case !j.explained[key]:
						if invalid++; closed {
							refuted++
						}
					case closed:
						t.Fatalf("history %d: key %s is valid, accepted was %+v\n%v", n, key, kept, j)
					default:
						valid++
					}
				}
			}
			t.Logf("%d valid keys; of %d invalid ones %d were refuted by chance; %d steps", valid, invalid, refuted, steps)
			if *cases >= 1000 && refuted < invalid/10 {
				t.Error("what is drawn hardly ever proves anything, true or not")
			}
		})
	}
}
