package property

import (
	"context"
	"fmt"
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
	linearizable(t, consensusObject(open), &o)
}

// Blob tests a Blob.
func Blob(t *testing.T, open OpenBlob, o Options) {
	t.Helper()
	linearizable(t, blobObject(open), &o)
}

func consensusObject(open OpenConsensus) object {
	return object{
		name: history.Consensus,
		open: func(t testing.TB, place string) handle { return &consensusHandle{store: open(t, place)} },
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
		open: func(t testing.TB, place string) handle { return &blobHandle{store: open(t, place)} },
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
	end     time.Time // of the time for new programs; zero when there is no such
	failed  bool      // and is being made smaller
	tally   tally
}

func linearizable(t *testing.T, object object, o *Options) {
	t.Helper()
	p := &property{t: t, object: object, options: o}
	if o.Time > 0 {
		p.end = time.Now().Add(o.Time)
	}
	cases := newGenerators(object.name, o).cases
	rapid.Check(t, func(t *rapid.T) {
		for i := 0; i < o.Cases && !p.over(); i++ {
			if f := p.try(cases.Draw(t, "")); f != nil {
				p.failed = true
				t.Log(f.report())
				t.Fatal(f.summary())
			}
		}
	})
	t.Log(p.tally.String())
}

// over reports whether no new program is to be begun.
func (p *property) over() bool {
	return !p.failed && !p.end.IsZero() && time.Now().After(p.end)
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
	return p.scheduled(c.program, c.strategy())
}

// explore tries every interleaving up to the bound.
func (p *property) explore(c testCase) *failure {
	e := new(schedule.Explorer)
	for e.Another() {
		if e.Runs() > p.options.Bound {
			p.tally.cut++
			break
		}
		if f := p.scheduled(c.program, e); f != nil {
			f.interleaving = e.Runs()
			return f
		}
	}
	return nil
}

// scheduled runs a program in a bubble, interleaved by the strategy.
func (p *property) scheduled(program program, strategy schedule.Strategy) *failure {
	var h *history.History
	var r *run
	synctest.Test(p.t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		r = p.newRun(ctx, t, schedule.New(strategy, cancel), program)
		h = r.carryOut(program, p.options.Keys)
	})
	return p.judge(program, r, h)
}

// newRun opens a place that no other run has.
func (p *property) newRun(ctx context.Context, t testing.TB, host host, program program) *run {
	p.tally.runs++
	place := fmt.Sprintf("p%d", p.tally.runs)
	return &run{
		ctx: ctx, host: host, object: p.object, clients: len(program.clients),
		open: func() handle { return p.object.open(t, place) },
	}
}

// judge checks a history.
func (p *property) judge(program program, r *run, h *history.History) *failure {
	p.tally.operations += len(h.Operations)
	if r.unclassed != nil {
		return &failure{program: program, history: h, unclassed: r.unclassed}
	}
	result, err := checker.Check(context.Background(), h, checker.Options{Relax: p.options.Relax, Workers: 1})
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
