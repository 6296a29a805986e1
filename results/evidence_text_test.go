package results_test

import (
	"strings"
	"testing"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/evidence"
	"github.com/assay-dev/assay/workload/history"
)

func TestTheEvidenceIsToldInAFewLines(t *testing.T) {
	r := results.Result{Verdict: checker.Valid, Object: history.Blob, History: "h.jsonl"}
	r.Evidence = evidence.Evidence{
		Operations: evidence.Operations{"get": {Count: evidence.Count{Asked: 9, Answered: 8}}, "list": {Count: evidence.Count{Asked: 2}}},
		Conflicts:  evidence.Conflicts{Mismatches: 1234, Overwrites: 5, Overlaps: 6},
		Unknown:    evidence.Unknown{Applied: 7, NotApplied: 8, Open: 9},
		Faults: []evidence.Fault{
			{Name: "unreliable", Effect: "3 operations refused", Healed: true},
			{Name: "kill", Target: "node 1", AtWork: true, WritesAtStart: 2, WritesAtEnd: 1},
			{Name: "cut", Healed: true}, {Name: "cut", Healed: true}, {Name: "cut", Healed: true},
		},
		Calm: evidence.Count{Asked: 10, Answered: 9}, Healed: evidence.Count{Asked: 4000, Answered: 3999},
	}
	told := text(t, r)
	for _, want := range []string{
		"  conflicts   1,234 mismatches, 5 overwrites, 6 overlapping writes\n",
		"  unknown     7 writes turned out applied, 8 not, 9 open\n",
		"  in calm     9 of 10 operations answered while nothing was broken\n",
		"  unanswered  list\n",
		"  fault       unreliable: 3 operations refused\n",
		"  fault       kill of node 1: no effect seen; 2 writes in flight at its start, 1 at its end; not healed\n",
		"  fault       cut: no effect seen\n              and 2 more faults\n",
		"  healed      3,999 of 4,000 operations answered\n",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("text lacks %q:\n%s", want, told)
		}
	}
	r.Evidence = evidence.Gather(&history.History{}, nil)
	if told := text(t, r); strings.Count(told, "\n") != 4 {
		t.Errorf("of nothing it tells\n%s", told)
	}
}
