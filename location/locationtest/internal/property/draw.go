package property

import (
	"math/rand/v2"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A seed decides everything about a case.
type seed struct{ a, b uint64 }

// dice are thrown to draw a program.
type dice struct{ *rand.Rand }

func (s seed) dice() dice { return dice{rand.New(rand.NewPCG(s.a, s.b))} }

// oneIn is true once in n times.
func (d dice) oneIn(n int) bool { return d.IntN(n) == 0 }

// A weight says how many times as often a value is drawn.
type weight[T any] struct {
	times int
	value T
}

// often lists each value as many times as its weight says.
func often[T any](weights ...weight[T]) (list []T) {
	for _, w := range weights {
		for range w.times {
			list = append(list, w.value)
		}
	}
	return list
}

// one returns one of a list.
func one[T any](d dice, list []T) T { return list[d.IntN(len(list))] }

// A deck is what programs are drawn from.
type deck struct {
	options  *Options
	limits   location.Capabilities
	names    [][]string
	writes   string           // the operation that no program does without
	kinds    []weight[string] // the others
	fates    []fate
	ends     []fate // of calls that are given up
	expected []expectation
	odd      []expectation
	bounds   []bound
	limited  []int64
	sizes    []size
	oddSizes []size
	// draw settles the arguments of a request.
	draw func(d dice, r *request, odd bool)
}

func newDeck(object history.Object, o *Options, limits location.Capabilities) *deck {
	k := &deck{
		options: o, limits: limits, names: nameSets(limits),
		fates:    often(weight[fate]{1, refused}, weight[fate]{1, vanished}, weight[fate]{2, untold}, weight[fate]{2, late}),
		ends:     []fate{givenUp, givenUp, cancelled, expired},
		expected: often(weight[expectation]{10, expectSeen}, weight[expectation]{2, expectNone}, weight[expectation]{1, expectAttempt}),
		odd:      []expectation{expectNone, expectAttempt, expectBelow, expectAbove, expectLeap, expectLeap, expectBackward, expectBeyond},
		bounds:   often(weight[bound]{3, boundSeen}, weight[bound]{4, boundZero}, weight[bound]{2, boundBelow}, weight[bound]{1, boundAbove}),
		limited:  often(weight[int64]{6, location.ScanAll}, weight[int64]{2, 1}, weight[int64]{2, 2}, weight[int64]{1, 0}),
		sizes:    often(weight[size]{12, small}, weight[size]{2, empty}, weight[size]{1, large}),
		oddSizes: []size{empty, large, longest, tooLong},
	}
	if object == history.Consensus {
		k.draw, k.writes = k.consensus, "compare_and_set"
		k.kinds = []weight[string]{{4, "head"}, {5, "scan"}, {2, "truncate"}, {1, "list_keys"}}
	} else {
		k.draw, k.writes = k.blob, "set"
		k.kinds = []weight[string]{{5, "get"}, {4, "delete"}, {2, "restore"}, {1, "list"}}
	}
	return k
}

// program draws one. Each program leaves some things out, so that those that are left can
// do what they would not with all others in between: swarm testing (Groce et al., ISSTA
// 2012).
func (k *deck) program(d dice) program {
	p := program{names: one(d, k.names)[:1+d.IntN(k.options.Keys)]}
	if k.options.Bound == 0 {
		p.crowd = k.crowd(d)
	}
	s := k.swarm(d)
	p.clients = make([]script, 1+d.IntN(k.options.Clients))
	long, loops := d.oneIn(2), d.oneIn(8)
	for i := range p.clients {
		p.clients[i] = k.script(d, s, len(p.names), long, loops)
	}
	p.settleSizes(k.limits)
	return p
}

// crowd is how many keys there are beside those of the program: seldom more than a page
// of any listing, for that takes long.
func (k *deck) crowd(d dice) int {
	const page, manyPages = 10, 1010
	switch n := d.IntN(800); {
	case n == 0:
		return manyPages
	case n < 40:
		return page
	}
	return 0
}

// A swarm is what is drawn in one program.
type swarm struct {
	kinds []string
	// odd and fault are once in how many requests an odd argument or a fault is drawn;
	// 0 for never.
	odd, fault int
}

func (k *deck) swarm(d dice) swarm {
	s := swarm{odd: one(d, []int{0, 0, 8, 2}), kinds: make([]string, 0, 20)}
	if k.options.OrderOnly {
		s.odd = 0
	}
	for range 7 {
		s.kinds = append(s.kinds, k.writes)
	}
	for _, kind := range k.kinds {
		if d.oneIn(4) {
			continue
		}
		for range kind.times {
			s.kinds = append(s.kinds, kind.value)
		}
	}
	if k.options.Faults {
		s.fault = one(d, []int{0, 0, 12, 4})
	}
	return s
}

// longer is how many times longer a client with rounds works than one without.
const longer = 6

// script draws what one client does. Most bugs show in short scripts, and those are quickly
// made smaller; some come once in a while, and need many rounds.
func (k *deck) script(d dice, s swarm, keys int, long, loops bool) script {
	most := k.options.Operations
	n := min(8, most)
	switch {
	case k.options.Bound > 0:
		n = most
	case loops:
		n = min(4, most)
	case long:
		n = most
	}
	c := script{rounds: 1, requests: make([]request, 1+d.IntN(n))}
	if loops && k.options.Bound == 0 {
		c.rounds = 1 + d.IntN(max(1, longer*most/len(c.requests)))
	}
	for i := range c.requests {
		k.request(d, s, keys, &c.requests[i])
	}
	return c
}

func (k *deck) request(d dice, s swarm, keys int, r *request) {
	*r = request{op: one(d, s.kinds), key: d.IntN(keys), by: 1, limit: location.ScanAll}
	odd := s.odd > 0 && d.oneIn(s.odd)
	if odd && d.oneIn(4) {
		k.stray(d, r)
	} else {
		k.draw(d, r, odd)
	}
	if s.fault > 0 && r.illegal == 0 && r.op != elsewhere && d.oneIn(s.fault) {
		r.fate = one(d, k.fates)
	} else if odd && d.oneIn(4) {
		r.fate, r.looks = one(d, k.ends), 1+d.IntN(4)
	}
}

// stray makes of a request one that concerns no key of the program.
func (k *deck) stray(d dice, r *request) {
	switch d.IntN(4) {
	case 0:
		r.op = probe
	case 1:
		r.op = elsewhere
	default:
		if r.op != "list" && r.op != "list_keys" {
			r.illegal = 1 + d.IntN(illegalKeys(k.limits))
		}
	}
}

func (k *deck) consensus(d dice, r *request, odd bool) {
	r.by = location.SeqNo(1 + d.IntN(3))
	switch r.op {
	case "compare_and_set":
		r.expect, r.size = one(d, k.expected), k.size(d, odd)
		if odd {
			r.expect = one(d, k.odd)
		}
	case "scan":
		r.from, r.limit = one(d, k.bounds), one(d, k.limited)
		if odd && d.oneIn(4) {
			r.limit = -1
		}
	case "truncate":
		r.from = one(d, k.bounds)
	}
}

func (k *deck) blob(d dice, r *request, odd bool) {
	switch r.op {
	case "set":
		r.size = k.size(d, odd)
	case "list":
		r.prefix = d.IntN(9)
	}
}

func (k *deck) size(d dice, odd bool) size {
	if odd && d.oneIn(3) {
		return one(d, k.oddSizes)
	}
	return one(d, k.sizes)
}
