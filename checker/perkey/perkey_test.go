package perkey_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// lines returns the histories as "key: lines / lines of failed operations".
func lines(histories []perkey.History) []string {
	var out []string
	for _, h := range histories {
		text := h.Key + ":"
		for _, op := range h.Operations {
			text += fmt.Sprint(" ", op.Line)
			switch a := op.Action.(type) {
			case *history.ListKeys:
				text += fmt.Sprint(a.Keys)
			case *history.List:
				text += fmt.Sprint(a.Entries)
			}
		}
		for _, op := range h.Failed {
			text += fmt.Sprint(" -", op.Line)
		}
		out = append(out, text)
	}
	return out
}

func op(line int, call, ret int64, outcome history.Outcome, key string, a history.Action) history.Operation {
	return history.Operation{Line: line, Call: call, Return: ret, Outcome: outcome, Key: key, Action: a}
}

func TestSplit(t *testing.T) {
	entries := func(keys ...string) []location.BlobMetadata {
		var es []location.BlobMetadata
		for _, key := range keys {
			es = append(es, location.BlobMetadata{Key: key, Size: 1})
		}
		return es
	}
	const ok, fail, info = history.Ok, history.Fail, history.Info
	for _, test := range []struct {
		name       string
		operations []history.Operation
		want       []string
	}{
		{"nothing", nil, nil},
		{"keys are sorted and operations keep their order", []history.Operation{
			op(2, 1, 2, ok, "b", &history.Set{}), op(3, 3, 4, ok, "a", &history.Set{}), op(4, 5, 6, ok, "b", &history.Get{}),
		}, []string{"a: 3", "b: 2 4"}},
		{"failures are set apart, refusals are answers, reads without an answer say nothing", []history.Operation{
			op(2, 1, 2, fail, "a", &history.Set{}), op(3, 1, 2, fail, "a", &history.Restore{Refused: true}),
			op(4, 1, 2, info, "a", &history.Get{}), op(5, 1, 2, info, "a", &history.Set{}), op(6, 1, 2, info, "", &history.List{}),
		}, []string{"a: 3 5 -2"}},
		{"a listing is one read of each key under its prefix", []history.Operation{
			op(2, 1, 2, ok, "p/a", &history.Set{}), op(3, 1, 2, ok, "p/b", &history.Set{}), op(4, 1, 2, ok, "q", &history.Set{}),
			op(5, 3, 4, ok, "", &history.List{Prefix: "p/", Entries: entries("p/a")}),
		}, []string{"p/a: 5[{p/a 1}] 2", "p/b: 5[] 3", "q: 4"}},
		{"a listing before the first set of an absent key says nothing", []history.Operation{
			op(2, 5, 6, ok, "a", &history.Set{}), op(3, 5, 9, ok, "", &history.List{}), op(4, 6, 9, ok, "", &history.List{}),
		}, []string{"a: 4[] 2"}},
		{"a key that only a listing names has a history", []history.Operation{
			op(2, 1, 2, ok, "", &history.List{Entries: entries("x")}),
		}, []string{"x: 2[{x 1}]"}},
		{"a key named twice or outside the prefix is kept", []history.Operation{
			op(2, 1, 2, ok, "", &history.List{Prefix: "p", Entries: entries("x", "px", "px")}),
		}, []string{"px: 2[{px 1} {px 1}]", "x: 2[{x 1}]"}},
		{"of the key lists only the first with a key and the last without it matter", []history.Operation{
			op(2, 1, 9, ok, "a", &history.CompareAndSet{}),
			op(3, 1, 9, ok, "", &history.ListKeys{}), op(4, 2, 8, ok, "", &history.ListKeys{}),
			op(5, 1, 9, ok, "", &history.ListKeys{Keys: []string{"a"}}), op(6, 2, 8, ok, "", &history.ListKeys{Keys: []string{"a"}}),
		}, []string{"a: 6[a] 4[] 2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for workers := range 5 {
				got := lines(perkey.Split(&history.History{Operations: test.operations}, workers+1))
				if !slices.Equal(got, test.want) {
					t.Errorf("%d workers: got %q, want %q", workers+1, got, test.want)
				}
			}
		})
	}
}

func BenchmarkSplit(b *testing.B) {
	for _, keys := range []int{20, 100_000} {
		b.Run(fmt.Sprintf("%d keys", keys), func(b *testing.B) {
			h := &history.History{}
			for i := range 1_000_000 {
				h.Operations = append(h.Operations, op(i+2, int64(i), int64(i+10), history.Ok, fmt.Sprintf("k%d", i*7919%keys), &history.Head{}))
			}
			for b.Loop() {
				perkey.Split(h, 1)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/operation")
		})
	}
}
