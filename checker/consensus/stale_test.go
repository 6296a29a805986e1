package consensus

import (
	"testing"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// Reads of one process that may be stale, after v1, v2 and v3 were committed, with a
// truncation of v1 before v3 or after it.
func TestStaleReadsNeverGoBackwards(t *testing.T) {
	version := func(s location.SeqNo) history.Version { return history.Version{SeqNo: s, Value: s.String()} }
	head := func(s location.SeqNo) history.Action { return &history.Head{Found: true, Version: version(s)} }
	scan := func(limit int64, seen ...location.SeqNo) history.Action {
		a := &history.Scan{Limit: limit}
		for _, s := range seen {
			a.Versions = append(a.Versions, version(s))
		}
		return a
	}
	commit := func(s location.SeqNo) history.Action {
		return &history.CompareAndSet{HasExpected: s > 1, Expected: s - 1, New: version(s), Committed: true}
	}
	truncate := &history.Truncate{UpTo: 2, Deleted: 1}
	early := []history.Action{commit(1), commit(2), truncate, commit(3)}
	late := []history.Action{commit(1), commit(2), commit(3), truncate}
	for _, c := range []struct {
		name   string
		writes []history.Action
		reads  []history.Action
		valid  bool
	}{
		{"an older head", late, []history.Action{head(1), head(3)}, true},
		{"a head that goes back", late, []history.Action{head(3), head(1)}, false},
		{"a scan of before the truncation", late, []history.Action{scan(9, 1, 2, 3), scan(9, 2, 3)}, true},
		{"a truncated version that comes back", late, []history.Action{scan(9, 2, 3), scan(9, 1, 2, 3)}, false},
		{"a truncated version that comes back after a head", late, []history.Action{scan(9, 2, 3), head(3), scan(9, 1, 2, 3)}, false},
		{"a version stored after a later one was seen", late, []history.Action{head(3), scan(1, 1)}, true},
		{"a version stored after a later one was seen, though it had been truncated", early, []history.Action{head(3), scan(1, 1)}, false},
		{"a version gone before the next was there", early, []history.Action{scan(1, 2), head(2)}, true},
		{"a version gone before it was truncated", late, []history.Action{scan(1, 2), head(2)}, false},
		{"the same with another read between", late, []history.Action{scan(1, 2), scan(0), head(2)}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := &history.History{Header: history.Header{Object: history.Consensus}}
			for i, a := range append(c.writes[:len(c.writes):len(c.writes)], c.reads...) {
				op := history.Operation{Key: "k", Call: int64(10 * i), Return: int64(10*i + 5), Line: i + 2, Action: a}
				if i >= len(c.writes) {
					op.Process = 1
				}
				h.Operations = append(h.Operations, op)
			}
			relax := location.Relaxations{location.RelaxStaleHead}
			cert := certify(h, relax)
			if valid := cert.Keys[0].Contradiction == nil; valid != c.valid {
				t.Errorf("valid = %v", valid)
			}
			if err := proof.Verify(h, relax, cert); err != nil {
				t.Error(err)
			}
		})
	}
}
