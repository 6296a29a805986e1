package coverage_test

import (
	"testing"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify/coverage"
	"github.com/assay-dev/assay/workload/history"
)

func ok(a history.Action) history.Operation { return history.Operation{Action: a} }
func fail(a history.Action) history.Operation {
	return history.Operation{Action: a, Outcome: history.Fail}
}
func info(a history.Action) history.Operation {
	return history.Operation{Action: a, Outcome: history.Info}
}

func version(s location.SeqNo) history.Version { return history.Version{SeqNo: s} }

func TestEachSideOfAClauseIsCounted(t *testing.T) {
	entries := []location.BlobMetadata{{Key: "k"}}
	for _, c := range []struct {
		op   history.Operation
		want []string // what it is counted as
	}{
		{ok(&history.Head{}), []string{"a head of a key without data"}},
		{ok(&history.Head{Found: true}), []string{"a head that found a version"}},
		{info(&history.Head{Found: true}), nil},
		{ok(&history.CompareAndSet{Committed: true, New: version(1)}), []string{"a commit", "a first commit"}},
		{ok(&history.CompareAndSet{Committed: true, HasExpected: true, Expected: 1, New: version(2)}), []string{"a commit"}},
		{ok(&history.CompareAndSet{New: version(1)}), []string{"a mismatch"}},
		{info(&history.CompareAndSet{New: version(1)}), nil},
		{fail(&history.CompareAndSet{HasExpected: true, Expected: 1, New: version(2)}), nil},
		{fail(&history.CompareAndSet{HasExpected: true, Expected: 2, New: version(2)}), []string{"a refused move backward"}},
		{fail(&history.CompareAndSet{HasExpected: true, Expected: 2, New: version(1 << 63)}), []string{"a refused move beyond the range"}},
		{ok(&history.Scan{Versions: []history.Version{{}}}), []string{"a scan that found versions"}},
		{ok(&history.Scan{}), nil},
		{ok(&history.Truncate{Deleted: 2}), []string{"a truncation that deleted"}},
		{ok(&history.Truncate{Deleted: location.CountUnknown}), []string{"a truncation that deleted"}},
		{ok(&history.Truncate{}), nil},
		{fail(&history.Truncate{Refused: true}), []string{"a refused truncation"}},
		{fail(&history.Truncate{}), nil},
		{ok(&history.ListKeys{Keys: []string{"k"}}), []string{"a listing of keys"}},
		{ok(&history.ListKeys{}), nil},
		{ok(&history.Get{Found: true, Size: 5}), []string{"a value that was read", "a value read in full"}},
		{ok(&history.Get{Found: true}), []string{"a value that was read"}},
		{ok(&history.Get{}), []string{"a read of nothing"}},
		{ok(&history.Set{}), []string{"a set"}},
		{info(&history.Set{}), nil},
		{ok(&history.Delete{Answered: true, Found: true}), []string{"a delete of a value"}},
		{ok(&history.Delete{Answered: true}), []string{"a delete of nothing"}},
		{ok(&history.Delete{}), nil},
		{ok(&history.Restore{}), []string{"a restore"}},
		{fail(&history.Restore{Refused: true}), []string{"a refused restore"}},
		{fail(&history.Restore{}), nil},
		{ok(&history.List{Entries: entries}), []string{"a listing of keys"}},
		{ok(&history.List{}), nil},
	} {
		found := map[string]int{}
		for _, object := range []history.Object{history.Consensus, history.Blob} {
			for _, f := range coverage.Of(&history.History{Header: history.Header{Object: object}, Operations: []history.Operation{c.op}}) {
				if f.Times > 0 {
					found[f.What] = f.Times
				}
			}
		}
		for _, what := range c.want {
			if found[what] != 1 {
				t.Errorf("%s %v %+v: not counted as %s", c.op.Action.Name(), c.op.Outcome, c.op.Action, what)
			}
		}
		if len(found) != len(c.want) {
			t.Errorf("%s %v %+v: counted as %v, want %v", c.op.Action.Name(), c.op.Outcome, c.op.Action, found, c.want)
		}
	}
}

func TestEveryClauseThatIsJudgedHasSomethingThatPutsItToTheTest(t *testing.T) {
	for _, object := range []history.Object{history.Consensus, history.Blob} {
		all := coverage.None(object)
		for _, clause := range results.Clauses(object) {
			if len(coverage.Clause(all, clause.Name)) == 0 {
				t.Errorf("nothing puts %s to the test", clause.Name)
			}
		}
	}
}

func TestCountsAreAdded(t *testing.T) {
	all := coverage.None(history.Blob)
	for range 3 {
		coverage.Add(all, coverage.Of(&history.History{Header: history.Header{Object: history.Blob}, Operations: []history.Operation{ok(&history.Set{})}}))
	}
	for _, f := range all {
		if want := map[bool]int{true: 3}[f.What == "a set"]; f.Times != want {
			t.Errorf("%s: %d, want %d", f.What, f.Times, want)
		}
	}
}
