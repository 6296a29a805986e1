package property

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/assay-dev/assay/backends/defective"
)

var zoo = flag.Bool("zoo", false, "look for every defect that needs no crash, and print a table")

// The table of which defects are found with default options, how fast, and how small the
// program becomes:
//
//	go test ./location/locationtest/internal/property -run TestZoo -zoo -v -rapid.shrinktime 10s
func TestZoo(t *testing.T) {
	if !*zoo {
		t.Skip("without -zoo")
	}
	for _, d := range defective.All() {
		if d.Sees == defective.AfterCrashes {
			continue
		}
		t.Run(string(d.Object)+"/"+d.Name, func(t *testing.T) {
			o := Defaults()
			o.Time = 10 * time.Second
			p, _ := fails(t, defect(d), o)
			row := fmt.Sprintf("| %s | %s | %s | %s |", d.Object, d.Name, d.Clause, d.Sees)
			if p.failed == nil {
				t.Logf("%s not found: %v | | |", row, p.tally)
				return
			}
			small := p.failed.program
			t.Logf("%s %v | %d | %d | %d | %s", row, p.found.Round(time.Millisecond), len(small.clients), small.requests(), small.calls(), p.failed.summary())
		})
	}
}
