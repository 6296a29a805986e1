package property

import (
	"context"
	"fmt"
	"time"

	"github.com/assay-dev/assay/checker"
)

// budget bounds the searches for one program. Few need any, and there is always another
// program.
const budget = 50 * time.Millisecond

// judge checks what came of a run, and of the goroutines that it left behind.
func (p *property) judge(r *run, left string) *failure {
	var invalid *checker.Violation
	var broken *breach
	if r.history != nil {
		p.tally.operations += len(r.history.Operations)
		invalid, broken = p.wrong(r)
	}
	if invalid == nil && broken == nil && left == "" {
		p.spare = r.memory
		return nil
	}
	r.tell()
	return &failure{
		testCase: testCase{program: r.program}, relax: p.options.Relax,
		history: r.history, origins: r.origins(), violation: invalid, breach: broken, left: left,
	}
}

// wrong returns what is wrong with what the clients saw, if anything is.
func (p *property) wrong(r *run) (*checker.Violation, *breach) {
	if certain := r.first(true); certain != nil {
		return nil, certain
	}
	result, err := p.checker.Check(context.Background(), r.history)
	switch {
	case err != nil:
		p.t.Fatalf("the recording is at fault, not the store: %v", err)
	case result.Verdict == checker.Undecided:
		p.tally.undecided++
	case result.Verdict == checker.Invalid:
		return &result.Violations[0], nil
	}
	return nil, r.first(false)
}

// A tally counts what has been done.
type tally struct{ programs, runs, operations, undecided, cut, stalled int }

func (n tally) String() string {
	text := fmt.Sprintf("%d programs, %d interleavings, %d operations", n.programs, n.runs, n.operations)
	if n.cut > 0 {
		text += fmt.Sprintf("; %d programs have more interleavings than the bound", n.cut)
	}
	if n.undecided > 0 {
		text += fmt.Sprintf("; %d histories could not be decided", n.undecided)
	}
	if n.stalled > 0 {
		text += fmt.Sprintf("; %d times all clients waited for an hour of virtual time, and were given up", n.stalled)
	}
	return text
}
