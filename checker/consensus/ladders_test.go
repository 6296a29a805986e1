package consensus

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/assay-dev/assay/checker/internal/randhist"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

var (
	cases = flag.Int("cases", 2, "how many random ladders to judge, of each kind and size; of small ones 300 times as many")
	seed  = flag.Uint64("seed", 1, "the seed of the random ladders")
)

// ladderKinds says where nobody saw what was written: between versions that somebody saw,
// or behind all of these.
var ladderKinds = []struct {
	name string
	randhist.LadderOptions
}{
	{"a gap", randhist.LadderOptions{Gaps: 1}},
	{"gaps", randhist.LadderOptions{Gaps: 4}},
	{"a tail", randhist.LadderOptions{Tail: true}},
	{"gaps and a tail", randhist.LadderOptions{Gaps: 2, Tail: true}},
}

// drawLadder returns the n-th ladder of a kind and size, and what to go on drawing from.
func drawLadder(kind, size, n int) (*history.History, proof.Order, *rand.Rand) {
	src := rand.New(rand.NewPCG(*seed<<32+uint64(size)<<8+uint64(kind), uint64(n)))
	o := ladderKinds[kind].LadderOptions
	o.Operations = size
	for _, r := range []location.Relaxation{location.RelaxTruncateCount, location.RelaxStaleHead} {
		if src.IntN(5) == 0 {
			o.Relax = append(o.Relax, r)
		}
	}
	h, order := randhist.Ladders(src, o)
	return h, order, src
}

// verdicts counts what became of the ladders of a kind and size.
type verdicts struct {
	valid, invalid, undecided, unproven int
	operations                          int
	took, longest                       time.Duration
}

func (v *verdicts) String() string {
	return fmt.Sprintf("%4d valid %4d invalid %4d undecided %4d unproven, %8v an operation, at most %v", v.valid, v.invalid, v.undecided, v.unproven,
		(v.took / time.Duration(max(1, v.operations))).Round(100*time.Nanosecond), v.longest.Round(time.Millisecond))
}

// judge decides a ladder, verifies the proof and counts the verdict.
func (v *verdicts) judge(h *history.History) (proof.Key, error) {
	begin := time.Now()
	cert := certify(h, h.Header.Relax)
	took := time.Since(begin)
	v.took, v.longest, v.operations = v.took+took, max(v.longest, took), v.operations+len(h.Operations)
	claim := cert.Keys[0]
	switch {
	case claim.Undecided != "":
		v.undecided++
	case claim.Contradiction != nil:
		v.invalid++
	case claim.Order == nil:
		v.unproven++ // invalid, but nothing proves it
		return claim, nil
	default:
		v.valid++
	}
	return claim, proof.Verify(h, h.Header.Relax, cert)
}

// few fails where more than one in twenty ladders is too hard.
func (v *verdicts) few(t *testing.T) {
	t.Log(v)
	if hard := v.undecided + v.unproven; hard > *cases/20 {
		t.Errorf("%d of %d ladders are undecided, or unproven", hard, *cases)
	}
}

// undecided reports whether a ladder is left to a search, or found invalid without proof.
func undecided(claim proof.Key) bool {
	return claim.Undecided != "" || claim.Contradiction == nil && claim.Order == nil
}

func TestALadderIsValid(t *testing.T) {
	for i, kind := range ladderKinds {
		for _, size := range []int{10, 30, 100, 300, 1000, 2000} {
			t.Run(fmt.Sprint(kind.name, " of ", size), func(t *testing.T) {
				var v verdicts
				for n := range *cases {
					h, order, _ := drawLadder(i, size, n)
					truth := &proof.Certificate{Object: history.Consensus, Relax: h.Header.Relax, Keys: []proof.Key{{Key: "k", Order: order}}}
					if err := proof.Verify(h, h.Header.Relax, truth); err != nil {
						t.Fatalf("ladder %d is not valid: %v", n, err)
					}
					claim, err := v.judge(h)
					switch {
					case err != nil:
						t.Errorf("ladder %d: %v", n, err)
					case claim.Undecided != "":
						t.Logf("ladder %d is undecided: %s", n, features(h))
					case claim.Order == nil:
						t.Errorf("ladder %d is said to be invalid", n)
					}
				}
				v.few(t)
			})
		}
	}
}

func TestABrokenLadderIsDecided(t *testing.T) {
	for i, kind := range ladderKinds {
		for _, size := range []int{10, 30, 100, 300} {
			t.Run(fmt.Sprint(kind.name, " of ", size), func(t *testing.T) {
				var v verdicts
				for n := range *cases {
					h, _, src := drawLadder(i, size, n)
					h = randhist.BreakLadder(src, h)
					claim, err := v.judge(h)
					if err != nil {
						t.Errorf("ladder %d: %v", n, err)
					}
					if undecided(claim) {
						t.Logf("ladder %d is undecided, or unproven: %s", n, features(h))
					}
				}
				v.few(t)
			})
		}
	}
}

func TestASmallLadderIsJudgedAsTheSearchDoes(t *testing.T) {
	var v verdicts
	unsearched := 0
	for n := range 300 * *cases {
		h, _, src := drawLadder(n%len(ladderKinds), 4+n%9, n)
		if src.IntN(5) > 0 {
			h = randhist.BreakLadder(src, h)
		}
		claim, err := v.judge(h)
		if err != nil {
			t.Fatalf("ladder %d: %v", n, err)
		}
		key := perkey.Split(h, 1)[0]
		p := search.Problem{Object: history.Consensus, Relax: h.Header.Relax, Operations: key.Operations}
		explained, err := search.Explained(context.Background(), p, 1<<24)
		switch valid := claim.Contradiction == nil; {
		case undecided(claim):
			t.Errorf("ladder %d is undecided: %s", n, features(h))
		case err != nil:
			unsearched++
		case valid != explained:
			t.Errorf("ladder %d: valid = %v, the search says %v", n, valid, explained)
		}
	}
	t.Logf("%v; %d are too much for the search", &v, unsearched)
}

// features says what there is in a ladder.
func features(h *history.History) string {
	n := map[string]int{}
	for i := range h.Operations {
		op := &h.Operations[i]
		name := op.Action.Name()
		switch a := op.Action.(type) {
		case *history.Truncate:
			switch {
			case op.Outcome == history.Info:
				name += " unknown"
			case a.Refused:
				name += " refused"
			case a.Deleted == 0:
				name += " zero"
			case a.Deleted == location.CountUnknown:
				name += " uncounted"
			}
		case *history.CompareAndSet:
			switch {
			case op.Outcome == history.Info:
				name = "unknown write"
			case a.Committed:
				name = "write"
			default:
				name = "mismatch"
			}
		}
		n[name]++
	}
	return fmt.Sprint(len(h.Operations), " operations: ", n)
}
