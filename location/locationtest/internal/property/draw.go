package property

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest/internal/schedule"
	"github.com/assay-dev/assay/workload/history"
)

// A testCase is a program and how it is interleaved.
type testCase struct {
	program program
	// strategy makes that of one run; nil for a walk by the requests' own turns.
	strategy func() schedule.Strategy
}

// GoString is what rapid prints of what it drew.
func (c testCase) GoString() string {
	text := "a program\n" + c.program.String()
	if c.strategy != nil {
		text += "interleaved by " + c.strategy().(interface{ String() string }).String()
	}
	return text
}

// A length is how long a program's clients work. Most bugs show in short programs, and
// those are quickly made smaller; some come once in a while, and need long ones.
type length int

const (
	short length = iota
	usual
	long
	lengths
)

// longer is how many times longer than usual a long program can be.
const longer = 5

// generators draw programs. Shrinking goes towards what comes first in a list.
type generators struct {
	strategy *rapid.Generator[int]
	lengths  *rapid.Generator[length]
	// clients are their requests, without turns or with them.
	clients  [lengths][2]*rapid.Generator[[][]request]
	kinds    *rapid.Generator[string]
	options  *Options
	fates    *rapid.Generator[fate]
	expected *rapid.Generator[expectation]
	bounds   *rapid.Generator[bound]
	limits   *rapid.Generator[int64]
	sizes    *rapid.Generator[int]
	names    *rapid.Generator[[]string]
	keys     *rapid.Generator[int]
	steps    *rapid.Generator[int]
	prefixes *rapid.Generator[int]
	turns    *rapid.Generator[[]int]
	cases    *rapid.Generator[testCase]
}

func newGenerators(object history.Object, o *Options) *generators {
	g := &generators{
		options:  o,
		kinds:    rapid.SampledFrom(often([]weight[string]{{5, "get"}, {7, "set"}, {4, "delete"}, {2, "restore"}, {1, "list"}})),
		fates:    rapid.SampledFrom(often([]weight[fate]{{24, fine}, {1, refused}, {1, vanished}, {2, untold}, {2, late}})),
		expected: rapid.SampledFrom(often([]weight[expectation]{{16, expectSeen}, {3, expectNone}, {2, expectAttempt}, {1, expectBelow}, {1, expectAbove}, {1, expectBackward}, {1, expectBeyond}})),
		bounds:   rapid.SampledFrom(often([]weight[bound]{{3, boundSeen}, {4, boundZero}, {2, boundBelow}, {2, boundAbove}})),
		limits:   rapid.SampledFrom(often([]weight[int64]{{6, location.ScanAll}, {2, 1}, {2, 2}, {1, 0}})),
		sizes:    rapid.SampledFrom(often([]weight[int]{{12, sizeSmall}, {2, sizeEmpty}, {1, sizeLarge}})),
		names:    rapid.SampledFrom(nameSets()),
		keys:     rapid.IntRange(0, o.Keys-1),
		steps:    rapid.IntRange(1, 3),
		turns:    rapid.SliceOfN(rapid.IntRange(0, o.Clients), 0, 4),
		lengths:  rapid.SampledFrom(often([]weight[length]{{10, short}, {9, usual}, {1, long}})),
		strategy: rapid.IntRange(0, strategies-1),
		prefixes: rapid.IntRange(0, 8),
	}
	draw := g.blob
	if object == history.Consensus {
		draw = g.consensus
		g.kinds = rapid.SampledFrom(often([]weight[string]{{4, "head"}, {10, "compare_and_set"}, {5, "scan"}, {2, "truncate"}, {1, "list_keys"}}))
	}
	for l := range lengths {
		g.clients[l] = [2]*rapid.Generator[[][]request]{g.clientsOf(draw, l, false), g.clientsOf(draw, l, true)}
	}
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
		r.prefix = g.prefixes.Draw(t, "")
	}
}

// clientsOf returns a generator of all clients' requests. Rapid's slices are short, so
// that a client's requests are joined from several.
func (g *generators) clientsOf(draw func(*rapid.T, *request), l length, walks bool) *rapid.Generator[[][]request] {
	block := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) request {
		r := request{op: g.kinds.Draw(t, ""), key: g.keys.Draw(t, "")}
		draw(t, &r)
		if g.options.Faults {
			r.fate = g.fates.Draw(t, "")
		}
		if walks {
			r.turns = g.turns.Draw(t, "")
		}
		return r
	}), 0, 8)
	blocks, most := rapid.SliceOfN(block, 0, 10), g.options.Operations
	switch l {
	case short:
		blocks = rapid.SliceOfN(block, 1, 1)
	case long:
		blocks, most = rapid.SliceOfN(block, 15, 60), longer*most
	}
	return rapid.SliceOfN(rapid.Map(blocks, func(blocks [][]request) []request {
		all := slices.Concat(blocks...)
		return all[:min(len(all), most)]
	}), 1, g.options.Clients)
}

func (g *generators) testCase(t *rapid.T) (c testCase) {
	c.program.names = g.names.Draw(t, "")[:g.options.Keys]
	drawn := g.options.drawsSchedules()
	kind := walk
	if drawn {
		kind = g.strategy.Draw(t, "")
	}
	walks, l := 0, short
	if drawn && kind == walk {
		walks = 1
	}
	if g.options.Bound == 0 {
		l = g.lengths.Draw(t, "")
	}
	c.program.clients = g.clients[l][walks].Draw(t, "")
	c.program.settleEmpty()
	if drawn && kind != walk {
		c.strategy = drawStrategy(t, kind, c.program)
	}
	return c
}
