package zoo

import "fmt"

const (
	// slower is how many times the operations of before are a regression.
	slower = 3
	// leastOperations are not told apart: below them chance decides.
	leastOperations = 1000
)

// Regressions says what r finds worse than before did: bugs that are missed now, that
// take many more operations, or false alarms.
func (r Report) Regressions(before Report) []string {
	known := map[string]Bug{}
	for _, b := range before.Bugs {
		known[b.Object+" "+b.Name] = b
	}
	var worse []string
	for _, b := range r.Bugs {
		name := b.Object + " " + b.Name
		old, ok := known[name]
		allowed := slower * max(old.Operations.Median, leastOperations)
		switch {
		case b.Missed():
			worse = append(worse, fmt.Sprintf("%s is missed: found %d of %d times", name, b.Found, b.Tried))
		case ok && old.Found > 0 && b.Found == 0:
			worse = append(worse, fmt.Sprintf("%s is not found by the workload any more", name))
		case ok && old.Found > 0 && b.Operations.Median > allowed:
			worse = append(worse, fmt.Sprintf("%s takes %.0f operations, %.0f before", name, b.Operations.Median, old.Operations.Median))
		}
	}
	for _, c := range r.Correct {
		if c.Alarms > 0 {
			worse = append(worse, fmt.Sprintf("the correct %s raised %d alarms in %d runs", c.Object, c.Alarms, c.Runs))
		}
	}
	return worse
}
