// Package junit tells what a run found as JUnit XML, the form that job pages of build
// servers show as tests.
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/results"
)

// File is the file that Save writes.
const File = "junit.xml"

// maxTold is how many violations of a clause are told with it.
const maxTold = 5

type suites struct {
	XMLName xml.Name `xml:"testsuites"`
	Suites  []suite  `xml:"testsuite"`
}

type suite struct {
	Name       string     `xml:"name,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr"`
	Skipped    int        `xml:"skipped,attr"`
	Seconds    string     `xml:"time,attr"`
	Timestamp  string     `xml:"timestamp,attr,omitempty"`
	Properties []property `xml:"properties>property"`
	Cases      []testCase `xml:"testcase"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testCase struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	Seconds string   `xml:"time,attr"`
	Failure *problem `xml:"failure,omitempty"`
	Error   *problem `xml:"error,omitempty"`
	Skipped *problem `xml:"skipped,omitempty"`
}

type problem struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// Write writes a test suite for each run: one test for the workload, and one for each
// clause of the contract that its history can show to be broken. What did not come to a
// verdict is an error, and its clauses are skipped unless they were seen broken.
func Write(w io.Writer, run results.Run, all ...results.Result) error {
	var s suites
	for _, r := range all {
		s.Suites = append(s.Suites, newSuite(run, r))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
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

func newSuite(run results.Run, r results.Result) suite {
	s := suite{Name: "assay " + string(r.Object), Seconds: seconds(r.RunSeconds + r.CheckSeconds)}
	if r.Store != "" {
		s.Name += " " + r.Store
	}
	if !run.Started.IsZero() {
		s.Timestamp = run.Started.UTC().Format(time.RFC3339)
	}
	s.property("verdict", string(r.Verdict))
	s.property("operations", strconv.Itoa(r.Operations))
	s.property("relaxations", r.Relaxations.String())
	s.property("faults", strings.Join(r.Faults, ","))
	if r.Seed != nil {
		s.property("seed", strconv.FormatUint(*r.Seed, 10))
	}
	s.property("directory", r.Dir)
	s.property("run again", run.Command)
	s.add(workload(r))
	for _, c := range clausesOf(r) {
		s.add(clause(r, c))
	}
	return s
}

func (s *suite) property(name, value string) {
	if value != "" {
		s.Properties = append(s.Properties, property{name, value})
	}
}

func (s *suite) add(c testCase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// workload tells whether the run came to a verdict that means something.
func workload(r results.Result) testCase {
	c := testCase{Class: class(r), Name: "the workload puts the store to the test", Seconds: seconds(r.RunSeconds)}
	switch r.Verdict {
	case checker.Valid, checker.Invalid:
	case checker.Undecided:
		var text strings.Builder
		for _, u := range r.Undecided {
			fmt.Fprintf(&text, "key %q: %s\n", u.Key, u.Reason)
		}
		c.Error = &problem{fmt.Sprintf("undecided, on this many keys: %d. %s", len(r.Undecided), r.Reason), text.String()}
	default:
		c.Error = &problem{string(r.Verdict), r.Reason}
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

func clause(r results.Result, clause results.Clause) testCase {
	c := testCase{Class: class(r), Name: clause.Name + " " + clause.Text, Seconds: seconds(0)}
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
		c.Failure = &problem{fmt.Sprintf("%s is broken, on this many keys: %d", clause.Name, broken), text.String()}
	case r.Verdict != checker.Valid && r.Verdict != checker.Invalid:
		c.Skipped = &problem{Message: "the run is " + string(r.Verdict)}
	}
	return c
}

func class(r results.Result) string { return "assay." + string(r.Object) }

func seconds(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }
