package timeline_test

import (
	"strings"
	"testing"

	"github.com/assay-dev/assay/checker/timeline"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

func set(process int, value string, call, ret int64) *history.Operation {
	return &history.Operation{Process: process, Key: "k", Call: call, Return: ret, Action: &history.Set{Value: value, Size: 5}}
}

func TestProcessesHaveRowsAndTimeGoesToTheRight(t *testing.T) {
	late := set(1, "b", 20, 50)
	late.Outcome = history.Info
	get := &history.Operation{Process: 0, Key: "k", Call: 30, Return: 40, Action: &history.Get{Found: true, Value: "a", Size: 5}}
	got := timeline.Draw([]timeline.Operation{
		{Operation: set(0, "a", 0, 10), Was: set(0, "a", 0, 10), Number: 1, InForce: true},
		{Operation: late, Was: late, Number: 2},
		{Operation: get, Was: get, Number: 3, Text: "get", Marked: true},
	}, []history.Fault{{Fault: "cut", Call: 25, Return: 35}})
	want := strings.Join([]string{
		"  process 0  [1 set a (5 bytes)] [3 get]",
		"                                 ^^^^^^^",
		"  process 1                     [2 set b (5 bytes) ?->",
		"  fault                         [cut~~~]",
		"",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWhereTheTextsHaveNoRoomThereAreNumbers(t *testing.T) {
	var operations []timeline.Operation
	for i := range 12 {
		op := set(0, "a", int64(10*i), int64(10*i+5))
		operations = append(operations, timeline.Operation{Operation: op, Was: op, Number: i + 1})
	}
	got := timeline.Draw(operations, nil)
	if !strings.Contains(got, "[1][2]") || strings.Contains(got, "set") {
		t.Errorf("got\n%s", got)
	}
}

func TestALabelSaysWhatWasAskedAndAnswered(t *testing.T) {
	refused := &history.Operation{Outcome: history.Fail, Action: &history.Truncate{UpTo: 7, Refused: true}}
	failed := &history.Operation{Outcome: history.Fail, Action: &history.Delete{}}
	unknown := &history.Operation{Outcome: history.Info, Action: &history.CompareAndSet{HasExpected: true, Expected: 1, New: history.Version{SeqNo: 2, Value: "v"}}}
	scan := &history.Operation{Action: &history.Scan{From: 3, Limit: location.ScanAll}}
	for want, op := range map[string]*history.Operation{
		"truncate below v7: refused": refused, "delete failed": failed, "cas v1 -> v2 v ?": unknown, "scan from v3: nothing": scan,
	} {
		if got := timeline.Label(op); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
