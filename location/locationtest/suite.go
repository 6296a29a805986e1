package locationtest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"
)

// patience bounds one check, so that a store that hangs fails the check it hangs in.
const patience = 2 * time.Minute

// A check asserts one promise. P is the probe through which it sees the store.
type check[P any] struct {
	clause  string // such as C2
	promise string // what has to hold
	run     func(P)
}

// A Failure is one promise that a store broke.
type Failure struct {
	Clause string // such as C2
	Check  string // the sentence of the check that noticed
	Err    error  // what was seen, and what should have been
}

func (f Failure) String() string { return fmt.Sprintf("%s %s: %v", f.Clause, f.Check, f.Err) }

// A variant is one way to reach the store. The whole suite runs in each of them.
type variant struct {
	name    string
	prefix  string // of every key
	handles int    // that the operations are spread over
}

func plain() variant { return variant{name: "plain", handles: 1} }

func variants() []variant {
	return []variant{
		plain(),
		{name: "prefixed", handles: 1, prefix: "some/prefix/"},
		{name: "twice", handles: 2},
	}
}

// A suite is the checks of one object and how their probes are made.
type suite[P any] struct {
	checks []check[P]
	probe  func(t testing.TB, base *probe) P
}

// test runs every check as a parallel subtest in each variant.
func (s suite[P]) test(t *testing.T, base probe) {
	for _, v := range variants() {
		t.Run(v.name, func(t *testing.T) {
			for i, c := range s.checks {
				t.Run(c.clause+" "+c.promise, func(t *testing.T) {
					t.Parallel()
					for _, f := range s.run(t, base, v, i) {
						t.Errorf("%s: %v", f.Clause, f.Err)
					}
				})
			}
		})
	}
}

// failures runs every check in the plain variant, one after the other.
func (s suite[P]) failures(t testing.TB, base probe) []Failure {
	var all []Failure
	for i := range s.checks {
		all = append(all, s.run(t, base, plain(), i)...)
	}
	return all
}

// run gives check i places of its own, so that no check sees another's keys.
func (s suite[P]) run(t testing.TB, base probe, v variant, i int) []Failure {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	p := &base
	p.ctx, p.variant, p.place = ctx, v, fmt.Sprintf("%s%02d", v.name, i)
	p.errors, p.rivals = &witness{}, &atomic.Int32{}
	c := s.checks[i]
	var all []Failure
	if err := attempt(func() { c.run(s.probe(t, p)) }); err != nil {
		all = append(all, Failure{c.clause, c.promise, err})
	}
	if err := p.errors.verdict(); err != nil {
		all = append(all, Failure{"E1", c.promise, err})
	}
	return all
}

// join concatenates the groups of checks that the files of this package hold.
func join[P any](groups ...[]check[P]) []check[P] {
	var all []check[P]
	for _, group := range groups {
		all = append(all, group...)
	}
	return all
}
