package property

import (
	"slices"
	"testing"

	"github.com/assay-dev/assay/backends/defective"
)

const (
	// A bug is found with so many programs. They take some seconds.
	mostPrograms = 5000
	// A failing program has at most so many clients and operations when it is made small.
	mostClients, mostOperations = 3, 8
)

// rare are the bugs that come only once in so many operations of a store that was just
// opened, or when it has so many keys. Of their programs those operations count that
// differ: they are done over and over.
var rare = map[string]int{
	"consensus/one-behind":           20,
	"consensus/lagging-replica":      40,
	"consensus/scan-of-a-replica":    20,
	"consensus/retries-a-commit":     25,
	"consensus/retries-a-truncation": 8,
	"consensus/scan-repeats":         12,
	"consensus/commit-called-failed": 25,
	"consensus/someone-elses-head":   60,
	"blob/swapped-answers":           8,
	"blob/old-value-for-a-while":     10,
	"blob/truncated-download":        60,
	"blob/truncated-upload":          30,
	"blob/first-attempt-lands-late":  10,
	"blob/retries-a-delete":          8,
	"blob/set-called-failed":         25,
	"blob/someone-elses-value":       60,
	"consensus/one-page-of-keys":     1000,
	"blob/one-page-of-keys":          1000,
	"blob/page-boundary-dropped":     9,
	"blob/page-boundary-repeated":    9,
}

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
		name := string(d.Object) + "/" + d.Name
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProperty(t, defect(d), Defaults())
			for n := uint64(0); p.failed == nil; n++ {
				if n == mostPrograms {
					t.Fatalf("not found: %v", p.tally)
				}
				p.try(seed{n, 0})
			}
			small := p.failed.program
			if len(small.clients) > mostClients || small.requests() > mostOperations || rare[name] == 0 && small.operations() > mostOperations {
				t.Errorf("made no smaller than\n%v", small)
			}
			if rare[name] > 0 && small.operations() <= mostOperations {
				t.Errorf("it is not so rare:\n%v", small)
			}
		})
	}
}
