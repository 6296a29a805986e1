package explain_test

import (
	"strings"
	"testing"

	"github.com/assay-dev/assay/checker/consensus"
	"github.com/assay-dev/assay/checker/explain"
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

var contradictions = []struct {
	name       string
	operations []*history.Operation
	text       string
}{
	{"a stale read", []*history.Operation{
		op(2, 0, 10, compareAndSet(0, 1, true)),
		op(3, 20, 30, compareAndSet(1, 2, true)),
		op(4, 37, 50, &history.Head{Found: true, Version: version(1, "xv1")}),
	}, `
Let:
  A be process 3's compare-and-set from v1 to v2 "xv2" committed (line 3), from 20 to 30 ns
  B be process 4's head returned v1 "xv1" (line 4), from 37 to 50 ns
Then:
  - B found nothing from v2 on.
  - A returned 7 ns before B was called.
  - A is the commit of v2 (C2).
  - So each of these would have come before itself: a contradiction!
The clocks would have to be wrong by at least 7 ns to excuse it.
`},
	{"two versions with one predecessor", []*history.Operation{
		op(2, 0, 10, compareAndSet(0, 1, true)),
		op(3, 20, 30, compareAndSet(1, 2, true)),
		op(4, 20, 50, compareAndSet(1, 3, true)),
	}, `
Let:
  A be process 3's compare-and-set from v1 to v2 "xv2" committed (line 3), from 20 to 30 ns
  B be process 4's compare-and-set from v1 to v3 "xv3" committed (line 4), from 20 to 50 ns
Then:
  - A shows that v2 existed.
  - B shows that v3 existed.
  - v2 existed, and was committed before anything above it.
  - v3 was written over something older than v2 (C2).
  - So each of these would have come before itself: a contradiction!
No error of the clocks would excuse it.
`},
	{"a mismatch with several excuses", []*history.Operation{
		op(2, 0, 10, compareAndSet(0, 1, true)),
		op(3, 40, 50, compareAndSet(1, 9, false)),
		unknown(op(4, 60, 0, compareAndSet(1, 2, false))),
	}, `
Let:
  A be process 2's compare-and-set from nothing to v1 "xv1" committed (line 2), from 0 to 10 ns
  B be process 3's compare-and-set from v1 to v9 "xv9" was a mismatch (line 3), from 40 to 50 ns
Then:
  - A shows that v1 existed.
  - Suppose nothing followed v1:
    - A shows that v1 existed.
    - Nothing from v2 on was committed until after 50 ns.
    - B found that the head was not v1, and came before v1 was replaced; so it came before that was committed (C2).
    - A returned 30 ns before B was called.
    - A is the commit of v1 (C2).
    - So each of these would have come before itself: a contradiction!
  - Suppose v2 followed v1:
    - A shows that v1 existed.
    - Nothing from v2 on was committed until after 50 ns.
    - B found that the head was not v1, and came before v1 was replaced; so it came before that was committed (C2).
    - A returned 30 ns before B was called.
    - A is the commit of v1 (C2).
    - So each of these would have come before itself: a contradiction!
The clocks would have to be wrong by at least 10 ns to excuse it.
`},
}

func TestContradictionsAreExplained(t *testing.T) {
	for _, c := range contradictions {
		t.Run(c.name, func(t *testing.T) {
			got := explain.Contradiction(consensus.Check(c.operations, nil).Contradiction, c.operations, explain.Nanoseconds)
			if got != strings.TrimPrefix(c.text, "\n") {
				t.Errorf("got:\n%s", got)
			}
		})
	}
}

func TestTimesThatCountStepsAreNoTimesOfClocks(t *testing.T) {
	c := contradictions[0]
	got := explain.Contradiction(consensus.Check(c.operations, nil).Contradiction, c.operations, explain.Steps)
	if strings.Contains(got, " ns") || !strings.Contains(got, "from step ") || !strings.Contains(got, "No error of the clocks") {
		t.Errorf("got:\n%s", got)
	}
}
