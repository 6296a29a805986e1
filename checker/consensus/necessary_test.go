package consensus

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/assay-dev/assay/checker/internal/randhist"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// drawVaried returns the n-th small ladder, varied, and what to go on drawing from.
func drawVaried(n int) (*history.History, *rand.Rand) {
	h, order, src := drawLadder(n%len(ladderKinds), 4+n%23, n)
	return randhist.VaryLadder(src, h, order), src
}

func TestAVariedLadderIsValid(t *testing.T) {
	var v verdicts
	for n := range 3000 * *cases {
		h, _ := drawVaried(n)
		if claim, err := v.judge(h); err != nil || claim.Order == nil {
			t.Errorf("ladder %d: %v; %s: %s", n, err, claim.Undecided, features(h))
		}
	}
	t.Log(&v)
}

// What is held against a key has to be more than what a valid one can fail: some path leads to its
// end, and none of its stretches is closed, whichever of its operations are known.
func TestOnALadderThereIsAPathAndNoClosedStretch(t *testing.T) {
	several, stretches := 0, 0
	for n := range 3000 * *cases {
		h, src := drawVaried(n)
		p := pathsOf(t, h)
		if len(p.all) > len(p.slots) {
			several++
		}
		if p.best() == none {
			t.Errorf("ladder %d: no path leads to the end: %s", n, features(h))
			continue
		}
		for range 4 {
			s, known := drawStretch(src, p)
			if stretches++; s.closed(known) {
				t.Errorf("ladder %d: the stretch from %d to %d is closed: %s", n, s.low, s.high, features(h))
			}
		}
	}
	t.Logf("%d have more paths than numbers; %d stretches", several, stretches)
}

// pathsOf returns the paths of a history that nothing else is held against.
func pathsOf(t *testing.T, h *history.History) *paths {
	t.Helper()
	c := NewChecker(h.Header.Relax)
	c.key.reset(perkey.Split(h, 1)[0].Operations)
	if c.key.gather() != nil {
		t.Fatal("it is said to be invalid before any path is looked for")
	}
	p, complete := c.key.limits().paths(nil)
	if !complete {
		t.Fatal("there are too many paths")
	}
	return p
}

// drawStretch returns a stretch up to a version that somebody saw or to the end, and some of the
// operations that may matter there.
func drawStretch(src *rand.Rand, p *paths) (s *stretch, known []int32) {
	highs := []int32{p.end()}
	for slot := range p.end() {
		if p.slots[slot].known() {
			highs = append(highs, slot)
		}
	}
	high := highs[src.IntN(len(highs))]
	s, may := p.stretch(int32(src.IntN(int(high)+1))-1, high)
	percent := 50 + 25*src.IntN(3) // of them are known
	for _, op := range may {
		if src.IntN(100) < percent {
			known = append(known, op)
		}
	}
	return s, known
}

// Two paths lead to version 3: one through 1, on which it comes early, and one through 2,
// on which it may come late. Only the later one leaves time for what is known of version 3.
func TestAPathOnWhichAVersionMayComeLaterIsKept(t *testing.T) {
	r := newRig()
	r.Header.Relax = location.Relaxations{location.RelaxTruncateCount}
	r.lead(0, 3, 2) // 0 to 2, and 1 to 3
	r.lead(0, 1, 1)
	r.truncate(5, 2, location.CountUnknown)
	r.add(6, 6, history.Ok, &history.CompareAndSet{HasExpected: true, Expected: 3, New: history.Version{SeqNo: 4}})
	r.leadLater(2, 4, 1, func(from int) int64 { return int64(10 * (from - 1)) }) // 2 to 3, and 3 to 4
	r.head(25, 4)
	p := search.Problem{Object: history.Consensus, Relax: r.Header.Relax, Operations: perkey.Split(r.History, 1)[0].Operations}
	if explained, err := search.Explained(context.Background(), p, 1<<24); err != nil || !explained {
		t.Fatalf("the search says %v, %v", explained, err)
	}
	if pathsOf(t, r.History).best() == none {
		t.Error("no path leads to the end")
	}
}
