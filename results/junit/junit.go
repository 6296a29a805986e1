// Package junit tells what a run found as JUnit XML, the form that job pages of build
// servers show as tests.
package junit

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/results"
)

// File is the file that Save writes.
const File = "junit.xml"

// maxTold is how many violations of a clause are told with it.
const maxTold = 5

// Write writes a test suite for each run: one test for the workload, and one for each
// clause of the contract that its history can show to be broken. What did not come to a
// verdict is an error, and its clauses are skipped unless they were seen broken.
func Write(w io.Writer, run results.Run, all ...results.Result) error {
	var suites []Suite
	for _, r := range all {
		suites = append(suites, newSuite(run, r))
	}
	return Encode(w, suites...)
}

// Save writes junit.xml into a run directory.
func Save(dir string, run results.Run, r results.Result) error {
	var b strings.Builder
	if err := Write(&b, run, r); err != nil {
		return fmt.Errorf("write %s: %w", File, err)
	}
	if err := os.WriteFile(filepath.Join(dir, File), []byte(b.String()), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", File, err)
	}
	return nil
}

func newSuite(run results.Run, r results.Result) Suite {
	name := "assay " + string(r.Object)
	if r.Store != "" {
		name += " " + r.Store
	}
	s := NewSuite(name, r.RunSeconds+r.CheckSeconds, run.Started)
	s.Property("verdict", string(r.Verdict))
	s.Property("operations", strconv.Itoa(r.Operations))
	s.Property("relaxations", r.Relaxations.String())
	s.Property("faults", strings.Join(r.Faults, ","))
	if r.Seed != nil {
		s.Property("seed", strconv.FormatUint(*r.Seed, 10))
	}
	s.Property("directory", r.Dir)
	s.Property("run again", run.Command)
	s.Add(workload(r))
	for _, c := range clausesOf(r) {
		s.Add(clause(r, c))
	}
	return s
}

// workload tells whether the run came to a verdict that means something.
func workload(r results.Result) Case {
	c := Case{Class: class(r), Name: "the workload puts the store to the test", Seconds: Seconds(r.RunSeconds)}
	switch r.Verdict {
	case checker.Valid, checker.Invalid:
	case checker.Undecided:
		var text strings.Builder
		for _, u := range r.Undecided {
			fmt.Fprintf(&text, "key %q: %s\n", u.Key, u.Reason)
		}
		c.Error = &Problem{fmt.Sprintf("undecided, on this many keys: %d. %s", len(r.Undecided), r.Reason), text.String()}
	default:
		c.Error = &Problem{string(r.Verdict), r.Reason}
	}
	return c
}

// clausesOf returns the clauses that are tested, and any other that was seen broken.
func clausesOf(r results.Result) []results.Clause {
	clauses := results.Clauses(r.Object)
	known := map[string]bool{}
	for _, c := range clauses {
		known[c.Name] = true
	}
	for _, v := range r.Violations {
		if !known[v.Clause] {
			known[v.Clause] = true
			clauses = append(clauses, results.Clause{Name: v.Clause, Text: "see the contract"})
		}
	}
	return clauses
}

func clause(r results.Result, clause results.Clause) Case {
	c := Case{Class: class(r), Name: clause.Name + " " + clause.Text, Seconds: Seconds(0)}
	var text strings.Builder
	broken := 0
	for _, v := range r.Violations {
		if v.Clause != clause.Name {
			continue
		}
		if broken++; broken <= maxTold {
			fmt.Fprintf(&text, "%s\n\n%s\n", v.Explanation, v.Argument)
		}
	}
	switch {
	case broken > 0:
		fmt.Fprintf(&text, "See again: %s\n", r.CheckCommand())
		c.Failure = &Problem{fmt.Sprintf("%s is broken, on this many keys: %d", clause.Name, broken), text.String()}
	case r.Verdict != checker.Valid && r.Verdict != checker.Invalid:
		c.Skipped = &Problem{Message: "the run is " + string(r.Verdict)}
	}
	return c
}

func class(r results.Result) string { return "assay." + string(r.Object) }
