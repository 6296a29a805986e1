package blob

import (
	"cmp"
	"math/bits"
	"slices"
)

// few elements are sorted by insertion at once.
const few = 64

// sortByTag sorts by the digits of the tags, from the last to the first. It returns the
// sorted one of the two slices, which change roles, first.
func sortByTag(s, spare []entry) (sorted, other []entry) {
	if len(s) < few {
		slices.Sort(s)
		return s, spare
	}
	const digit = 11
	for shift := 32; shift < 64; shift += digit {
		var ends [1 << digit]int32
		for _, e := range s {
			ends[e>>shift&(1<<digit-1)]++
		}
		cumulate(ends[:])
		for _, e := range s {
			at := &ends[e>>shift&(1<<digit-1)]
			spare[*at] = e
			*at++
		}
		s, spare = spare, s
	}
	return s, spare
}

// cumulate turns counts into the sums of those before.
func cumulate(counts []int32) {
	sum := int32(0)
	for i, n := range counts {
		counts[i], sum = sum, sum+n
	}
}

// sortByBegin sorts stretches that are nearly in order. It returns the sorted one of the
// two slices, which change roles, first.
func sortByBegin(s, spare []stretch) (sorted, other []stretch) {
	if len(s) >= few {
		s, spare = scatter(s, emptied(spare, len(s))[:len(s)])
	}
	moves := 8 * len(s)
	for i := 1; i < len(s); i++ {
		if s[i-1].begin <= s[i].begin {
			continue
		}
		e, j := s[i], i
		for ; j > 0 && s[j-1].begin > e.begin; j-- {
			s[j] = s[j-1]
		}
		s[j] = e
		if moves -= i - j; moves < 0 && len(s) >= few {
			slices.SortFunc(s, func(a, b stretch) int { return cmp.Compare(a.begin, b.begin) })
			break
		}
	}
	return s, spare
}

// scatter brings stretches about to their places, as if they were spread evenly over time.
func scatter(s, spare []stretch) (nearly, other []stretch) {
	first, last := s[0].begin, s[0].begin
	for i := range s {
		first, last = min(first, s[i].begin), max(last, s[i].begin)
	}
	shift := max(0, bits.Len64(uint64(last-first))-bits.Len(uint(len(s)))+1)
	ends := make([]int32, uint64(last-first)>>shift+1)
	for i := range s {
		ends[uint64(s[i].begin-first)>>shift]++
	}
	cumulate(ends)
	for i := range s {
		at := &ends[uint64(s[i].begin-first)>>shift]
		spare[*at] = s[i]
		*at++
	}
	return spare, s
}
