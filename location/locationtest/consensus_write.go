package locationtest

import (
	"github.com/assay-dev/assay/location"
)

func compareAndSetChecks() []consensusCheck {
	return []consensusCheck{
		{"T6", "the liveness key can be probed and holds nothing", func(p *consensusProbe) {
			p.wantNoHead(location.LivenessKey)
		}},
		{"C1", "a key starts with no head, an empty scan and a truncation that is an error", func(p *consensusProbe) {
			p.wantNoHead("k")
			p.wantScan("k", 0, location.ScanAll)
			_, err := p.Truncate(p.ctx, "k", 0)
			p.refused(err, "truncate of a key with no data")
			p.wantLog("k")
		}},
		{"C2", "a key with no data is created when none is expected", func(p *consensusProbe) {
			p.commit("k", nil, 7)
			p.wantLog("k", 7)
		}},
		{"C2", "the exact expectation commits, time after time", func(p *consensusProbe) {
			p.log("k", 1, 2, 3, 4, 5)
			p.wantLog("k", 1, 2, 3, 4, 5)
		}},
		{"C2", "a create of a key with data mismatches and changes nothing", func(p *consensusProbe) {
			p.log("k", 0)
			p.mismatch("k", nil, 0)
			p.mismatch("k", nil, 1)
			p.wantLog("k", 0)
		}},
		{"C2", "an expectation on a key with no data mismatches and creates nothing", func(p *consensusProbe) {
			p.mismatch("k", at(0), 1)
			p.mismatch("k", at(4), 5)
			p.wantLog("k")
			p.commit("k", nil, 1)
		}},
		{"C2", "an expectation below the head mismatches and changes nothing", func(p *consensusProbe) {
			p.log("k", 2, 3, 4)
			p.mismatch("k", at(3), 5)
			p.mismatch("k", at(3), 4)
			p.mismatch("k", at(2), 5)
			p.mismatch("k", at(0), 7)
			p.wantLog("k", 2, 3, 4)
		}},
		{"C2", "an expectation above the head mismatches and changes nothing", func(p *consensusProbe) {
			p.log("k", 2, 3, 4)
			p.mismatch("k", at(5), 6)
			p.mismatch("k", at(location.MaxSeqNo-1), location.MaxSeqNo)
			p.wantLog("k", 2, 3, 4)
		}},
		{"C2", "a compare-and-set that committed mismatches when it is repeated", func(p *consensusProbe) {
			p.log("k", 1)
			p.commit("k", at(1), 2)
			p.mismatch("k", at(1), 2)
			p.wantLog("k", 1, 2)
		}},
		{"C6", "Head returns the number and the data of the newest version after each commit", func(p *consensusProbe) {
			var head *location.SeqNo
			for n := location.SeqNo(3); n < 13; n++ {
				p.commit("k", head, n)
				p.wantHead("k", n, body("k", n))
				head = at(n)
			}
		}},
		{"C6", "a commit is seen at once through another handle", func(p *consensusProbe) {
			other := p.on(p.open(""))
			other.wantNoHead("k")
			p.log("k", 1, 2)
			other.wantLog("k", 1, 2)
			other.commit("k", at(2), 3)
			p.wantLog("k", 1, 2, 3)
		}},
	}
}

func seqNoChecks() []consensusCheck {
	return []consensusCheck{
		{"C3", "a new number that is not above the expected one is an error, whatever is stored", func(p *consensusProbe) {
			p.log("k", 5)
			for _, expected := range []location.SeqNo{3, 5, 9} {
				p.invalid("k", at(expected), expected)
				p.invalid("k", at(expected), expected-1)
				p.invalid("k", at(expected), 0)
			}
			p.wantLog("k", 5)
		}},
		{"C3", "it is an error on a key that does not exist too", func(p *consensusProbe) {
			p.invalid("k", at(0), 0)
			p.invalid("k", at(5), 5)
			p.invalid("k", at(5), 4)
			p.wantLog("k")
		}},
		{"C4", "a new number above MaxInt64 is an error", func(p *consensusProbe) {
			p.invalid("k", nil, location.MaxSeqNo+1)
			p.invalid("k", nil, ^location.SeqNo(0))
			p.wantLog("k")
			p.log("k", 1)
			p.invalid("k", at(1), location.MaxSeqNo+1)
			p.invalid("k", at(1), ^location.SeqNo(0))
			p.invalid("k", at(2), location.MaxSeqNo+1)
			p.wantLog("k", 1)
		}},
		{"C4", "0 and MaxInt64 are legal", func(p *consensusProbe) {
			p.log("k", 0)
			p.wantLog("k", 0)
			p.commit("k", at(0), location.MaxSeqNo)
			p.wantLog("k", 0, location.MaxSeqNo)
			p.invalid("k", at(location.MaxSeqNo), location.MaxSeqNo+1)
			p.wantScan("k", location.MaxSeqNo, 1, location.MaxSeqNo)
			p.log("created at the end", location.MaxSeqNo)
			p.wantLog("created at the end", location.MaxSeqNo)
		}},
		{"C5", "numbers may be skipped", func(p *consensusProbe) {
			p.log("k", 5, 10, 11, 1<<40)
			p.wantLog("k", 5, 10, 11, 1<<40)
			p.mismatch("k", at(12), 1<<41)
		}},
	}
}
