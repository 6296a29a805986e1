package certificate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify/coverage"
	"github.com/assay-dev/assay/results/certify/suite"
)

// New judges what the runs of a suite, or of a share of it, come to.
func New(s suite.Suite, shard suite.Shard, runs []Run, made time.Time) *Certificate {
	c := &Certificate{
		Format: Format, Suite: s, SuiteSum: s.Sum(), Made: made.UTC().Truncate(time.Second),
		Runs: []Run{}, Left: []string{}, Reasons: []string{}, Files: map[string]string{},
	}
	if !shard.Whole() {
		c.Shard = &shard
	}
	byID := map[string]Run{}
	for _, r := range runs {
		byID[r.ID] = r
	}
	for _, cell := range s.Share(shard) {
		if run, done := byID[cell.ID()]; done {
			c.Runs = append(c.Runs, run)
		} else {
			c.Left = append(c.Left, cell.ID())
		}
	}
	for i := range s.Stores {
		c.Stores = append(c.Stores, c.judge(&s.Stores[i]))
	}
	c.conclude()
	return c
}

// judge finds out how each clause stands with a store.
func (c *Certificate) judge(s *suite.Store) Store {
	found := Store{Name: s.Name, Object: s.Object, URL: s.URL, Version: []string{}}
	var own []Run
	exercised := coverage.None(s.Object)
	for _, r := range c.Runs {
		if r.Store != s.Name {
			continue
		}
		own = append(own, r)
		coverage.Add(exercised, r.Exercised)
		if r.Software != "" && !slices.Contains(found.Version, r.Software) {
			found.Version = append(found.Version, r.Software)
		}
	}
	left := 0
	for _, id := range c.Left {
		if store, _, _ := strings.Cut(id, "."); store == s.Name {
			left++
		}
	}
	for _, clause := range results.Clauses(s.Object) {
		found.Clauses = append(found.Clauses, standing(s, clause.Name, own, left, coverage.Clause(exercised, clause.Name)))
	}
	return found
}

// standing says how a clause stands with a store, by its runs and what is left of them.
// A run that is not valid shows nothing of the clauses that it does not name: on each key
// only one violation is told.
func standing(s *suite.Store, name string, runs []Run, left int, exercised []coverage.Facet) Clause {
	c := Clause{Name: name, Demanded: slices.Contains(s.Demand, name), Exercised: exercised, Runs: []string{}}
	var told string
	for _, r := range runs {
		if v := r.Breaks(name); v != nil {
			c.Runs = append(c.Runs, r.ID)
			told = v.Explanation
		}
	}
	if len(c.Runs) > 0 {
		c.Standing, c.Why = Broken, fmt.Sprintf("in %s of %s. %s", number(len(c.Runs)), count(len(runs), "run"), told)
		return c
	}
	bad := 0
	for _, r := range runs {
		c.Runs = append(c.Runs, r.ID)
		if r.Verdict != checker.Valid {
			bad++
		}
	}
	switch unseen := unseen(exercised); {
	case bad > 0:
		c.Standing, c.Why = Open, fmt.Sprintf("%s of %s not valid", number(bad), count(len(runs), "run"))
	case left > 0:
		c.Standing, c.Why = Open, count(left, "run")+" left"
	case len(unseen) > 0:
		c.Standing, c.Why = Untested, "never answered: "+strings.Join(unseen, ", ")
	default:
		c.Standing, c.Relaxations = Strict, bearing(s.Relax, name)
		if len(c.Relaxations) > 0 {
			c.Standing = Relaxed
		}
	}
	return c
}

// Breaks returns what the run shows of the clause being broken, nil when nothing.
func (r *Run) Breaks(clause string) *Violation {
	for i := range r.Violations {
		if r.Violations[i].Clause == clause {
			return &r.Violations[i]
		}
	}
	return nil
}

// unseen returns what was never answered.
func unseen(facets []coverage.Facet) []string {
	var names []string
	for _, f := range facets {
		if f.Times == 0 {
			names = append(names, f.What)
		}
	}
	return names
}

// bearing returns those of the relaxations that excuse answers about a clause.
func bearing(relax location.Relaxations, clause string) location.Relaxations {
	var found location.Relaxations
	for _, r := range relax {
		if slices.Contains(excused(r), clause) {
			found = append(found, r)
		}
	}
	return found
}

// excused returns the clauses of which a relaxation excuses answers. A head that is stale
// may also find nothing, which the checker counts under C1.
func excused(r location.Relaxation) []string {
	switch r {
	case location.RelaxDeleteSize:
		return []string{"B3"}
	case location.RelaxTruncateCount:
		return []string{"C8"}
	case location.RelaxStaleHead:
		return []string{"C1", "C6", "C7"}
	case location.RelaxNoRestore:
		return []string{"B5"}
	}
	return nil
}

// Statements, in two words.
const (
	StatementStrict  = "strictly linearizable"
	StatementRelaxed = "linearizable, relaxed"
	StatementBroken  = "contract broken"
	StatementShare   = "valid share" // of a matrix
	StatementNone    = "not certified"
)

// conclude draws the verdict from runs and clauses.
func (c *Certificate) conclude() {
	c.Verdict = checker.Valid
	for i := range c.Runs {
		if r := &c.Runs[i]; r.Verdict != checker.Valid {
			c.Verdict = worse(c.Verdict, r.Verdict)
			c.Reasons = append(c.Reasons, fmt.Sprintf("%v is %s%s", r.Cell, r.Verdict, because(r)))
		}
	}
	if len(c.Left) > 0 {
		c.lack("%s left of %d", count(len(c.Left), "run"), len(c.Left)+len(c.Runs))
	}
	c.Statement = StatementStrict
	for _, s := range c.Stores {
		for _, clause := range s.Clauses {
			c.weigh(s, clause)
		}
	}
	switch c.Verdict {
	case checker.Valid:
		if c.Shard != nil {
			c.Statement = StatementShare
		}
	case checker.Invalid:
		c.Statement = StatementBroken
	default:
		c.Statement = StatementNone
	}
}

// weigh counts one clause in. In a share not all that is demanded can be shown.
func (c *Certificate) weigh(s Store, clause Clause) {
	switch {
	case clause.Standing == Relaxed && c.Statement == StatementStrict:
		c.Statement = StatementRelaxed
	case clause.Standing == Untested && clause.Demanded && c.Shard == nil:
		c.lack("store %s: %s was not put to the test: %s", s.Name, clause.Name, clause.Why)
	}
}

func (c *Certificate) lack(format string, args ...any) {
	c.Verdict = worse(c.Verdict, checker.Insufficient)
	c.Reasons = append(c.Reasons, fmt.Sprintf(format, args...))
}

func because(r *Run) string {
	switch {
	case len(r.Violations) > 0:
		v := r.Violations[0]
		return fmt.Sprintf(": %s on %s", v.Clause, count(v.Keys, "key"))
	case r.Reason != "":
		return ": " + r.Reason
	}
	return ""
}

// worse returns the one of two verdicts that counts over several runs.
func worse(a, b checker.Verdict) checker.Verdict {
	order := []checker.Verdict{checker.Invalid, results.NotRun, checker.Undecided, checker.Insufficient, checker.Valid}
	return order[min(slices.Index(order, a), slices.Index(order, b))]
}

func number(n int) string { return results.Thousands(n) }

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return number(n) + " " + what + "s"
}
