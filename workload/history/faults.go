package history

import "slices"

// latest leaves of the lines that tell of the same fault only the last: a fault is
// written down when it begins, so that it is known of a run that was killed meanwhile,
// and again when more is known of it.
func latest(faults []Fault) []Fault {
	type fault struct {
		what, whom string
		call       int64
	}
	last := map[fault]int{}
	for _, f := range faults {
		last[fault{f.Fault, f.Target, f.Call}] = f.Line
	}
	return slices.DeleteFunc(faults, func(f Fault) bool { return last[fault{f.Fault, f.Target, f.Call}] != f.Line })
}
