package property

import (
	"pgregory.net/rapid"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest/internal/schedule"
	"github.com/assay-dev/assay/workload/history"
)

// A testCase is a program and how it is interleaved: nil where that is not drawn.
type testCase struct {
	program  program
	strategy func() schedule.Strategy // for one run
}

// GoString is what rapid prints of what it drew.
func (c testCase) GoString() string {
	text := "a program\n" + c.program.String()
	if c.strategy != nil {
		text += "interleaved by " + c.strategy().(interface{ String() string }).String()
	}
	return text
}

// keyNames are confusable: one is a prefix of most others.
func keyNames() [MaxKeys]string { return [...]string{"k", "k/a", "kb", "K", "k/b"} }

// generators draw programs. Shrinking goes towards what comes first in a list.
type generators struct {
	requests *rapid.Generator[request]
	clients  *rapid.Generator[[][]request]
	kinds    *rapid.Generator[string]
	options  *Options
	fates    *rapid.Generator[fate]
	expected *rapid.Generator[expectation]
	bounds   *rapid.Generator[bound]
	limits   *rapid.Generator[int64]
	sizes    *rapid.Generator[int]
	keys     *rapid.Generator[int]
	steps    *rapid.Generator[int]
	prefixes *rapid.Generator[int]
	cases    *rapid.Generator[testCase]
}

func newGenerators(object history.Object, o *Options) *generators {
	names := keyNames()
	g := &generators{
		options:  o,
		kinds:    rapid.SampledFrom(often([]weight[string]{{5, "get"}, {7, "set"}, {4, "delete"}, {2, "restore"}, {1, "list"}})),
		fates:    rapid.SampledFrom(often([]weight[fate]{{24, fine}, {1, refused}, {1, vanished}, {2, untold}, {2, late}})),
		expected: rapid.SampledFrom(often([]weight[expectation]{{8, expectSeen}, {3, expectNone}, {2, expectAttempt}, {1, expectBelow}, {1, expectAbove}, {1, expectBackward}, {1, expectBeyond}})),
		bounds:   rapid.SampledFrom(often([]weight[bound]{{3, boundSeen}, {2, boundZero}, {2, boundBelow}, {2, boundAbove}})),
		limits:   rapid.SampledFrom(often([]weight[int64]{{6, location.ScanAll}, {2, 1}, {2, 2}, {1, 0}})),
		sizes:    rapid.SampledFrom(often([]weight[int]{{12, sizeSmall}, {2, sizeEmpty}, {1, sizeLarge}})),
		keys:     rapid.IntRange(0, o.Keys-1),
		steps:    rapid.IntRange(1, 3),
		prefixes: rapid.IntRange(0, len(names[1])),
	}
	draw := g.blob
	if object == history.Consensus {
		draw = g.consensus
		g.kinds = rapid.SampledFrom(often([]weight[string]{{4, "head"}, {9, "compare_and_set"}, {4, "scan"}, {3, "truncate"}, {1, "list_keys"}}))
	}
	g.requests = rapid.Custom(func(t *rapid.T) request {
		r := request{op: g.kinds.Draw(t, ""), key: g.keys.Draw(t, "")}
		draw(t, &r)
		if o.Faults {
			r.fate = g.fates.Draw(t, "")
		}
		return r
	})
	g.clients = rapid.SliceOfN(rapid.SliceOfN(g.requests, 0, o.Operations), 1, o.Clients)
	g.cases = rapid.Custom(g.testCase)
	return g
}

// A weight says how many times as often a value is drawn.
type weight[T any] struct {
	times int
	value T
}

// often lists each value as many times as its weight says.
func often[T any](weights []weight[T]) (list []T) {
	for _, w := range weights {
		for range w.times {
			list = append(list, w.value)
		}
	}
	return list
}

func (g *generators) consensus(t *rapid.T, r *request) {
	switch r.op {
	case "compare_and_set":
		r.expect, r.by = g.expected.Draw(t, ""), location.SeqNo(g.steps.Draw(t, ""))
		r.size = g.sizes.Draw(t, "")
	case "scan":
		r.from, r.by = g.bounds.Draw(t, ""), location.SeqNo(g.steps.Draw(t, ""))
		r.limit = g.limits.Draw(t, "")
	case "truncate":
		r.from, r.by = g.bounds.Draw(t, ""), location.SeqNo(g.steps.Draw(t, ""))
	}
}

func (g *generators) blob(t *rapid.T, r *request) {
	switch r.op {
	case "set":
		r.size = g.sizes.Draw(t, "")
	case "list":
		r.prefix = min(g.prefixes.Draw(t, ""), len(keyNames()[r.key]))
	}
}

func (g *generators) testCase(t *rapid.T) testCase {
	p := program{clients: g.clients.Draw(t, "")}
	p.settleEmpty()
	c := testCase{program: p}
	if g.options.drawsSchedules() {
		c.strategy = drawStrategy(t, p)
	}
	return c
}
