package proof_test

import (
	"context"
	"slices"
	"testing"

	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// commits are those of the versions from 1 on, all of them answered before time 20.
func commits(n location.SeqNo) (operations []history.Operation) {
	for i := location.SeqNo(1); i <= n; i++ {
		operations = append(operations, on(int64(2*i-2), int64(2*i-1), commit(i)))
	}
	return operations
}

func upTo(number location.SeqNo, deleted int64) history.Action {
	return &history.Truncate{UpTo: number, Deleted: deleted}
}

// Versions below the head are told apart only where a step parts them. What it says of
// their number holds nevertheless, and nothing else does. Of each of these histories, all
// operations that were answered are steps.
func TestVersionsThatAreNotToldApartAreCounted(t *testing.T) {
	all := []location.SeqNo{1, 2, 3, 4, 5, 6, 7, 8, 9}
	skipping := &history.CompareAndSet{HasExpected: true, Expected: 3, New: version(8), Committed: true}
	above := &history.Scan{From: 7, Limit: 9, Versions: []history.Version{version(7)}}
	refused := on(30, 30, &history.Truncate{UpTo: 9, Refused: true})
	refused.Outcome = history.Fail
	skipping4 := commit(4)
	from4 := &history.CompareAndSet{HasExpected: true, Expected: 4, New: version(9), Committed: true}
	for _, test := range []struct {
		name          string
		contradiction bool
		apart         []location.SeqNo
		operations    []history.Operation
	}{
		{"all below the bound", false, all,
			append(commits(6), on(20, 20, upTo(6, 5)))},
		{"all below the bound but one", true, all,
			append(commits(6), on(20, 20, upTo(6, 4)))},
		{"one more than are below the bound", true, all,
			append(commits(6), on(20, 20, upTo(6, 6)))},
		{"all below the bound, and more above it", false, all,
			append(commits(8), on(20, 20, upTo(2, 1)), refused)},
		{"all below the bound, where others may part them", false, all,
			append(commits(6), on(20, 20, upTo(6, 5)), info(30, upTo(2, 0)), info(30, upTo(3, 0)), info(30, upTo(4, 0)))},
		{"fewer than are below the bound, where others may part them", true, all,
			append(commits(7), on(20, 20, upTo(6, 2)), info(30, upTo(2, 0)), info(30, upTo(3, 0)), info(30, upTo(4, 0)), info(30, upTo(5, 0)))},
		{"fewer than are below the bound, where others and a scan may part them", true, all,
			append(commits(7), on(20, 20, upTo(6, 2)), on(30, 30, above), info(30, upTo(2, 0)), info(30, upTo(3, 0)), info(30, upTo(4, 0)), info(30, upTo(5, 0)))},
		{"none of those below the bound", true, all,
			append(commits(6), on(20, 20, upTo(6, 0)))},
		{"none of a wide span", true, []location.SeqNo{1, 5},
			append(commits(5), on(20, 20, upTo(5, 0)))},
		{"a wide span below another version", false, []location.SeqNo{1, 5, 6},
			append(commits(6), on(20, 20, upTo(6, 5)))},
		{"a wide span above another version", false, []location.SeqNo{1, 2, 6},
			append(commits(6), on(20, 20, upTo(6, 5)))},
		{"what is above a wide span is not below a bound in it", true, []location.SeqNo{1, 2, 3, 4, 8, 9},
			append(commits(3), on(10, 11, skipping), on(12, 13, commit(9)), on(20, 20, upTo(5, 4)))},
		{"none, although only the highest version may lie above the bound", true, []location.SeqNo{1, 2, 3, 4, 8, 9},
			append(commits(3), on(10, 11, skipping4), on(12, 13, from4), on(20, 20, upTo(5, 0)))},
		{"what a lost truncation left", false, all,
			append(commits(6), info(2, upTo(4, 0)), on(20, 20, upTo(6, 2)))},
		{"neither all nor what a lost truncation left, before one with a lower bound", true, all,
			append(commits(6), info(2, upTo(4, 0)), on(20, 20, upTo(6, 4)), on(30, 30, upTo(2, 0)))},
		{"a scan of all versions", false, all,
			append(commits(4), on(20, 20, scan(9, 1, 2, 3, 4)))},
		{"more scans than the needs that are kept", false, all,
			append(commits(4), slices.Repeat([]history.Operation{on(20, 20, scan(9, 1, 2, 3, 4))}, 20)...)},
		{"a scan of what is left", false, all,
			append(commits(4), on(20, 20, upTo(3, 2)), on(30, 30, scan(9, 3, 4)))},
		{"a scan that left out the lowest version", true, all,
			append(commits(3), on(20, 20, scan(9, 2, 3)))},
		{"a scan that was cut by its limit", false, all,
			append(commits(6), on(20, 20, scan(1, 1)))},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := &history.History{Header: history.Header{Object: history.Consensus}, Operations: test.operations}
			claim := everything(h)
			claim.Apart = test.apart
			claim.Contradiction = slices.DeleteFunc(claim.Contradiction, func(s proof.Step) bool { return s.Rule == "E1" })
			c := &proof.Certificate{Object: history.Consensus, Keys: []proof.Key{claim}}
			if err := proof.Verify(h, nil, c); (err == nil) != test.contradiction {
				t.Errorf("it is refused: %v", err)
			}
			p := search.Problem{Object: history.Consensus, Operations: perkey.Split(h, 1)[0].Operations}
			if explained, err := search.Explained(context.Background(), p, 1<<28); err != nil || explained == test.contradiction {
				t.Errorf("the search says %v, %v", explained, err)
			}
		})
	}
}
