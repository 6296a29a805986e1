package consensus

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSortNearlyIsAStableSort(t *testing.T) {
	type element struct{ key, place int }
	for i := range 300 {
		src := rand.New(rand.NewPCG(1, uint64(i)))
		s := make([]element, src.IntN(200))
		for j := range s {
			s[j].key = j + src.IntN(1+i) // nearly sorted, or not at all
			if i%3 == 0 {
				s[j].key = j % (1 + i/10) // several runs
			}
			s[j].place = j
		}
		want := slices.Clone(s)
		slices.SortStableFunc(want, func(a, b element) int { return cmp.Compare(a.key, b.key) })
		sortNearly(s, func(a, b *element) bool { return a.key < b.key })
		if !slices.Equal(s, want) {
			t.Fatalf("case %d: got %v", i, s)
		}
	}
}
