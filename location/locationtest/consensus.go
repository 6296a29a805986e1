package locationtest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/assay-dev/assay/location"
)

type consensusCheck = check[*consensusProbe]

func consensusSuite(open OpenConsensus) suite[*consensusProbe] {
	checks := join(
		compareAndSetChecks(), seqNoChecks(), scanChecks(), truncateChecks(),
		keyListChecks(), versionDataChecks(), independenceChecks(),
		consensusContentionChecks(), consensusErrorChecks(), consensusCallerChecks(),
	)
	return suite[*consensusProbe]{checks, func(t testing.TB, base *probe) *consensusProbe {
		p := &consensusProbe{probe: base}
		p.open = func(other string) location.Consensus {
			return consensusLayer{newLayer(base, func() location.Consensus { return open(t, base.place+other) })}
		}
		p.Consensus = p.open("")
		return p
	}}
}

// A consensusProbe calls the Consensus under test and states what has to come back.
// Versions written with commit carry a body that names their key and number.
type consensusProbe struct {
	*probe
	location.Consensus
	// open opens another handle, on this check's place ("") or on one beside it.
	open func(other string) location.Consensus
}

// on returns a probe of another handle.
func (p *consensusProbe) on(handle location.Consensus) *consensusProbe {
	return &consensusProbe{p.probe, handle, p.open}
}

func at(n location.SeqNo) *location.SeqNo { return &n }

func body(key string, n location.SeqNo) []byte { return fmt.Append(nil, key, "@", n) }

func (p *consensusProbe) call(key string, expected *location.SeqNo, next location.SeqNo) string {
	if expected == nil {
		return fmt.Sprintf("compare-and-set %q: none → %v", key, next)
	}
	return fmt.Sprintf("compare-and-set %q: %v → %v", key, *expected, next)
}

func (p *consensusProbe) put(key string, expected *location.SeqNo, next location.SeqNo, data []byte) (result location.CompareAndSetResult) {
	p.ok(p.answered(func() (err error) {
		result, err = p.CompareAndSet(p.ctx, key, expected, location.VersionedData{SeqNo: next, Data: data})
		return err
	}), "%s", p.call(key, expected, next))
	return result
}

func (p *consensusProbe) commit(key string, expected *location.SeqNo, next location.SeqNo) {
	if p.put(key, expected, next, body(key, next)) != location.Committed {
		p.failf("%s mismatched, but has to commit", p.call(key, expected, next))
	}
}

func (p *consensusProbe) mismatch(key string, expected *location.SeqNo, next location.SeqNo) {
	if p.put(key, expected, next, []byte("must not be stored")) != location.ExpectationMismatch {
		p.failf("%s committed, but has to mismatch", p.call(key, expected, next))
	}
}

// invalid demands that a compare-and-set is an error.
func (p *consensusProbe) invalid(key string, expected *location.SeqNo, next location.SeqNo) {
	result, err := p.CompareAndSet(p.ctx, key, expected, location.VersionedData{SeqNo: next, Data: []byte("must not be stored")})
	if err == nil {
		p.failf("%s was answered with %q, but has to be an error", p.call(key, expected, next), result)
	}
}

// log creates key with the given versions.
func (p *consensusProbe) log(key string, versions ...location.SeqNo) {
	var head *location.SeqNo
	for _, n := range versions {
		p.commit(key, head, n)
		head = &n
	}
}

// head reads the head; found is false when there is none.
func (p *consensusProbe) head(key string) (head location.VersionedData, found bool) {
	p.ok(p.answered(func() (err error) {
		head, found, err = p.Head(p.ctx, key)
		return err
	}), "head %q", key)
	return head, found
}

func (p *consensusProbe) wantHead(key string, n location.SeqNo, data []byte) {
	p.until(func() error {
		head, found := p.head(key)
		if !found || head.SeqNo != n || string(head.Data) != string(data) {
			return fmt.Errorf("head %q: got %v %s (found: %t), want %v %s", key, head.SeqNo, show(head.Data), found, n, show(data))
		}
		return nil
	})
}

func (p *consensusProbe) wantNoHead(key string) {
	head, found := p.head(key)
	if found {
		p.failf("head %q: got %v %s, want none", key, head.SeqNo, show(head.Data))
	}
}

func (p *consensusProbe) scan(key string, from location.SeqNo, limit int64) (versions []location.VersionedData) {
	p.ok(p.answered(func() (err error) {
		versions, err = p.Scan(p.ctx, key, from, limit)
		return err
	}), "scan %q from %v, limit %d", key, from, limit)
	return versions
}

func (p *consensusProbe) wantScan(key string, from location.SeqNo, limit int64, want ...location.SeqNo) {
	p.until(func() error {
		versions := p.scan(key, from, limit)
		got := numbers(versions)
		if !slices.Equal(got, want) {
			return fmt.Errorf("scan %q from %v, limit %d: got %v, want %v", key, from, limit, got, want)
		}
		for _, v := range versions {
			if string(v.Data) != string(body(key, v.SeqNo)) {
				return fmt.Errorf("scan %q from %v, limit %d: %v holds %s", key, from, limit, v.SeqNo, show(v.Data))
			}
		}
		return nil
	})
}

// wantLog demands that exactly these versions are stored, and the last is the head.
func (p *consensusProbe) wantLog(key string, want ...location.SeqNo) {
	p.wantScan(key, 0, location.ScanAll, want...)
	if len(want) == 0 {
		p.wantNoHead(key)
		return
	}
	newest := want[len(want)-1]
	p.wantHead(key, newest, body(key, newest))
}

func (p *consensusProbe) truncate(key string, upTo location.SeqNo) (deleted int64) {
	p.ok(p.answered(func() (err error) {
		deleted, err = p.Truncate(p.ctx, key, upTo)
		return err
	}), "truncate %q up to %v", key, upTo)
	return deleted
}

// wantTruncate demands the number deleted, or CountUnknown of a store that has
// declared that it does not count.
func (p *consensusProbe) wantTruncate(key string, upTo location.SeqNo, want int64) {
	if p.caps.UncountedTruncate {
		want = location.CountUnknown
	}
	if deleted := p.truncate(key, upTo); deleted != want {
		p.failf("truncate %q up to %v: got %d deleted, want %d", key, upTo, deleted, want)
	}
}

// listed returns how often each key is in a complete listing.
func (p *consensusProbe) listed() (counts map[string]int) {
	p.ok(p.answered(func() error {
		counts = map[string]int{}
		for key, err := range p.ListKeys(p.ctx) {
			if err != nil {
				return err
			}
			counts[key]++
		}
		return nil
	}), "list keys")
	return counts
}

// wantKeys demands that the listing holds exactly these keys, each once.
func (p *consensusProbe) wantKeys(want ...string) {
	counts := p.listed()
	for _, key := range want {
		if counts[key] != 1 {
			p.failf("list keys: %q is in it %d times, want once", key, counts[key])
		}
		delete(counts, key)
	}
	for key := range counts {
		p.failf("list keys: %q is in it, but was never created", key)
	}
}

func numbers(versions []location.VersionedData) []location.SeqNo {
	var ns []location.SeqNo
	for _, v := range versions {
		ns = append(ns, v.SeqNo)
	}
	return ns
}
