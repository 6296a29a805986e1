package workload

import (
	"fmt"
	"math/rand/v2"

	"github.com/assay-dev/assay/location"
)

// consensusWeights are the default weights of the operations.
var consensusWeights = map[string]int{
	"compare_and_set": 40, // what everything else is about; half of them follow a head
	"head":            15, // beside those that prepare a compare-and-set
	"scan":            20, // the only reads that see more than the head
	"truncate":        8,  // often enough to keep the logs, and so the scans, short
	"list_keys":       2,  // one listing is a read of every key
}

// An expectation is what a compare-and-set expects.
type expectation string

const (
	expectFresh    expectation = "the head just read"
	expectSeen     expectation = "what was last seen"
	expectAttempt  expectation = "the last attempt"
	expectNone     expectation = "nothing"
	expectBelow    expectation = "below what was last seen"
	expectAbove    expectation = "above what was last seen"
	expectBackward expectation = "what was last seen, to move backward"
	expectBeyond   expectation = "what was last seen, to move above the legal end"
	expectLeap     expectation = "what was last seen, to move to the legal end"
)

var expectations = newChoice(
	weighted[expectation]{45, expectFresh},   // commits often, so that there is something to lose
	weighted[expectation]{24, expectSeen},    // stale whenever another client was faster
	weighted[expectation]{10, expectAttempt}, // witnesses an attempt of unknown outcome
	weighted[expectation]{8, expectNone},     // creation, and a late initial write on an old key
	weighted[expectation]{5, expectBelow},    // a version that was the head, or is in a gap
	weighted[expectation]{4, expectAbove},    // a version that never was
	weighted[expectation]{2, expectBackward}, // must be refused (C3)
	weighted[expectation]{1, expectBeyond},   // must be refused (C4)
)

// A bound is where a scan begins or up to where a truncation goes.
type bound string

const (
	boundSeen  bound = "what was last seen"
	boundBelow bound = "below what was last seen"
	boundAbove bound = "above what was last seen"
	boundZero  bound = "v0"
)

var (
	truncations = newChoice(
		weighted[bound]{45, boundSeen},  // the longest that is legal
		weighted[bound]{30, boundBelow}, // leaves some, ends in gaps
		weighted[bound]{18, boundAbove}, // refused, unless the head has moved on (C8)
		weighted[bound]{7, boundZero},   // deletes nothing
	)
	scans = newChoice(
		weighted[bound]{35, boundBelow}, // the newest few
		weighted[bound]{35, boundZero},  // shows what truncation has left
		weighted[bound]{20, boundSeen},
		weighted[bound]{10, boundAbove}, // empty, unless the head has moved on
	)
	limits = newChoice(
		weighted[int64]{40, location.ScanAll},
		weighted[int64]{20, 1}, // the oldest one and not the newest
		weighted[int64]{20, 2},
		weighted[int64]{15, 5},
		weighted[int64]{5, 0},
	)
)

// A consensusRequest is what a client asks for, drawn without knowing any answer.
type consensusRequest struct {
	op       string
	slot     int
	expect   expectation // of a compare_and_set
	bound    bound       // of a scan or truncate
	distance int         // how far below or above
	gap      int         // from the expected to the new version
	size     int         // of the new value, in bytes
	limit    int64       // of a scan
}

func (r consensusRequest) String() string {
	switch r.op {
	case "compare_and_set":
		return fmt.Sprintf("compare_and_set on slot %d: expect %s (distance %d), gap %d, %d bytes", r.slot, r.expect, r.distance, r.gap, r.size)
	case "scan":
		return fmt.Sprintf("scan of slot %d: from %s (distance %d), limit %d", r.slot, r.bound, r.distance, r.limit)
	case "truncate":
		return fmt.Sprintf("truncate of slot %d: up to %s (distance %d)", r.slot, r.bound, r.distance)
	case "list_keys":
		return "list_keys"
	default:
		return fmt.Sprintf("%s of slot %d", r.op, r.slot)
	}
}

// consensusRequests draws the requests of one client.
type consensusRequests struct {
	rng     *rand.Rand
	opts    *Options
	ops     choice[string]
	slots   skew
	drawn   int64
	pending *consensusRequest // the second of a pair
	_       apart
}

func newConsensusRequests(opts *Options, client int) *consensusRequests {
	var ops []weighted[string]
	for _, op := range []string{"compare_and_set", "head", "scan", "truncate", "list_keys"} {
		ops = append(ops, weighted[string]{opts.Weights[op], op})
	}
	return &consensusRequests{
		rng: newRand(opts.Seed, uint64(client)), opts: opts, ops: newChoice(ops...), slots: skew{opts.Keys},
	}
}

func (g *consensusRequests) next() consensusRequest {
	g.drawn++
	if g.pending != nil {
		r := *g.pending
		g.pending = nil
		return r
	}
	r := consensusRequest{op: g.ops.draw(g.rng), slot: g.slots.draw(g.rng), distance: mostlySmall(g.rng)}
	if r.op == "list_keys" && g.opts.Weights["head"] > 0 && outgrown(g.rng, g.drawn) {
		r.op = "head"
	}
	switch r.op {
	case "compare_and_set":
		return g.compareAndSet(r)
	case "scan":
		r.bound, r.limit = scans.draw(g.rng), limits.draw(g.rng)
	case "truncate":
		r.bound = truncations.draw(g.rng)
	case "list_keys":
		return consensusRequest{op: "list_keys"}
	}
	return r
}

func (g *consensusRequests) compareAndSet(r consensusRequest) consensusRequest {
	r.expect, r.gap, r.size = expectations.draw(g.rng), mostlySmall(g.rng), drawSize(g.rng, g.opts)
	if g.slots.slots > 1 && r.slot == g.slots.slots-1 && chance(g.rng, 6) {
		// Only the coldest key goes to the end of the numbers, where it is stuck until
		// another one takes its place.
		r.expect = expectLeap
	}
	if r.expect == expectFresh && g.opts.Weights["head"] > 0 {
		g.pending = &r
		return consensusRequest{op: "head", slot: r.slot}
	}
	return r
}
