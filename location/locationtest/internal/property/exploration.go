package property

import (
	"fmt"

	"github.com/assay-dev/assay/location/locationtest/internal/schedule"
)

// An exploration is what came of trying every interleaving of a program, up to a bound.
type exploration struct {
	runs, failed int
	cut          bool // there are more than the bound
	first        *failure
	number       int // of the first that failed, counted from 1
}

// How many failures end an exploration.
const (
	firstOnly = 1
	countAll  = 0
)

// explore tries every interleaving of a program up to a bound, until so many have failed.
func (p *property) explore(program program, bound, enough int) (all exploration) {
	e := new(schedule.Explorer)
	for e.Another() {
		if all.cut = e.Runs() > bound; all.cut {
			break
		}
		all.runs++
		f := p.scheduled(testCase{program, func() schedule.Strategy { return e }})
		if f == nil {
			continue
		}
		if all.failed++; all.failed == 1 {
			all.first, all.number = f, all.runs
		}
		if all.failed == enough {
			break
		}
	}
	return all
}

// count counts the interleavings of a program that failed, and returns the first failure
// of them.
func (p *property) count(f *failure) *failure {
	all := p.explore(f.program, p.options.Bound, countAll)
	if all.first == nil {
		return f // it was found beyond the bound
	}
	all.first.among = &all
	return all.first
}

func (all *exploration) String() string {
	of := fmt.Sprintf("its %d interleavings", all.runs)
	if all.cut {
		of = fmt.Sprintf("its first %d interleavings", all.runs)
	}
	return fmt.Sprintf("Of %s %d fail. This is the first of those, number %d.", of, all.failed, all.number)
}
