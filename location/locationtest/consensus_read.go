package locationtest

import (
	"fmt"
	"slices"

	"github.com/assay-dev/assay/location"
)

const beyond = ^location.SeqNo(0) // above every legal number

func scanChecks() []consensusCheck {
	return []consensusCheck{
		{"C7", "a scan returns the versions from a number on, ascending, the first limit of them", func(p *consensusProbe) {
			p.log("k", 1, 2, 3, 4, 5)
			for _, c := range []struct {
				from  location.SeqNo
				limit int64
				want  []location.SeqNo
			}{
				{0, location.ScanAll, []location.SeqNo{1, 2, 3, 4, 5}},
				{1, 5, []location.SeqNo{1, 2, 3, 4, 5}},
				{0, 2, []location.SeqNo{1, 2}},
				{2, 2, []location.SeqNo{2, 3}},
				{3, 1, []location.SeqNo{3}},
				{3, 100, []location.SeqNo{3, 4, 5}},
				{5, location.ScanAll, []location.SeqNo{5}},
			} {
				p.wantScan("k", c.from, c.limit, c.want...)
			}
		}},
		{"C7", "a scan from a number in a gap begins with the next version", func(p *consensusProbe) {
			p.log("k", 1, 5, 9)
			p.wantScan("k", 2, 1, 5)
			p.wantScan("k", 6, location.ScanAll, 9)
		}},
		{"C7", "a scan from above the head is empty", func(p *consensusProbe) {
			p.log("k", 1, 2)
			p.wantScan("k", 3, location.ScanAll)
			p.wantScan("k", location.MaxSeqNo, location.ScanAll)
			p.wantScan("k", location.MaxSeqNo+1, location.ScanAll)
			p.wantScan("k", beyond, location.ScanAll)
		}},
		{"C7", "a limit of 0 returns nothing", func(p *consensusProbe) {
			p.log("k", 1, 2)
			p.wantScan("k", 0, 0)
			p.wantScan("nothing", 0, 0)
		}},
		{"C7", "a negative limit is an error", func(p *consensusProbe) {
			p.log("k", 1, 2)
			_, err := p.Scan(p.ctx, "k", 0, -1)
			p.refused(err, "scan with limit -1")
		}},
		{"C7", "a scan is one atomic read", func(p *consensusProbe) { p.atomicScans() }},
	}
}

// atomicScans scans while versions are committed one after the other and older
// ones truncated: each scan has to see an unbroken, non-empty piece of the log.
func (p *consensusProbe) atomicScans() {
	const versions, scanners, scans = 60, 3, 20
	p.log("k", 0)
	p.together(1+scanners, func(i int) {
		if i == 0 {
			for n := location.SeqNo(1); n < versions; n++ {
				p.commit("k", at(n-1), n)
				if n%4 == 0 {
					p.truncate("k", n)
				}
			}
			return
		}
		for range scans {
			seen := numbers(p.scan("k", 0, location.ScanAll))
			if len(seen) == 0 && !p.caps.StaleReads {
				p.failf("a scan during commits and truncations saw no version at all")
			}
			for j := range seen {
				if seen[j] != seen[0]+location.SeqNo(j) {
					p.failf("a scan during commits and truncations saw %v, which never was the log", seen)
				}
			}
		}
	})
}

func truncateChecks() []consensusCheck {
	return []consensusCheck{
		{"C8", "a truncation deletes the versions below the bound and counts them", func(p *consensusProbe) {
			p.log("k", 1, 2, 3, 4)
			p.wantTruncate("k", 3, 2)
			p.wantLog("k", 3, 4)
			p.wantTruncate("k", 4, 1)
			p.wantLog("k", 4)
		}},
		{"C8", "repeating a truncation is legal and deletes nothing", func(p *consensusProbe) {
			p.log("k", 1, 2, 3)
			p.wantTruncate("k", 3, 2)
			p.wantTruncate("k", 3, 0)
			p.wantTruncate("k", 2, 0)
			p.wantTruncate("k", 0, 0)
			p.wantLog("k", 3)
		}},
		{"C8", "a bound in a gap is legal, and so is a range that holds nothing", func(p *consensusProbe) {
			p.log("k", 5, 10, 20)
			p.wantTruncate("k", 4, 0)
			p.wantTruncate("k", 7, 1)
			p.wantTruncate("k", 9, 0)
			p.wantTruncate("k", 15, 1)
			p.wantLog("k", 20)
		}},
		{"C8", "a bound above the head is an error and deletes nothing", func(p *consensusProbe) {
			p.log("k", 1, 2)
			for _, upTo := range []location.SeqNo{3, location.MaxSeqNo, location.MaxSeqNo + 1, beyond} {
				_, err := p.Truncate(p.ctx, "k", upTo)
				p.refused(err, "truncate up to %v with the head at v2", upTo)
			}
			p.wantLog("k", 1, 2)
		}},
		{"C8", "the log goes on after a truncation, and what was deleted stays deleted", func(p *consensusProbe) {
			p.log("k", 1, 2, 3)
			p.wantTruncate("k", 3, 2)
			p.mismatch("k", nil, 4)
			p.mismatch("k", at(2), 4)
			p.commit("k", at(3), 4)
			p.wantLog("k", 3, 4)
			p.wantScan("k", 1, 1, 3)
		}},
		{"C8", "many versions go at once", func(p *consensusProbe) {
			const n = 150
			var all []location.SeqNo
			for i := range location.SeqNo(n) {
				all = append(all, i)
			}
			p.log("k", all...)
			p.wantLog("k", all...)
			p.wantTruncate("k", n-1, n-1)
			p.wantLog("k", n-1)
		}},
	}
}

func keyListChecks() []consensusCheck {
	return []consensusCheck{
		{"C9", "an empty place lists nothing", func(p *consensusProbe) { p.wantKeys() }},
		{"C9", "every created key is listed once", func(p *consensusProbe) {
			p.log("b", 1, 2, 3)
			p.log("a", 1)
			p.log("a/b", 0)
			p.wantKeys("a", "a/b", "b")
		}},
		{"C9", "what did not commit creates no key", func(p *consensusProbe) {
			p.mismatch("mismatched", at(1), 2)
			p.invalid("refused", at(2), 1)
			p.invalid("refused too", nil, beyond)
			p.wantNoHead("read")
			p.wantScan("scanned", 0, location.ScanAll)
			p.Truncate(p.ctx, "truncated", 1)
			p.wantKeys()
		}},
		{"C9", "a truncation never removes a key", func(p *consensusProbe) {
			p.log("k", 1, 2, 3)
			p.truncate("k", 3)
			p.wantKeys("k")
		}},
		{"C9", "a listing can be left early", func(p *consensusProbe) {
			p.log("a", 1)
			p.log("b", 1)
			for range p.ListKeys(p.ctx) {
				break
			}
			p.wantKeys("a", "b")
		}},
		{"C9", "more than 1,000 keys are listed completely while others are created", func(p *consensusProbe) { p.manyKeys() }},
	}
}

func (p *consensusProbe) manyKeys() {
	keys := manyKeys()
	p.each(len(keys), func(i int) { p.log(keys[i], 1) })
	p.together(2, func(i int) {
		if i == 0 {
			for n := range 40 {
				p.log(coming(n), 1)
			}
			return
		}
		counts := p.listed()
		for _, key := range keys {
			if counts[key] != 1 {
				p.failf("list keys: %q is in it %d times, want once", key, counts[key])
			}
			delete(counts, key)
		}
		for n := range 40 {
			if counts[coming(n)] > 1 {
				p.failf("list keys: %q is in it %d times", coming(n), counts[coming(n)])
			}
			delete(counts, coming(n))
		}
		for key := range counts {
			p.failf("list keys: %q is in it, but was never created", key)
		}
	})
}

func versionDataChecks() []consensusCheck {
	return []consensusCheck{
		{"C10", "empty values and values of 10 KiB round-trip exactly", func(p *consensusProbe) {
			for _, size := range []int{0, 1, 10 << 10} {
				key := sizeName(size)
				p.roundTrip(key, pattern(size))
			}
			if result := p.put("nil", nil, 1, nil); result != location.Committed {
				p.failf("a version with nil for its data: %v", result)
			}
			p.wantHead("nil", 1, nil)
		}},
		{"C10", "the declared longest value round-trips and a longer one is refused", func(p *consensusProbe) {
			limit := p.caps.MaxValueBytes
			if limit == 0 || limit > p.largest {
				return
			}
			p.roundTrip("k", pattern(int(limit)))
			_, err := p.CompareAndSet(p.ctx, "k", at(1), location.VersionedData{SeqNo: 2, Data: pattern(int(limit) + 1)})
			p.answeredBy(err, location.ErrInvalidArgument, "a compare-and-set of %d bytes", limit+1)
			p.wantHead("k", 1, pattern(int(limit)))
		}},
		{"C10", "changing a slice after a compare-and-set changes nothing stored", func(p *consensusProbe) {
			first, second, expected := []byte("abc"), []byte("def"), at(1)
			p.put("k", nil, 1, first)
			clear(first)
			p.wantHead("k", 1, []byte("abc"))
			p.put("k", expected, 2, second)
			clear(second)
			*expected = 77
			p.wantHead("k", 2, []byte("def"))
		}},
		{"C10", "changing a slice that was returned changes nothing stored", func(p *consensusProbe) {
			p.log("k", 1, 2)
			head, _, err := p.Head(p.ctx, "k")
			p.ok(err, "head")
			clear(head.Data)
			versions := p.scan("k", 0, location.ScanAll)
			for i := range versions {
				clear(versions[i].Data)
			}
			clear(versions)
			p.wantLog("k", 1, 2)
		}},
	}
}

func (p *consensusProbe) roundTrip(key string, data []byte) {
	if p.put(key, nil, 1, slices.Clone(data)) != location.Committed {
		p.failf("create %q: mismatch", key)
	}
	p.wantHead(key, 1, data)
	p.until(func() error {
		versions := p.scan(key, 0, location.ScanAll)
		if len(versions) != 1 || string(versions[0].Data) != string(data) {
			return fmt.Errorf("scan %q: the value of %d bytes did not come back", key, len(data))
		}
		return nil
	})
}
