package consensus

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// copied returns a deep copy of a certificate, by way of its JSON form.
func copied(t *testing.T, c *proof.Certificate) *proof.Certificate {
	t.Helper()
	var file bytes.Buffer
	if err := c.Write(&file); err != nil {
		t.Fatal(err)
	}
	read, err := proof.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// shaken returns a history and one that differs in a few operations.
func shaken(src *rand.Rand, relax location.Relaxations) (a, b *history.History) {
	seed := src.Uint64()
	draw := func(spoils int) *history.History {
		g := newNasty(rand.New(rand.NewPCG(seed, 1)), relax)
		h := g.history(relax, 3+int(seed%8))
		for range spoils {
			g.spoil()
		}
		return h
	}
	return draw(0), draw(2)
}

// forge changes one thing in the claim about a key.
func forge(src *rand.Rand, k *proof.Key, h *history.History) {
	if k.Contradiction == nil {
		forgeOrder(src, k, h)
		return
	}
	steps := k.Contradiction
	for len(steps) > 0 && len(steps[len(steps)-1].Cases) > 0 && src.IntN(3) > 0 {
		cases := steps[len(steps)-1].Cases
		steps = cases[src.IntN(len(cases))].Steps
	}
	if len(steps) == 0 {
		return
	}
	s := &steps[src.IntN(len(steps))]
	number := func() uint64 { return uint64(src.IntN(12)) }
	switch src.IntN(9) {
	case 0:
		s.Before.N = number()
	case 1:
		s.After.N = number()
	case 2:
		s.Before, s.After = s.After, s.Before
	case 3:
		s.Rule = steps[src.IntN(len(steps))].Rule
	case 4:
		s.Rule = []proof.Rule{proof.RealTime, proof.Therefore, proof.Cycle, proof.Answered, proof.Process, proof.Ascending,
			proof.Written, proof.Followed, proof.Successive, proof.Mismatched, proof.Counted, proof.Missing, proof.Raised}[src.IntN(13)]
	case 5:
		s.Version = new(location.SeqNo(number()))
	case 6:
		s.Lines = []int{2 + src.IntN(len(h.Operations))}
	case 7:
		if len(s.From) > 0 {
			i := src.IntN(len(s.From))
			s.From = slices.Delete(s.From, i, i+1)
		}
	case 8:
		if len(s.Cases) > 0 {
			s.Cases = s.Cases[1:]
		} else {
			s.After.Kind = []proof.EventKind{proof.Op, proof.Head, proof.Mark, proof.After}[src.IntN(4)]
		}
	}
}

func forgeOrder(src *rand.Rand, k *proof.Key, h *history.History) {
	if len(k.Order) == 0 {
		return
	}
	i, j := src.IntN(len(k.Order)), src.IntN(len(k.Order))
	switch src.IntN(4) {
	case 0:
		k.Order[i].Line, k.Order[j].Line = k.Order[j].Line, k.Order[i].Line
	case 1:
		k.Order[i].At += int64(src.IntN(5)) - 2
	case 2:
		k.Order = slices.Delete(k.Order, i, i+1)
	case 3:
		k.Order[i].Line = 2 + src.IntN(len(h.Operations))
	}
}

// A forged certificate may still prove the truth, but never the opposite.
func TestNoForgedCertificateProvesTheOpposite(t *testing.T) {
	tried := 0
	for i := range *cases {
		src := rand.New(rand.NewPCG(*seed, uint64(i)))
		var relax location.Relaxations
		if src.IntN(3) == 0 {
			relax = location.Relaxations{location.RelaxStaleHead}
		}
		a, b := shaken(src, relax)
		of, to := certify(a, relax), certify(b, relax)
		if (of.Keys[0].Contradiction == nil) == (to.Keys[0].Contradiction == nil) {
			continue
		}
		for n := range 20 {
			forged := copied(t, of)
			for range n {
				forge(src, &forged.Keys[0], b)
			}
			tried++
			if proof.Verify(b, relax, forged) == nil {
				text, _ := json.Marshal(forged)
				t.Fatalf("case %d: accepted for the opposite: %s\n%s", i, text, print(b))
			}
		}
	}
	if tried < *cases {
		t.Errorf("only %d forgeries were tried", tried)
	}
}

// What is wrong with these certificates can be told.
func TestDamagedCertificatesAreRefused(t *testing.T) {
	damages := map[string]func(*proof.Key) bool{
		"an operation is missing": func(k *proof.Key) bool {
			if len(k.Order) > 0 {
				k.Order = k.Order[1:]
			}
			return len(k.Order) > 0
		},
		"an operation is there twice": func(k *proof.Key) bool {
			if len(k.Order) > 0 {
				k.Order = append(k.Order, k.Order[len(k.Order)-1])
			}
			return len(k.Order) > 0
		},
		"time runs backwards": func(k *proof.Key) bool {
			if len(k.Order) > 0 {
				k.Order[len(k.Order)-1].At = -1 << 62
			}
			return len(k.Order) > 1
		},
		"the proof has no end": func(k *proof.Key) bool {
			n := len(k.Contradiction)
			k.Contradiction = k.Contradiction[:max(0, n-1):max(0, n-1)]
			return n > 0
		},
		"the proof rests on what comes later": func(k *proof.Key) bool {
			for i := range k.Contradiction {
				if s := &k.Contradiction[i]; len(s.From) > 0 {
					s.From[0] = len(k.Contradiction)
					return true
				}
			}
			return false
		},
		"the key is another": func(k *proof.Key) bool { k.Key = "other"; return true },
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			hit := 0
			for i := range 300 {
				h := newNasty(rand.New(rand.NewPCG(5, uint64(i))), nil).history(nil, 3+i%8)
				c := copied(t, certify(h, nil))
				if h.Operations[0].Outcome == history.Info || !damage(&c.Keys[0]) {
					continue
				}
				if hit++; proof.Verify(h, nil, c) == nil {
					t.Fatalf("accepted %+v\n%s", c, print(h))
				}
			}
			if hit == 0 {
				t.Error("nothing was damaged")
			}
		})
	}
}

// Numbers at the ends of their range prove nothing either.
func TestNoNumberOverflowsItsWayThroughAProof(t *testing.T) {
	h := &history.History{Header: history.Header{Object: history.Consensus}, Operations: []history.Operation{
		{Key: "k", Line: 2, Return: 1, Action: &history.CompareAndSet{New: history.Version{SeqNo: 1, Value: "a"}, Committed: true}},
		{Key: "k", Line: 3, Call: 2, Return: 3, Action: &history.Head{Found: true, Version: history.Version{SeqNo: 1, Value: "a"}}},
	}}
	largest := location.SeqNo(math.MaxUint64)
	v1 := new(location.SeqNo(1))
	head := proof.HeadEvent
	for name, steps := range map[string][]proof.Step{
		"a version that nobody saw": {{Rule: proof.Written, Version: &largest}},
		"the version before none": {
			{Rule: proof.Written, Version: v1, Lines: []int{2}},
			{Rule: proof.Written, Version: &largest, After: head(1)},
		},
		"a head before the first": {
			{Rule: proof.Written, Version: v1, Lines: []int{2}},
			{Rule: proof.Successive, Before: head(largest), After: head(1)},
			{Rule: proof.Ascending, Before: head(1), After: head(largest)},
			{Rule: proof.Cycle, From: []int{1, 2}},
		},
		"two heads that never are": {
			{Rule: proof.Successive, Before: head(9), After: head(8)},
			{Rule: proof.Ascending, Before: head(8), After: head(9)},
			{Rule: proof.Cycle, From: []int{0, 1}},
		},
		"an instant in the far past": {
			{Rule: proof.RealTime, Before: proof.AfterEvent(math.MinInt64), After: proof.AfterEvent(math.MinInt64)},
			{Rule: proof.Cycle, From: []int{0}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := &proof.Certificate{Object: history.Consensus, Keys: []proof.Key{{Key: "k", Contradiction: steps}}}
			if proof.Verify(h, nil, c) == nil {
				t.Error("accepted")
			}
		})
	}
}
