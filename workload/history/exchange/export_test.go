package exchange_test

import (
	"bytes"
	"encoding/csv"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
	"github.com/assay-dev/assay/workload/history/exchange"
)

func export(t testing.TB, h *history.History, format exchange.Format) string {
	t.Helper()
	var b bytes.Buffer
	if err := exchange.Export(&b, h, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEachOperationIsToldInJepsensWords(t *testing.T) {
	version := history.Version{SeqNo: 5, Value: `a"7`}
	for want, op := range map[string]history.Operation{
		`:ok, :f :read, :value ["k" 5], :process 1, :data "a\"7"`:                          {Action: &history.Head{Found: true, Version: version}},
		`:ok, :f :read, :value ["k" nil], :process 1`:                                      {Action: &history.Head{}},
		`:ok, :f :cas, :value ["k" [nil 5]], :process 1, :data "a\"7"`:                     {Action: &history.CompareAndSet{New: version, Committed: true}},
		`:fail, :f :cas, :value ["k" [18446744073709551615N 5]], :process 1, :data "a\"7"`: {Action: &history.CompareAndSet{HasExpected: true, Expected: math.MaxUint64, New: version}},
		`:info, :f :cas, :value ["k" [4 5]], :process 1, :data "a\"7", :error "lost"`:      {Outcome: history.Info, Error: "lost", Action: &history.CompareAndSet{HasExpected: true, Expected: 4, New: version}},
		`:ok, :f :scan, :value ["k" [[5 "a\"7"]]], :process 1, :from 2, :limit 9`:          {Action: &history.Scan{From: 2, Limit: 9, Versions: []history.Version{version}}},
		`:ok, :f :truncate, :value ["k" 3], :process 1, :deleted 2`:                        {Action: &history.Truncate{UpTo: 3, Deleted: 2}},
		`:ok, :f :truncate, :value ["k" 4], :process 1`:                                    {Action: &history.Truncate{UpTo: 4, Deleted: location.CountUnknown}},
		`:fail, :f :read, :value ["k" nil], :process 1, :error "unknown"`:                  {Outcome: history.Fail, Action: &history.Get{}},
		`:ok, :f :read, :value ["k" "v\n"], :process 1, :size 3`:                           {Action: &history.Get{Found: true, Value: "v\n", Size: 3}},
		`:ok, :f :read, :value ["k" "v (damaged: torn)"], :process 1`:                      {Action: &history.Get{Found: true, Value: "v", Size: history.SizeUnknown, Damage: "torn"}},
		`:ok, :f :write, :value ["k" "v"], :process 1, :size 3`:                            {Action: &history.Set{Value: "v", Size: 3}},
		`:ok, :f :write, :value ["k" nil], :process 1, :op "delete", :size 3`:              {Action: &history.Delete{Answered: true, Found: true, Size: 3}},
		`:ok, :f :restore, :value ["k" nil], :process 1`:                                   {Action: &history.Restore{}},
		`:ok, :f :list-keys, :value ["a" "b"], :process 1`:                                 {Key: "-", Action: &history.ListKeys{Keys: []string{"a", "b"}}},
		`:ok, :f :list, :value [["a" 3]], :process 1, :prefix "p"`:                         {Key: "-", Action: &history.List{Prefix: "p", Entries: []location.BlobMetadata{{Key: "a", Size: 3}}}},
		`:ok, :f :read, :value ["k" 7], :process 1`:                                        {Action: &history.RegisterRead{Held: held("7")}},
		`:ok, :f :write, :value ["k" "07"], :process 1`:                                    {Action: &history.RegisterWrite{New: held("07")}},
		`:fail, :f :cas, :value ["k" ["x" nil]], :process 1`:                               {Action: &history.RegisterSwap{Old: held("x")}},
	} {
		op.Process, op.Call, op.Return = 1, 10, 20
		op.Key = map[string]string{"": "k", "-": ""}[op.Key]
		lines := strings.Split(strings.TrimSpace(export(t, &history.History{Operations: []history.Operation{op}}, exchange.EDN)), "\n")
		if len(lines) != 2 || lines[1] != "{:type "+want+", :time 20, :index 1}" {
			t.Errorf("got %q, want %s", lines, want)
		}
		if !strings.HasPrefix(lines[0], "{:type :invoke, ") || !strings.HasSuffix(lines[0], ", :time 10, :index 0}") {
			t.Errorf("the call is %s", lines[0])
		}
	}
}

func TestCallsAndReturnsComeInTheirOrder(t *testing.T) {
	get := func(process int, call, after int64) history.Operation {
		return history.Operation{Process: process, Key: "k", Call: call, Return: after, Action: &history.Get{}}
	}
	h := &history.History{
		Operations: []history.Operation{get(0, 0, 10), get(1, 10, 20), get(0, 10, 10), get(2, 5, history.Never), get(0, 10, 15)},
		Faults:     []history.Fault{{Fault: "kill", Target: "n1", Call: 10, Return: 15, Effect: "gone"}, {Fault: "cut", Call: 12, Return: history.Never}},
	}
	h.Operations[3].Outcome = history.Info
	var got []string
	for line := range strings.Lines(export(t, h, exchange.EDN)) {
		kind := strings.Fields(line)[1]
		_, process, _ := strings.Cut(line, ":process ")
		got = append(got, strings.Trim(kind, ":,")+" "+strings.Trim(strings.Fields(process)[0], ",}"))
	}
	// What touches overlaps: process 1 calls before process 0 is answered.
	want := []string{"invoke 0", "invoke 2", "info :nemesis", "invoke 1", "ok 0", "invoke 0", "ok 0", "invoke 0", "info :nemesis", "info :nemesis", "ok 0", "ok 1"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// random is a history of registers in which no two instants are equal.
func random(t testing.TB, src *rand.Rand) *history.History {
	t.Helper()
	h := &history.History{Header: history.Header{Assay: 1, Object: history.Register}}
	free := map[int]int64{}
	content := func() history.Content {
		values := []string{"", "1", "2", "a b", "\"", "é\n"}
		n := src.IntN(len(values))
		return history.Content{Found: n > 0, Value: values[n]}
	}
	for i := range 1 + src.IntN(20) {
		process := src.IntN(4)
		call := free[process] + 1 + src.Int64N(50)
		op := history.Operation{Process: process, Key: []string{"k", "a/b", `"`}[src.IntN(3)], Call: call*1000 + int64(2*i), Return: (call+1+src.Int64N(50))*1000 + int64(2*i+1)}
		free[process] = op.Return/1000 + 1
		switch src.IntN(3) {
		case 0:
			op.Action = &history.RegisterRead{Held: content()}
		case 1:
			op.Action = &history.RegisterWrite{New: content()}
		default:
			op.Action = &history.RegisterSwap{Old: content(), New: content(), Swapped: src.IntN(2) == 0}
		}
		switch src.IntN(6) {
		case 0:
			op.Outcome, op.Error, op.Process = history.Info, `"lost"`, 100+i
		case 1:
			op.Outcome, op.Error = history.Fail, `"no"`
		}
		h.Operations = append(h.Operations, op)
	}
	slices.SortFunc(h.Operations, func(a, b history.Operation) int { return int(a.Call - b.Call) })
	for i := range h.Operations {
		h.Operations[i].Line = i + 2
	}
	// As a file has them: without answers where there was none.
	again, err := history.Read(strings.NewReader(export(t, h, exchange.Lines)))
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func TestARegisterComesBackAsItWas(t *testing.T) {
	for n := range 300 {
		h := random(t, rand.New(rand.NewPCG(1, uint64(n))))
		for i := range h.Operations {
			h.Operations[i].Error = strings.Trim(h.Operations[i].Error, `"`)
		}
		again, err := exchange.Import(strings.NewReader(export(t, h, exchange.EDN)), exchange.Options{FailedSwapIsMismatch: true})
		if err != nil {
			t.Fatal(err)
		}
		for i := range again.Operations {
			again.Operations[i].Error = strings.Trim(again.Operations[i].Error, `"`)
			if swap, ok := again.Operations[i].Action.(*history.RegisterSwap); ok && again.Operations[i].Outcome != history.Ok {
				swap.Swapped = false
			}
		}
		shift := h.Operations[0].Call - again.Operations[0].Call
		if shift != 0 || !reflect.DeepEqual(again.Operations, h.Operations) {
			t.Fatalf("history %d: got\n%s\nwant\n%s", n, lines(t, again.Operations), lines(t, h.Operations))
		}
	}
}

func TestATableHasWhatTheHistoryHas(t *testing.T) {
	const odd = "a,\"b\"\n\tc;é'"
	h := &history.History{Header: history.Header{Object: history.Blob}, Operations: []history.Operation{
		{Process: 1, Key: odd, Call: 5, Return: 9, Action: &history.Set{Value: odd, Size: 3}, Line: 2},
		{Process: 2, Key: odd, Call: 6, Return: history.Never, Outcome: history.Info, Error: odd, Action: &history.Delete{}, Line: 3},
		{Process: 3, Call: 7, Return: 8, Action: &history.List{Prefix: odd}, Line: 4},
	}}
	got, err := csv.NewReader(strings.NewReader(export(t, h, exchange.CSV))).ReadAll()
	want := [][]string{
		{"line", "process", "op", "key", "call", "return", "outcome", "error", "details"},
		{"2", "1", "set", odd, "5", "9", "ok", "", `{"size":3,"value":"a,\"b\"\n\tc;é'"}`},
		{"3", "2", "delete", odd, "6", "", "info", odd, `{}`},
		{"4", "3", "list", "", "7", "8", "ok", "", `{"entries":[],"prefix":"a,\"b\"\n\tc;é'"}`},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q\n%v", got, want, err)
	}
}

func TestLinesAreAHistory(t *testing.T) {
	h := random(t, rand.New(rand.NewPCG(2, 2)))
	h.Faults = []history.Fault{{Fault: "kill", Call: 1, Return: 2}}
	again, err := history.Read(strings.NewReader(export(t, h, exchange.Lines)))
	if err != nil || len(again.Operations) != len(h.Operations) || len(again.Faults) != 1 {
		t.Errorf("%d operations and %d faults came back, %v", len(again.Operations), len(again.Faults), err)
	}
}

func TestAnUnknownFormatIsRefused(t *testing.T) {
	if err := exchange.Export(&bytes.Buffer{}, &history.History{}, "xml"); err == nil {
		t.Error("it is written")
	}
}
