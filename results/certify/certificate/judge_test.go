package certificate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/coverage"
	"github.com/assay-dev/assay/results/certify/suite"
	"github.com/assay-dev/assay/workload/history"
)

// evil ends whatever it stands in, if it can.
const evil = "</code><script>alert(1)</script> ]]> | ``` \x00\n# title"

var made = time.Date(2026, 11, 22, 13, 5, 9, 0, time.UTC)

// demanded is a suite of one Consensus and one Blob, two runs each.
func demanded(relax ...location.Relaxation) suite.Suite {
	store := func(name string, object history.Object) suite.Store {
		s := suite.Store{Name: name, Object: object, URL: "mem:", Relax: location.Relaxations{}, Workloads: []string{"w"}, Faults: []string{suite.None}, Seeds: []uint64{1, 2}}
		for _, c := range results.Clauses(object) {
			s.Demand = append(s.Demand, c.Name)
		}
		return s
	}
	s := suite.Suite{Name: "test", Workloads: []suite.Workload{{Name: "w", Clients: 1, Keys: 1, Operations: 1}}}
	s.Stores = []suite.Store{store("log", history.Consensus), store("files", history.Blob)}
	for i := range s.Stores {
		for _, r := range relax {
			if strings.Contains("stale-head truncate-count", string(r)) == (i == 0) {
				s.Stores[i].Relax = append(s.Stores[i].Relax, r)
			}
		}
	}
	return s
}

// runs are valid runs of everything in s, with every side of each clause seen.
func runs(s suite.Suite) []certificate.Run {
	var all []certificate.Run
	for _, cell := range s.Cells() {
		store := s.Store(cell.Store)
		exercised := coverage.None(store.Object)
		for i := range exercised {
			exercised[i].Times = 3
		}
		run := certificate.NewRun(cell, results.Run{Relaxations: store.Relax, Started: made}, results.Result{Verdict: checker.Valid, Object: store.Object, Store: store.URL, Operations: 1000}, exercised)
		run.Dir = "runs/" + run.ID + "/now"
		run.Files = map[string]string{"history.jsonl.zst": "abc", "proof.json": "def"}
		all = append(all, run)
	}
	return all
}

func standings(c *certificate.Certificate) string {
	var all []string
	for _, s := range c.Stores {
		for _, clause := range s.Clauses {
			all = append(all, fmt.Sprintf("%s %s", clause.Name, clause.Standing))
		}
	}
	return strings.Join(all, ", ")
}

func unseen(r *certificate.Run, clause string) {
	for i := range r.Exercised {
		if r.Exercised[i].Clause == clause {
			r.Exercised[i].Times = 0
			return
		}
	}
}

func breaks(r *certificate.Run, clause string) {
	r.Verdict = checker.Invalid
	r.Violations = []certificate.Violation{{Clause: clause, Keys: 2, Explanation: "key " + evil}}
}

func TestWhatRunsSayOfClauses(t *testing.T) {
	stale := []location.Relaxation{location.RelaxStaleHead}
	for _, c := range []struct {
		name      string
		relax     []location.Relaxation
		change    func(runs []certificate.Run) []certificate.Run
		standings string // among others
		verdict   checker.Verdict
		statement string
	}{
		{"all valid", nil, nil, "C1 strict, C2 strict, C3 strict, C4 strict, C6 strict, C7 strict, C8 strict, C9 strict, B1 strict, B2 strict, B3 strict, B4 strict, B5 strict", checker.Valid, "strictly linearizable"},
		{"all valid under a relaxation", stale, nil, "C1 relaxed, C2 strict, C3 strict, C4 strict, C6 relaxed, C7 relaxed, C8 strict, C9 strict, B1 strict", checker.Valid, "linearizable, relaxed"},
		{"other relaxations bear on other clauses", []location.Relaxation{location.RelaxTruncateCount, location.RelaxDeleteSize, location.RelaxNoRestore}, nil,
			"C6 strict, C7 strict, C8 relaxed, C9 strict, B1 strict, B2 strict, B3 relaxed, B4 strict, B5 relaxed", checker.Valid, "linearizable, relaxed"},
		{"one run breaks a clause", nil, func(rs []certificate.Run) []certificate.Run { breaks(&rs[0], "C6"); return rs },
			"C4 open, C6 broken, C7 open, C8 open, C9 open, B1 strict", checker.Invalid, "contract broken"},
		{"a relaxed clause is broken", stale, func(rs []certificate.Run) []certificate.Run { breaks(&rs[2], "C6"); return rs }, "C6 broken", checker.Invalid, "contract broken"},
		{"nobody put a clause to the test", nil, func(rs []certificate.Run) []certificate.Run {
			for i := range rs {
				unseen(&rs[i], "B5")
			}
			return rs
		}, "B4 strict, B5 untested", checker.Insufficient, "not certified"},
		{"one run did not, another did", nil, func(rs []certificate.Run) []certificate.Run { unseen(&rs[1], "B5"); return rs }, "B5 strict", checker.Valid, "strictly linearizable"},
		{"a run could not be carried out", nil, func(rs []certificate.Run) []certificate.Run {
			rs[0].Verdict, rs[0].Reason = results.NotRun, "out of reach"
			return rs
		}, "C9 open, B1 strict", results.NotRun, "not certified"},
		{"undecided and invalid", nil, func(rs []certificate.Run) []certificate.Run {
			rs[0].Verdict = checker.Undecided
			breaks(&rs[2], "C2")
			return rs
		}, "C2 broken", checker.Invalid, "contract broken"},
		{"a run is left", nil, func(rs []certificate.Run) []certificate.Run { return rs[1:] }, "C1 open, C2 open, C3 open", checker.Insufficient, "not certified"},
	} {
		s := demanded(c.relax...)
		all := runs(s)
		if c.change != nil {
			all = c.change(all)
		}
		got := certificate.New(s, suite.Shard{}, all, made)
		if !strings.Contains(standings(got), c.standings) || got.Verdict != c.verdict || got.Statement != c.statement {
			t.Errorf("%s: %s, %q, %s\nwant %s, %q, %s", c.name, got.Verdict, got.Statement, standings(got), c.verdict, c.statement, c.standings)
		}
		if (got.Verdict == checker.Valid) != (len(got.Reasons) == 0) {
			t.Errorf("%s: %s, reasons %q", c.name, got.Verdict, got.Reasons)
		}
	}
}

func TestWhatIsNotDemandedMayStayUntested(t *testing.T) {
	s := demanded()
	s.Stores[1].Demand = []string{"B1"}
	all := runs(s)
	for i := range all {
		unseen(&all[i], "B5")
	}
	c := certificate.New(s, suite.Shard{}, all, made)
	if c.Verdict != checker.Valid || !strings.Contains(standings(c), "B5 untested") || c.Statement != "strictly linearizable" {
		t.Errorf("%s, %s, %s", c.Verdict, c.Statement, standings(c))
	}
}

func TestAShareIsJudgedByItsRunsAlone(t *testing.T) {
	s := demanded()
	shard := suite.Shard{Index: 0, Count: 4} // of which each has one run
	c := certificate.New(s, shard, runs(s), made)
	if len(c.Runs) != 1 || len(c.Left) != 0 || c.Verdict != checker.Valid || c.Statement != "valid share" {
		t.Errorf("%d runs, %v left, %s, %s", len(c.Runs), c.Left, c.Verdict, c.Statement)
	}
	if c = certificate.New(s, shard, nil, made); len(c.Left) != 1 || c.Verdict != checker.Insufficient {
		t.Errorf("%v left, %s", c.Left, c.Verdict)
	}
}

func TestEachRelaxationBearsOnAClause(t *testing.T) {
	for _, r := range location.AllRelaxations() {
		s := demanded(r)
		if c := certificate.New(s, suite.Shard{}, runs(s), made); !strings.Contains(standings(c), "relaxed") {
			t.Errorf("%s bears on no clause: a certificate would not tell of it", r)
		}
	}
}
