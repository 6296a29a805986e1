package locationtest

import (
	"context"
	"strconv"

	"github.com/assay-dev/assay/location"
)

func consensusErrorChecks() []consensusCheck {
	return []consensusCheck{
		{"E1", "every error is of exactly one class", func(p *consensusProbe) {
			// The layer under the probe looks at each of these errors.
			p.everyCall(p.cancelled(), "k")
			p.everyCall(p.ctx, "")
			p.Truncate(p.ctx, "k", 1)
			p.CompareAndSet(p.ctx, "k", at(1), location.VersionedData{SeqNo: 1})
			p.Scan(p.ctx, "k", 0, -1)
		}},
		{"E1", "a write that is cancelled in its midst had no effect when its error is determinate", func(p *consensusProbe) {
			p.interruptedWrites(truthful)
			p.interruptedTruncations(truthful)
		}},
		{"C2", "a compare-and-set that is cancelled in its midst took effect as a whole or not at all", func(p *consensusProbe) {
			p.interruptedWrites(whole)
		}},
		{"C8", "a truncation that is cancelled in its midst took effect as a whole or not at all", func(p *consensusProbe) {
			p.interruptedTruncations(whole)
		}},
		{"E2", "an already cancelled context fails every operation and has no effect", func(p *consensusProbe) {
			p.log("k", 1, 2)
			for call, err := range p.everyCall(p.cancelled(), "k") {
				p.refused(err, "%s with a cancelled context", call)
			}
			_, err := p.CompareAndSet(p.cancelled(), "new", nil, location.VersionedData{SeqNo: 1})
			p.refused(err, "a create with a cancelled context")
			p.wantLog("k", 1, 2)
			p.wantKeys("k")
		}},
		{"E4", "a call whose deadline has passed is a timeout by its type", func(p *consensusProbe) {
			p.log("k", 1, 2)
			ctx, cancel := p.expired()
			defer cancel()
			for call, err := range p.everyCall(ctx, "k") {
				p.timedOut(err, call)
			}
		}},
		{"E6", "a number that C3 or C4 refuses is an invalid argument", func(p *consensusProbe) {
			p.log("k", 5)
			for _, c := range []struct {
				key      string
				expected *location.SeqNo
				next     location.SeqNo
			}{
				{"k", at(5), 5}, {"k", at(5), 4}, {"k", at(9), 9}, {"none", at(5), 5}, {"none", at(0), 0},
				{"k", at(5), location.MaxSeqNo + 1}, {"none", nil, beyond}, {"k", at(beyond), beyond},
			} {
				_, err := p.CompareAndSet(p.ctx, c.key, c.expected, location.VersionedData{SeqNo: c.next})
				p.answeredBy(err, location.ErrInvalidArgument, "%s", p.call(c.key, c.expected, c.next))
			}
		}},
		{"E6", "a bound that C8 refuses is a refused truncation", func(p *consensusProbe) {
			p.log("k", 5)
			for _, upTo := range []location.SeqNo{6, location.MaxSeqNo, beyond} {
				_, err := p.Truncate(p.ctx, "k", upTo)
				p.answeredBy(err, location.ErrTruncationRefused, "truncate up to %v with the head at v5", upTo)
			}
			for _, upTo := range []location.SeqNo{0, 1} {
				_, err := p.Truncate(p.ctx, "none", upTo)
				p.answeredBy(err, location.ErrTruncationRefused, "truncate of a key with no data")
			}
		}},
		{"E6", "a negative limit is an invalid argument", func(p *consensusProbe) {
			_, err := p.Scan(p.ctx, "k", 0, -1)
			p.answeredBy(err, location.ErrInvalidArgument, "scan with limit -1")
		}},
		{"E6", "an illegal key is an invalid argument of every operation", func(p *consensusProbe) {
			for _, key := range illegalKeys(p.maxKey()) {
				for call, err := range p.everyCall(p.ctx, key) {
					if call != listCall {
						p.answeredBy(err, location.ErrInvalidArgument, "%s with the key %.20q of %d bytes (by the Capabilities, %d are allowed)", call, key, len(key), p.maxKey())
					}
				}
			}
			p.wantKeys()
		}},
	}
}

const listCall = "list"

// everyCall calls each operation once and returns its errors by name. All but the
// listing concern key; the compare-and-set and the truncation fit a head at v2.
func (p *consensusProbe) everyCall(ctx context.Context, key string) map[string]error {
	errs := map[string]error{}
	_, _, errs["head"] = p.Head(ctx, key)
	_, errs["scan"] = p.Scan(ctx, key, 0, location.ScanAll)
	_, errs["truncate"] = p.Truncate(ctx, key, 2)
	_, errs["compare-and-set"] = p.CompareAndSet(ctx, key, at(2), location.VersionedData{SeqNo: 3, Data: body(key, 3)})
	errs[listCall] = nil
	for _, err := range p.ListKeys(ctx) {
		errs[listCall] = err
	}
	return errs
}

// interruptedWrites cancels compare-and-sets in their midst.
func (p *consensusProbe) interruptedWrites(judge judge) {
	key := func(i int) string { return "k" + strconv.Itoa(i) }
	p.interrupt(victim{
		call:    "a compare-and-set",
		prepare: func(i int) { p.log(key(i), 1, 2) },
		write: func(ctx context.Context, i int) error {
			_, err := p.CompareAndSet(ctx, key(i), at(2), location.VersionedData{SeqNo: 3, Data: body(key(i), 3)})
			return err
		},
		look: func(i int) (bool, bool) {
			n := len(p.scan(key(i), 0, location.ScanAll))
			return n == 2, n == 3
		},
	}, judge)
}

// interruptedTruncations cancels truncations in their midst.
func (p *consensusProbe) interruptedTruncations(judge judge) {
	key := func(i int) string { return "t" + strconv.Itoa(i) }
	p.interrupt(victim{
		call:    "a truncation",
		prepare: func(i int) { p.log(key(i), 1, 2, 3) },
		write: func(ctx context.Context, i int) error {
			_, err := p.Truncate(ctx, key(i), 3)
			return err
		},
		look: func(i int) (bool, bool) {
			n := len(p.scan(key(i), 0, location.ScanAll))
			return n == 3, n == 1
		},
	}, judge)
}

func consensusCallerChecks() []consensusCheck {
	return []consensusCheck{
		{"I1", "behind Tasked a caller that gives up gets an indeterminate error at once, and the call goes on", func(p *consensusProbe) {
			g := newGate()
			tasked := location.TaskedConsensus(gatedConsensus{p.Consensus, g})
			p.log("k", 1)
			data, expected := body("k", 2), at(1)
			p.giveUp(g, "a compare-and-set", func(ctx context.Context) error {
				_, err := tasked.CompareAndSet(ctx, "k", expected, location.VersionedData{SeqNo: 2, Data: data})
				clear(data)
				*expected = 0
				return err
			})
			p.wantLog("k", 1, 2)
		}},
		{"I1", "behind Tasked every operation answers as it does without", func(p *consensusProbe) {
			tasked := p.on(location.TaskedConsensus(p.Consensus))
			tasked.log("k", 1, 2, 3)
			tasked.mismatch("k", at(1), 4)
			tasked.invalid("k", at(3), 3)
			tasked.wantTruncate("k", 2, 1)
			tasked.wantLog("k", 2, 3)
			tasked.wantKeys("k")
			_, err := tasked.Truncate(p.ctx, "k", 9)
			p.answeredBy(err, location.ErrTruncationRefused, "truncate up to v9 with the head at v3")
		}},
		{"I1", "a caller that gave up leaves the handle usable", func(p *consensusProbe) {
			p.log("k", 1, 2)
			for range 20 {
				p.everyCall(p.cancelled(), "k")
			}
			p.wantHead("k", 2, body("k", 2))
			p.commit("k", at(2), 3)
			p.wantHead("k", 3, body("k", 3))
		}},
	}
}
