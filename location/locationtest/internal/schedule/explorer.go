package schedule

// An Explorer tries every interleaving, one run after the other, depth first. It is the
// [Strategy] of each of its runs.
type Explorer struct {
	path  []fork
	depth int
	runs  int
}

// A fork is a decision: which of how many.
type fork struct{ taken, of int }

// Another prepares the next run; false when all interleavings have been tried.
func (e *Explorer) Another() bool {
	if e.runs > 0 && !e.advance() {
		return false
	}
	e.runs++
	e.depth = 0
	return true
}

// advance goes to the last decision that has an alternative left, and takes it.
func (e *Explorer) advance() bool {
	for len(e.path) > 0 {
		last := &e.path[len(e.path)-1]
		if last.taken++; last.taken < last.of {
			return true
		}
		e.path = e.path[:len(e.path)-1]
	}
	return false
}

// Runs returns how many interleavings have been tried.
func (e *Explorer) Runs() int { return e.runs }

// Next implements [Strategy].
func (e *Explorer) Next(ready []int, _ bool) int {
	if e.depth == len(e.path) {
		e.path = append(e.path, fork{of: len(ready)})
	}
	e.depth++
	return e.path[e.depth-1].taken
}
