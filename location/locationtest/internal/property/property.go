package property

import (
	"context"
	"hash/fnv"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/explain"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest/internal/schedule"
)

// OpenConsensus opens a handle on a place.
type OpenConsensus = func(t testing.TB, place string) location.Consensus

// OpenBlob opens a handle on a place.
type OpenBlob = func(t testing.TB, place string) location.Blob

// Consensus tests a Consensus.
func Consensus(t *testing.T, open OpenConsensus, o Options) {
	t.Helper()
	newProperty(t, consensusObject(open), o).check(t)
}

// Blob tests a Blob.
func Blob(t *testing.T, open OpenBlob, o Options) {
	t.Helper()
	newProperty(t, blobObject(open), o).check(t)
}

// A property is that all programs' histories are linearizable.
type property struct {
	t       *testing.T
	object  object
	options *Options
	deck    *deck
	place   string // what the names of all places begin with
	start   time.Time
	grace   time.Duration // that goroutines have to end, in real time
	tally   tally
	checker *checker.Checker
	spare   *memory // of an earlier run; nil when there is none

	// Once a case has failed, it has; no other is run any more.
	failed *failure
	seed   seed // of the case that failed
}

// A testCase is a program and how it is interleaved.
type testCase struct {
	program    program
	interleave interleaving
}

func newProperty(t *testing.T, object object, o Options) *property {
	p := &property{t: t, object: object, options: &o, start: time.Now(), grace: longGrace, place: placeOf(t)}
	p.checker = checker.NewChecker(checker.Options{
		Relax: o.Relax, Workers: 1, Budget: checker.Budget{Time: budget}, Clock: explain.Steps,
	})
	p.deck = newDeck(object.name, &o, p.declared())
	return p
}

// placeOf begins the names of places that other tests, which may run beside, do not have.
func placeOf(t *testing.T) string {
	sum := fnv.New32a()
	sum.Write([]byte(t.Name()))
	return "p" + strconv.FormatUint(uint64(sum.Sum32()), 36) + "x"
}

// declared are the capabilities that the store declares.
func (p *property) declared() (limits location.Capabilities) {
	place := p.place + "0"
	left := p.within(place, func(t testing.TB) { limits = p.object.open(t, place, nil).declared() })
	if left != "" {
		p.t.Fatalf("%s although a handle was only opened and closed:\n\n%s", leftBehind, left)
	}
	return limits
}

// check has rapid look for a failure. Rapid draws a seed for each check, and the programs
// are drawn from that: they are made smaller here, by those who know what is in them.
func (p *property) check(t rapid.TB) {
	t.Helper()
	seeds := rapid.Custom(func(t *rapid.T) seed {
		return seed{rapid.Uint64().Draw(t, "a"), rapid.Uint64().Draw(t, "b")}
	})
	ended := make(chan struct{})
	// Rapid does as many checks as it was told to, unless its goroutine ends.
	go func() {
		defer close(ended)
		rapid.Check(t, func(t *rapid.T) {
			first := seeds.Draw(t, "programs from")
			for n := range uint64(p.options.Cases) {
				if p.over() {
					runtime.Goexit()
				}
				if f := p.try(seed{first.a, first.b + n}); f != nil {
					t.Logf("%s\n\nTo run it again: %s\n", strings.TrimSpace(f.report()), again(p.t.Name()))
					t.Fatal(f.summary())
				}
			}
		})
	}()
	<-ended
	if t.Failed() {
		t.FailNow()
	}
	t.Log(p.tally.String())
}

// over reports whether no new program is to be begun: the time is up, or there is only a
// tenth left of the time that the test has, and of a few seconds.
func (p *property) over() bool {
	const enough = 5 * time.Second
	if p.failed != nil {
		return false
	}
	if p.options.Time > 0 && time.Since(p.start) > p.options.Time {
		return true
	}
	end, ok := p.t.Deadline()
	return ok && time.Until(end) < min(enough, end.Sub(p.start)/10)
}

// try runs the case of a seed; nil when nothing is wrong with it.
func (p *property) try(s seed) *failure {
	if p.failed != nil {
		if s == p.seed {
			return p.failed
		}
		return nil
	}
	c, _ := p.draw(s)
	f := p.run(c)
	if f != nil {
		p.seed, p.failed = s, p.shrink(f)
	}
	return f
}

// draw draws the case of a seed.
func (p *property) draw(s seed) (testCase, strategy) {
	d := s.dice()
	c := testCase{program: p.deck.program(d)}
	kind := one(d, []strategy{walk, walk, preemptions, pct})
	c.interleave = d.interleave(kind, c.program)
	return c, kind
}

// run runs a case for the first time.
func (p *property) run(c testCase) *failure {
	p.tally.programs++
	switch {
	case p.options.RealTime:
		return p.realTime(c.program, 1)
	case p.options.Bound > 0:
		all := p.explore(c.program, p.options.Bound, firstOnly)
		if all.cut {
			p.tally.cut++
		}
		return all.first
	}
	return p.scheduled(c)
}

// scheduled runs a case as it is interleaved. What fails has decisions to replay.
func (p *property) scheduled(c testCase) *failure {
	r := p.newRun(c.program)
	taken := r.taken.Record(c.interleave())
	f := p.judge(r, p.bubble(r, taken))
	if f != nil {
		f.decisions, f.turns = taken.Decisions, turns(taken.Tasks, len(c.program.clients))
		f.testCase = testCase{c.program, replay(taken.Decisions)}
	}
	return f
}

// bubble runs a case where time is virtual. It returns the stacks of the goroutines that
// are left behind.
func (p *property) bubble(r *run, strategy schedule.Strategy) (left string) {
	return p.within(r.place, func(t testing.TB) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		stalled := func() {
			p.tally.stalled++
			cancel()
		}
		r.carryOut(ctx, t, schedule.New(strategy, stalled))
	})
}

// newRun makes a run on a place that no other has.
func (p *property) newRun(program program) *run {
	p.tally.runs++
	m := p.spare
	if m == nil {
		m = new(memory)
	}
	p.spare = nil
	return &run{
		object: p.object, place: p.place + strconv.Itoa(p.tally.runs), program: program, orderOnly: p.options.OrderOnly,
		memory: m.cleared(),
	}
}
