// Package reuse is for memory that one check has and the next one takes again.
package reuse

// Slice returns a slice of n elements, s if it has room. What they are is not said.
func Slice[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n, n+n/64) // the next one may be a little longer
	}
	return s[:n]
}
