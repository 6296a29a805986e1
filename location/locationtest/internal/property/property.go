package property

import (
	"context"
	"fmt"
	"hash/fnv"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest/internal/schedule"
	"github.com/assay-dev/assay/workload/history"
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

func consensusObject(open OpenConsensus) object {
	return object{
		name: history.Consensus,
		open: func(t testing.TB, place string, names []string) handle {
			return &consensusHandle{store: open(t, place), names: names}
		},
		last: func(keys int) []request {
			all := []request{{op: "list_keys"}}
			for key := range keys {
				all = append(all, request{op: "head", key: key}, request{op: "scan", key: key, from: boundZero, limit: location.ScanAll})
			}
			return all
		},
	}
}

func blobObject(open OpenBlob) object {
	return object{
		name: history.Blob,
		open: func(t testing.TB, place string, names []string) handle {
			return &blobHandle{store: open(t, place), names: names}
		},
		last: func(keys int) []request {
			all := []request{{op: "list"}}
			for key := range keys {
				all = append(all, request{op: "get", key: key})
			}
			return all
		},
	}
}

// A property is that all programs' histories are linearizable.
type property struct {
	t       *testing.T
	object  object
	options *Options
	failed  *failure // the last one, which is being made smaller
	place   string   // what the names of all places begin with
	start   time.Time
	found   time.Duration // after start
	tally   tally
}

func newProperty(t *testing.T, object object, o Options) *property {
	return &property{t: t, object: object, options: &o, start: time.Now(), place: placeOf(t)}
}

// placeOf begins the names of places that other tests, which may run beside, do not have.
func placeOf(t *testing.T) string {
	sum := fnv.New32a()
	sum.Write([]byte(t.Name()))
	return "p" + strconv.FormatUint(uint64(sum.Sum32()), 36) + "x"
}

// check has rapid look for a failure and make it small.
func (p *property) check(t rapid.TB) {
	t.Helper()
	cases := newGenerators(p.object.name, p.options).cases
	rapid.Check(t, func(t *rapid.T) {
		for i := 0; i < p.options.Cases && !p.over(); i++ {
			if f := p.try(cases.Draw(t, "")); f != nil {
				if p.failed == nil {
					p.found = time.Since(p.start)
				}
				p.failed = f
				t.Logf("%s\nTo run it again: %s\n", f.report(), again(p.t.Name()))
				t.Fatal(f.summary())
			}
		}
	})
	t.Log(p.tally.String())
}

// over reports whether no new program is to be begun.
func (p *property) over() bool {
	return p.failed == nil && p.options.Time > 0 && time.Since(p.start) > p.options.Time
}

// try runs a case; nil when nothing is wrong with it.
func (p *property) try(c testCase) *failure {
	p.tally.programs++
	switch {
	case p.options.RealTime:
		return p.tryInRealTime(c)
	case p.options.Bound > 0:
		return p.explore(c)
	}
	return p.scheduled(c)
}

// explore tries every interleaving up to the bound.
func (p *property) explore(c testCase) *failure {
	e := new(schedule.Explorer)
	for e.Another() {
		if e.Runs() > p.options.Bound {
			p.tally.cut++
			break
		}
		if f := p.scheduled(testCase{c.program, func() schedule.Strategy { return e }}); f != nil {
			f.interleaving = e.Runs()
			return f
		}
	}
	return nil
}

// scheduled runs a case as it is interleaved.
func (p *property) scheduled(c testCase) *failure {
	r := p.newRun(c.program)
	return p.judge(c.program, r, p.bubble(r, c))
}

// bubble runs a case where time is virtual and all that is left over fails the test.
func (p *property) bubble(r *run, c testCase) (h *history.History) {
	synctest.Test(p.t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		strategy := schedule.Strategy(schedule.Walk(r.turn))
		if c.strategy != nil {
			strategy = c.strategy()
		}
		h = r.carryOut(ctx, t, schedule.New(strategy, cancel), c.program)
	})
	return h
}

// newRun makes a run on a place that no other has.
func (p *property) newRun(program program) *run {
	p.tally.runs++
	return &run{
		object: p.object, place: p.place + strconv.Itoa(p.tally.runs), clients: len(program.clients),
	}
}

// budget bounds the searches for one program. Few need any, and there is always another
// program.
const budget = time.Second

// judge checks a history.
func (p *property) judge(program program, r *run, h *history.History) *failure {
	p.tally.operations += len(h.Operations)
	if r.unclassed != nil {
		return &failure{program: program, history: h, unclassed: r.unclassed}
	}
	result, err := checker.Check(context.Background(), h, checker.Options{
		Relax: p.options.Relax, Workers: 1, Budget: checker.Budget{Time: budget},
	})
	switch {
	case err != nil:
		p.t.Fatalf("the recording is at fault, not the store: %v", err)
	case result.Verdict == checker.Undecided:
		p.tally.undecided++
	case result.Verdict == checker.Invalid:
		return &failure{program: program, history: h, violation: &result.Violations[0]}
	}
	return nil
}

// A tally counts what has been done.
type tally struct{ programs, runs, operations, undecided, cut int }

func (n tally) String() string {
	text := fmt.Sprintf("%d programs, %d interleavings, %d operations", n.programs, n.runs, n.operations)
	if n.cut > 0 {
		text += fmt.Sprintf("; %d programs have more interleavings than the bound", n.cut)
	}
	if n.undecided > 0 {
		text += fmt.Sprintf("; %d histories could not be decided", n.undecided)
	}
	return text
}
