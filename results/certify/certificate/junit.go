package certificate

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/junit"
)

// JUnit returns a test suite for each store, with a test for each run and for each
// clause, the form that job pages of build servers show.
func (c *Certificate) JUnit() ([]byte, error) {
	var suites []junit.Suite
	for _, s := range c.Stores {
		suites = append(suites, c.suiteOf(s))
	}
	var b bytes.Buffer
	err := junit.Encode(&b, suites...)
	return b.Bytes(), err
}

func (c *Certificate) suiteOf(s Store) junit.Suite {
	var seconds float64
	var cases []junit.Case
	class := "assay." + s.Name
	for i := range c.Runs {
		if r := &c.Runs[i]; r.Store == s.Name {
			seconds += r.RunSeconds
			cases = append(cases, runCase(class, r))
		}
	}
	for _, id := range c.Left {
		if name, _, _ := strings.Cut(id, "."); name == s.Name {
			cases = append(cases, junit.Case{Class: class, Name: id, Seconds: junit.Seconds(0), Skipped: &junit.Problem{Message: "not run yet"}})
		}
	}
	suite := junit.NewSuite(fmt.Sprintf("assay certify %s: %s", c.Suite.Name, s.Name), seconds, c.Made)
	suite.Property("object", string(s.Object))
	suite.Property("store", s.URL)
	suite.Property("version", strings.Join(s.Version, ", "))
	suite.Property("relaxations", c.Suite.Store(s.Name).Relax.String())
	for _, one := range cases {
		suite.Add(one)
	}
	for _, clause := range s.Clauses {
		suite.Add(c.clauseCase(class, s, clause))
	}
	return suite
}

// runCase is the test of one run. What shows a violation fails; what came to no verdict
// that means something is an error.
func runCase(class string, r *Run) junit.Case {
	c := junit.Case{Class: class, Name: r.ID, Seconds: junit.Seconds(r.RunSeconds)}
	switch r.Verdict {
	case checker.Valid:
	case checker.Invalid:
		var text strings.Builder
		for _, v := range r.Violations {
			fmt.Fprintf(&text, "%s, on %s: %s\n", v.Clause, count(v.Keys, "key"), v.Explanation)
		}
		c.Failure = &junit.Problem{Message: string(r.Verdict) + because(r), Text: text.String()}
	default:
		c.Error = &junit.Problem{Message: string(r.Verdict) + because(r), Text: r.Reason}
	}
	return c
}

func (c *Certificate) clauseCase(class string, s Store, clause Clause) junit.Case {
	one := junit.Case{Class: class, Name: clause.Name + " " + results.ClauseText(s.Object, clause.Name), Seconds: junit.Seconds(0)}
	problem := &junit.Problem{Message: fmt.Sprintf("%s is %s: %s", clause.Name, clause.Standing, clause.Why)}
	switch clause.Standing {
	case Broken:
		problem.Message = fmt.Sprintf("%s is broken", clause.Name)
		problem.Text = clause.Why + "\nRuns: " + strings.Join(clause.Runs, ", ")
		one.Failure = problem
	case Untested:
		if clause.Demanded && c.Shard == nil {
			one.Error = problem
		} else {
			one.Skipped = problem
		}
	case Open:
		one.Skipped = problem
	}
	return one
}
