package consensus

// sortNearly sorts what is nearly sorted, by insertion. When elements turn out to be far
// from their places, as where each client's operations stand together, it goes on by
// merging the runs that are there. It is stable.
func sortNearly[E any](s []E, less func(a, b *E) bool) {
	moves := 8 * len(s)
	for i := 1; i < len(s); i++ {
		if !less(&s[i], &s[i-1]) {
			continue
		}
		e, j := s[i], i-1
		for j > 0 && less(&s[i], &s[j-1]) {
			j--
		}
		copy(s[j+1:i+1], s[j:i])
		s[j] = e
		if moves -= i - j; moves < 0 {
			mergeRuns(s, less)
			return
		}
	}
}

// mergeRuns sorts by merging ascending runs, two by two, until there is one.
func mergeRuns[E any](s []E, less func(a, b *E) bool) {
	var ends []int
	for i := 1; i <= len(s); i++ {
		if i == len(s) || less(&s[i], &s[i-1]) {
			ends = append(ends, i)
		}
	}
	from, to := s, make([]E, len(s))
	for len(ends) > 1 {
		merged, begin := ends[:0], 0
		for i := 0; i < len(ends); i += 2 {
			middle, end := ends[i], ends[min(i+1, len(ends)-1)]
			merge(to[begin:end], from[begin:middle], from[middle:end], less)
			merged, begin = append(merged, end), end
		}
		ends, from, to = merged, to, from
	}
	copy(s, from)
}

func merge[E any](to, a, b []E, less func(a, b *E) bool) {
	for i := range to {
		if len(b) == 0 || len(a) > 0 && !less(&b[0], &a[0]) {
			to[i], a = a[0], a[1:]
		} else {
			to[i], b = b[0], b[1:]
		}
	}
}
