package consensus

import "slices"

// sortNearly sorts what is nearly sorted, by insertion. When elements turn out to be
// far from their places, it falls back on a sort that does not mind. It is stable.
func sortNearly[E any](s []E, compare func(a, b *E) int) {
	moves := 8 * len(s)
	for i := 1; i < len(s); i++ {
		if compare(&s[i-1], &s[i]) <= 0 {
			continue
		}
		e, j := s[i], i
		for ; j > 0 && compare(&s[j-1], &e) > 0; j-- {
			s[j] = s[j-1]
		}
		s[j] = e
		if moves -= i - j; moves < 0 {
			slices.SortStableFunc(s, func(a, b E) int { return compare(&a, &b) })
			return
		}
	}
}
