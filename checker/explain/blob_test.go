package explain_test

import (
	"strings"
	"testing"

	"github.com/assay-dev/assay/checker/blob"
	"github.com/assay-dev/assay/checker/explain"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/workload/history"
)

func set(value string, size int64) *history.Set { return &history.Set{Value: value, Size: size} }

func get(value string) *history.Get {
	return &history.Get{Found: value != "", Value: value, Size: history.SizeUnknown}
}

func remove(size int64) *history.Delete {
	return &history.Delete{Answered: true, Found: true, Size: size}
}

var blobContradictions = []struct {
	name       string
	operations []*history.Operation
	text       string
}{
	{"a stale read", []*history.Operation{
		op(2, 0, 10, set("a", 1)),
		op(3, 20, 30, set("b", 2)),
		op(4, 37, 50, get("a")),
	}, `
Let:
  A be process 2's set wrote "a" (line 2), from 0 to 10 ns
  B be process 3's set wrote "b" (line 3), from 20 to 30 ns
  C be process 4's get returned "a" (line 4), from 37 to 50 ns
Then:
  - A returned 10 ns before B was called, so "a" was over before "b".
  - B returned 7 ns before C was called, so "b" was over before "a".
  - So each of these would have come before itself: a contradiction!
The clocks would have to be wrong by at least 7 ns to excuse it.
`},
	{"a value from the future", []*history.Operation{
		op(2, 20, 30, set("a", 1)),
		op(3, 0, 15, get("a")),
	}, `
Let:
  A be process 2's set wrote "a" (line 2), from 20 to 30 ns
  B be process 3's get returned "a" (line 3), from 0 to 15 ns
Then:
  - B returned 5 ns before A was called.
  - B saw what A set, so it came after it (B1).
  - So each of these would have come before itself: a contradiction!
The clocks would have to be wrong by at least 5 ns to excuse it.
`},
	{"a value that is gone without a delete", []*history.Operation{
		op(2, 0, 10, set("a", 1)),
		op(3, 14, 30, get("")),
		unknown(op(4, 41, 0, &history.Delete{})),
	}, `
Let:
  A be process 2's set wrote "a" (line 2), from 0 to 10 ns
  B be process 3's get found nothing (line 3), from 14 to 30 ns
Then:
  - A returned 4 ns before B was called, so "a" was over before B.
  - Something must have been deleted between "a" and B, which found nothing; no delete can have been there: a contradiction! (B1, B3)
The clocks would have to be wrong by at least 4 ns to excuse it.
`},
	{"two deletes of one value", []*history.Operation{
		op(2, 0, 10, set("a", 1)),
		op(3, 14, 30, remove(1)),
		op(4, 14, 30, remove(1)),
	}, `
Let:
  A be process 3's delete removed 1 bytes (line 3), from 14 to 30 ns
  B be process 4's delete removed 1 bytes (line 4), from 14 to 30 ns
Then:
  - A and B removed the same value, which was there only once: a contradiction! (B3)
No error of the clocks would excuse it.
`},
}

func TestContradictionsOfBlobsAreExplained(t *testing.T) {
	for _, c := range blobContradictions {
		t.Run(c.name, func(t *testing.T) {
			got := explain.Contradiction(blob.Check(perkey.History{Key: "k", Operations: c.operations}, nil).Contradiction, c.operations, explain.Nanoseconds)
			if got != strings.TrimPrefix(c.text, "\n") {
				t.Errorf("got:\n%s", got)
			}
		})
	}
}
