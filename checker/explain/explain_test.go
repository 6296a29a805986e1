package explain_test

import (
	"strings"
	"testing"

	"github.com/assay-dev/assay/checker/explain"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/checker/search"
	"github.com/assay-dev/assay/checker/shrink"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

func version(s location.SeqNo, name string) history.Version {
	return history.Version{SeqNo: s, Value: name}
}

func op(line int, call, ret int64, a history.Action) *history.Operation {
	return &history.Operation{Key: "k", Line: line, Process: line, Call: call, Return: ret, Action: a}
}

func compareAndSet(expected, next location.SeqNo, committed bool) *history.CompareAndSet {
	return &history.CompareAndSet{HasExpected: expected > 0, Expected: expected, New: version(next, "x"+next.String()), Committed: committed}
}

func unknown(o *history.Operation) *history.Operation {
	o.Outcome, o.Return = history.Info, history.Never
	return o
}

func set(value string, size int64) *history.Set { return &history.Set{Value: value, Size: size} }

func get(value string) *history.Get {
	return &history.Get{Found: value != "", Value: value, Size: history.SizeUnknown}
}

func remove(size int64) *history.Delete {
	return &history.Delete{Answered: true, Found: true, Size: size}
}

var contradictions = []struct {
	name       string
	object     history.Object
	operations []*history.Operation
	text       string
}{
	{"a stale head", history.Consensus, []*history.Operation{
		op(2, 0, 10, compareAndSet(0, 1, true)),
		op(3, 20, 30, compareAndSet(1, 2, true)),
		op(4, 37, 50, &history.Head{Found: true, Version: version(1, "xv1")}),
	}, `
Let:
  A be process 3's compare-and-set from v1 to v2 "xv2" that committed (line 3), from 20 to 30 ns
  B be process 4's head that returned v1 "xv1" (line 4), from 37 to 50 ns
Then:
  - When A had returned, at 30 ns, the key held v2 or a later version (C2).
  - What B saw was written by process 2's compare-and-set from nothing to v1 "xv1" that committed (line 2).
  - B was called 7 ns after A had returned. The answer of B is possible in no such case (C6): a contradiction!
The clocks would have to be wrong by at least 7 ns to excuse it.
`},
	{"two versions with one predecessor", history.Consensus, []*history.Operation{
		op(2, 0, 10, compareAndSet(0, 1, true)),
		op(3, 20, 30, compareAndSet(1, 2, true)),
		op(4, 20, 50, compareAndSet(1, 3, true)),
	}, `
Let:
  A be process 3's compare-and-set from v1 to v2 "xv2" that committed (line 3), from 20 to 30 ns
  B be process 4's compare-and-set from v1 to v3 "xv3" that committed (line 4), from 20 to 50 ns
Then:
  - When A had returned, at 30 ns, the key held v2 or a later version (C2).
  - The answer of B is possible in no such case (C2): a contradiction!
No error of the clocks would excuse it.
`},
	{"a mismatch without an excuse", history.Consensus, []*history.Operation{
		op(2, 0, 10, compareAndSet(0, 1, true)),
		op(3, 40, 50, compareAndSet(1, 9, false)),
		unknown(op(4, 60, 0, compareAndSet(1, 2, false))),
	}, `
Let:
  A be process 2's compare-and-set from nothing to v1 "xv1" that committed (line 2), from 0 to 10 ns
  B be process 3's compare-and-set from v1 to v9 "xv9" that was a mismatch (line 3), from 40 to 50 ns
Then:
  - When A had returned, at 10 ns, the key held v1 "xv1" (C2).
  - B was called 30 ns after A had returned. The answer of B is possible in no such case (C2): a contradiction!
The clocks would have to be wrong by at least 10 ns to excuse it.
So long after B had returned came the call of process 4's compare-and-set from v1 to v2 "xv2" (line 4), which may have made a difference.
`},
	{"a version missing from a scan", history.Consensus, []*history.Operation{
		op(2, 0, 10, compareAndSet(0, 1, true)),
		op(3, 20, 30, compareAndSet(1, 2, true)),
		op(4, 40, 50, compareAndSet(2, 3, true)),
		op(5, 60, 70, &history.Scan{Limit: int64(location.ScanAll), Versions: []history.Version{version(1, "xv1"), version(3, "xv3")}}),
	}, `
Let:
  A be process 5's scan from v0 that returned v1 "xv1", v3 "xv3" (line 5), from 60 to 70 ns
Then:
  - What A saw was written by process 2's compare-and-set from nothing to v1 "xv1" that committed (line 2).
  - What A saw was written by process 4's compare-and-set from v2 to v3 "xv3" that committed (line 4).
  - The answer of A is not possible whatever the key held (C7): a contradiction!
No error of the clocks would excuse it.
`},
	{"a truncation that counts wrongly", history.Consensus, []*history.Operation{
		op(2, 0, 10, compareAndSet(0, 1, true)),
		op(3, 20, 30, compareAndSet(1, 2, true)),
		op(4, 40, 50, compareAndSet(2, 3, true)),
		op(5, 60, 70, &history.Truncate{UpTo: 2, Deleted: 1}),
		op(6, 80, 90, &history.Truncate{UpTo: 3, Deleted: 2}),
	}, `
Let:
  A be process 5's truncation up to v2 that deleted 1 version (line 5), from 60 to 70 ns
  B be process 6's truncation up to v3 that deleted 2 versions (line 6), from 80 to 90 ns
Then:
  - When A had returned, at 70 ns, the key held v2 "xv2" with all below v2 deleted and nothing from v2 on, or v3 or a later version with all below v2 deleted and nothing from v2 on (C8).
  - B was called 10 ns after A had returned. The answer of B is possible in no such case (C8): a contradiction!
No error of the clocks would excuse it.
`},
	{"a stale read", history.Blob, []*history.Operation{
		op(2, 0, 10, set("a", 1)),
		op(3, 20, 30, set("b", 2)),
		op(4, 37, 50, get("a")),
	}, `
Let:
  A be process 2's set of "a" (line 2), from 0 to 10 ns
  B be process 3's set of "b" (line 3), from 20 to 30 ns
  C be process 4's get that returned "a" (line 4), from 37 to 50 ns
Then:
  - When A had returned, at 10 ns, the key held "a" (B2).
  - B was called 10 ns after A had returned. When B had returned, at 30 ns, the key held "b" (B2).
  - C was called 7 ns after B had returned. The answer of C is possible in no such case (B1): a contradiction!
The clocks would have to be wrong by at least 7 ns to excuse it.
`},
	{"a value from the future", history.Blob, []*history.Operation{
		op(2, 20, 30, set("a", 1)),
		op(3, 0, 15, get("a")),
	}, `
Let:
  A be process 3's get that returned "a" (line 3), from 0 to 15 ns
Then:
  - What A saw was written by process 2's set of "a" (line 2).
  - The answer of A is not possible whatever the key held (B1): a contradiction!
The clocks would have to be wrong by at least 5 ns to excuse it.
So long after A had returned came the call of process 2's set of "a" (line 2), which may have made a difference.
`},
	{"a value that is gone without a delete", history.Blob, []*history.Operation{
		op(2, 0, 10, set("a", 1)),
		op(3, 14, 30, get("")),
		unknown(op(4, 41, 0, &history.Delete{})),
	}, `
Let:
  A be process 2's set of "a" (line 2), from 0 to 10 ns
  B be process 3's get that found nothing (line 3), from 14 to 30 ns
Then:
  - When A had returned, at 10 ns, the key held "a" (B2).
  - B was called 4 ns after A had returned. The answer of B is possible in no such case (B1): a contradiction!
The clocks would have to be wrong by at least 4 ns to excuse it.
`},
	{"two deletes of one value", history.Blob, []*history.Operation{
		op(2, 0, 10, set("a", 1)),
		op(3, 14, 30, remove(1)),
		op(4, 14, 30, remove(1)),
	}, `
Let:
  A be process 2's set of "a" (line 2), from 0 to 10 ns
  B be process 3's delete that removed 1 byte (line 3), from 14 to 30 ns
  C be process 4's delete that removed 1 byte (line 4), from 14 to 30 ns
Then:
  - When A had returned, at 10 ns, the key held "a" (B2).
  - B was called 4 ns after A had returned. When B had returned, at 30 ns, the key held nothing (B3).
  - C was called 4 ns after A had returned. The answer of C is possible in no such case (B3): a contradiction!
No error of the clocks would excuse it.
`},
	{"a write that may have happened once", history.Blob, []*history.Operation{
		unknown(op(2, 0, 0, set("a", 1))),
		op(3, 14, 30, get("a")),
		op(4, 40, 50, set("b", 2)),
		op(5, 60, 70, get("a")),
	}, `
Let:
  A be process 2's set of "a" (line 2), called at 0 ns, never answered
  B be process 3's get that returned "a" (line 3), from 14 to 30 ns
  C be process 4's set of "b" (line 4), from 40 to 50 ns
  D be process 5's get that returned "a" (line 5), from 60 to 70 ns
Then:
  - A may have taken effect once, at any time after its call (E1).
  - When B had returned, at 30 ns, the key held "a" (B1).
  - C was called 10 ns after B had returned. When C had returned, at 50 ns, the key held "b" (B2).
  - D was called 10 ns after C had returned. The answer of D is possible in no such case (B1): a contradiction!
The clocks would have to be wrong by at least 10 ns to excuse it.
`},
}

func explained(object history.Object, operations []*history.Operation, clock explain.Clock) string {
	about := proof.About{Object: object, Key: "k", Operations: operations}
	steps, apart, about := shrink.Contradiction(about, nil, nil)
	return explain.Contradiction(about, steps, apart, operations, search.Wrote(operations, operations), clock)
}

func TestContradictionsAreExplained(t *testing.T) {
	for _, c := range contradictions {
		t.Run(c.name, func(t *testing.T) {
			if got := explained(c.object, c.operations, explain.Nanoseconds); got != strings.TrimPrefix(c.text, "\n") {
				t.Errorf("got:\n%s", got)
			}
		})
	}
}

func TestTimesThatCountStepsAreNoTimesOfClocks(t *testing.T) {
	got := explained(contradictions[0].object, contradictions[0].operations, explain.Steps)
	if strings.Contains(got, " ns") || !strings.Contains(got, "from step ") || !strings.Contains(got, "No error of the clocks") {
		t.Errorf("got:\n%s", got)
	}
}

func TestAWriterIsNamedOnceHoweverOftenItsValueWasSeen(t *testing.T) {
	twice := &history.Scan{Limit: 9, Versions: []history.Version{version(1, "a"), version(1, "a")}}
	got := explained(history.Consensus, []*history.Operation{
		op(2, 0, 1, &history.CompareAndSet{New: version(1, "a"), Committed: true}), op(3, 2, 3, twice),
	}, explain.Nanoseconds)
	if strings.Count(got, "was written by") != 1 {
		t.Errorf("got:\n%s", got)
	}
}
