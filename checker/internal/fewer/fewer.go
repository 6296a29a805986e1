// Package fewer makes a set small that has to be enough for something.
package fewer

import "slices"

// Of drops what can be dropped: long runs first, and at last single ones, from the end.
// Where more are always enough too, none of what it returns can be left out.
func Of[E any](all []E, enough func([]E) bool) []E {
	for run := max(1, len(all)/2); ; run /= 2 {
		for end := len(all); end > 0; end = min(end-run, len(all)) {
			rest := slices.Concat(all[:max(0, end-run)], all[end:])
			if enough(rest) {
				all = rest
			}
		}
		if run <= 1 {
			return all
		}
	}
}
