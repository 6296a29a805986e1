package property

import (
	"slices"
	"testing"

	"github.com/assay-dev/assay/backends/defective"
)

const (
	// A bug is found with so many programs. They take some seconds.
	mostPrograms = 5000
	// A failing program has at most so many clients and requests when it is made small.
	mostClients, mostRequests = 3, 8
)

// bugs are those that need no crash.
func bugs() []defective.Defect {
	return slices.DeleteFunc(defective.All(), func(d defective.Defect) bool { return d.Sees == defective.AfterCrashes })
}

func TestEveryBugThatNeedsNoCrashIsFoundAndMadeSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("looks for many bugs")
	}
	for _, d := range bugs() {
		if raceDetector && d.Sees != defective.InConcert {
			continue // it would take minutes
		}
		t.Run(string(d.Object)+"/"+d.Name, func(t *testing.T) {
			t.Parallel()
			p := newProperty(t, defect(d), Defaults())
			for n := uint64(0); p.failed == nil; n++ {
				if n == mostPrograms {
					t.Fatalf("not found: %v", p.tally)
				}
				p.try(seed{n, 0})
			}
			if small := p.failed.program; len(small.clients) > mostClients || small.requests() > mostRequests {
				t.Errorf("made no smaller than\n%v", small)
			}
		})
	}
}
