package checker_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

func set(process int, key, value string, size int64, call, ret int64) history.Operation {
	return history.Operation{Process: process, Key: key, Call: call, Return: ret, Action: &history.Set{Value: value, Size: size}}
}

func get(process int, key, value string, call, ret int64) history.Operation {
	return history.Operation{Process: process, Key: key, Call: call, Return: ret,
		Action: &history.Get{Found: value != "", Value: value, Size: history.SizeUnknown}}
}

func blob(operations ...history.Operation) *history.History {
	return &history.History{Header: history.Header{Object: history.Blob}, Operations: operations}
}

func TestCheckNamesTheOperationsAtFault(t *testing.T) {
	failed := set(1, "a", "w", 5, 3, 4)
	failed.Outcome = history.Fail
	for _, test := range []struct {
		name    string
		history *history.History
		want    checker.Violation
	}{
		{"a stale read", blob(set(1, "a", "v", 1, 1, 2), set(1, "a", "w", 2, 3, 4), get(2, "a", "v", 5, 6), get(3, "a", "w", 7, 8)),
			checker.Violation{Key: "a", Clause: "B1", Lines: []int{2, 3, 4},
				Explanation: `Key "a": no order of its operations explains process 2's get that returned "v" (line 4) together with process 1's set of "v" (line 2) and process 1's set of "w" (line 3).`}},
		{"a value that only a failed operation carried", blob(set(1, "a", "v", 1, 1, 2), failed, get(2, "a", "w", 5, 6)),
			checker.Violation{Key: "a", Clause: "B1", Lines: []int{4},
				Explanation: `Key "a": no order of its operations explains process 2's get that returned "w" (line 4). "w" was written only by an operation that failed and must not have happened: process 1, line 3.`}},
		{"a value that nobody wrote", blob(get(2, "a", "w", 5, 6)),
			checker.Violation{Key: "a", Clause: "B1", Lines: []int{2},
				Explanation: `Key "a": no order of its operations explains process 2's get that returned "w" (line 2). Nobody wrote "w".`}},
		{"a key listed that nobody wrote", blob(set(1, "a", "v", 1, 1, 2), history.Operation{Process: 1, Call: 3, Return: 4,
			Action: &history.List{Entries: []location.BlobMetadata{{Key: "a", Size: 1}, {Key: "b", Size: 7}}}}),
			checker.Violation{Key: "b", Clause: "B4", Lines: []int{3},
				Explanation: `Key "b": no order of its operations explains process 1's list of prefix "" that named it with 7 bytes (line 3).`}},
		{"a key outside the prefix", blob(set(1, "a", "v", 1, 1, 2), history.Operation{Process: 1, Call: 3, Return: 4,
			Action: &history.List{Prefix: "b", Entries: []location.BlobMetadata{{Key: "a", Size: 1}}}}),
			checker.Violation{Key: "a", Clause: "B4", Lines: []int{3},
				Explanation: `Key "a": the answer of process 1's list of prefix "b" that named it with 1 byte (line 3) is wrong whatever the key held: the key does not start with the prefix "b".`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := checker.Check(context.Background(), test.history, checker.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for i := range got.Violations {
				if argument := got.Violations[i].Argument; !strings.HasPrefix(argument, "Let:\n") {
					t.Errorf("the argument is %q", argument)
				}
				got.Violations[i].Argument = ""
			}
			if want := []checker.Violation{test.want}; got.Verdict != checker.Invalid || !reflect.DeepEqual(got.Violations, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if err := proof.Verify(checker.Numbered(test.history), nil, got.Certificate); err != nil {
				t.Errorf("the certificate proves nothing: %v", err)
			}
		})
	}
}

// hopeless adds operations of one key that no small budget decides: only two values,
// each written many times at once, and read in turn when nobody writes any more.
func hopeless(h *history.History, key string) *history.History {
	for i := range 40 {
		h.Operations = append(h.Operations, set(100+i, key, string(rune('A'+i%2)), int64(i), 0, 10))
	}
	h.Operations = append(h.Operations, get(100, key, "A", 11, 12), get(100, key, "B", 13, 14))
	return h
}

func TestAnUndecidedKeyHidesNoViolation(t *testing.T) {
	small := checker.Options{Budget: checker.Budget{Memory: 1 << 20}}
	got, err := checker.Check(context.Background(), hopeless(blob(get(1, "b", "v", 1, 2)), "a"), small)
	if err != nil {
		t.Fatal(err)
	}
	if got.Verdict != checker.Invalid || len(got.Violations) != 1 || got.Violations[0].Key != "b" {
		t.Errorf("got %+v; want a violation on b", got)
	}
	if len(got.Undecided) != 1 || got.Undecided[0].Key != "a" || !strings.Contains(got.Undecided[0].Reason, "out of memory") {
		t.Errorf("undecided are %+v; want a, for lack of memory", got.Undecided)
	}
}

func TestAnUndecidedKeyIsNotValid(t *testing.T) {
	small := checker.Options{Budget: checker.Budget{Time: time.Millisecond}}
	got, err := checker.Check(context.Background(), hopeless(blob(), "a"), small)
	if err != nil || got.Verdict != checker.Undecided {
		t.Errorf("got %+v, %v; want undecided", got, err)
	}
}

func TestCheckEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got, err := checker.Check(ctx, blob(get(1, "b", "v", 1, 2)), checker.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %+v, %v; want no verdict", got, err)
	}
}

func TestCheckRejectsWhatIsNoHistory(t *testing.T) {
	info := set(1, "a", "v", 1, 1, 2)
	info.Outcome = history.Info
	refused := history.Operation{Key: "a", Action: &history.Restore{Refused: true}}
	unknown := set(1, "a", "v", 1, 1, 2)
	unknown.Outcome = 7
	forever := set(1, "a", "v", 1, 1, math.MaxInt64)
	for _, test := range []struct {
		name    string
		history *history.History
		line    int
		says    string
	}{
		{"unknown object", &history.History{Header: history.Header{Object: "queue"}}, 1, "queue"},
		{"no action", blob(history.Operation{Key: "a"}), 2, "action"},
		{"the other object", blob(set(1, "a", "v", 1, 1, 2), history.Operation{Key: "a", Action: &history.Head{}}), 3, "head is no operation of a blob"},
		{"no key", blob(set(1, "", "v", 1, 1, 2)), 2, "key"},
		{"a listing with a key", blob(history.Operation{Key: "a", Action: &history.List{}}), 2, "key"},
		{"unknown outcome", blob(unknown), 2, "outcome"},
		{"return before call", blob(set(1, "a", "v", 1, 2, 1)), 2, "before its call"},
		{"an answer that never came", blob(forever), 2, "without a return"},
		{"a refusal that succeeded", blob(refused), 2, "refus"},
		{"a negative limit answered", &history.History{Header: history.Header{Object: history.Consensus},
			Operations: []history.Operation{{Key: "a", Action: &history.Scan{Limit: -1}}}}, 2, "limit"},
		{"two operations at once", blob(set(1, "a", "v", 1, 1, 5), set(1, "b", "w", 1, 4, 6)), 3, "two operations at once: this one and line 2"},
		{"two at once in any order", blob(set(1, "b", "w", 1, 4, 6), set(1, "a", "v", 1, 1, 5)), 2, "two operations at once: this one and line 3"},
		{"a process that goes on after an unknown outcome", blob(info, set(1, "b", "w", 1, 4, 6)), 3, "goes on after line 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := checker.Check(context.Background(), test.history, checker.Options{})
			var line *history.LineError
			if !errors.As(err, &line) || line.Line != test.line || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v; want line %d and %q", err, test.line, test.says)
			}
		})
	}
}

func TestOperationsOfAProcessMayStandInAnyOrder(t *testing.T) {
	h := blob(get(1, "a", "w", 7, 8), set(1, "a", "w", 1, 3, 5), set(1, "a", "v", 1, 3, 3), set(1, "a", "u", 1, 1, 3))
	h.Operations[0].Line, h.Operations[3].Line = 9, 4
	got, err := checker.Check(context.Background(), h, checker.Options{})
	if err != nil || got.Verdict != checker.Valid {
		t.Errorf("got %+v, %v; want valid", got, err)
	}
	if h.Operations[1].Line != 0 {
		t.Error("the caller's history was changed")
	}
}
