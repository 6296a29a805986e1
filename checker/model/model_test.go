package model_test

import (
	"fmt"
	"testing"

	"github.com/assay-dev/assay/checker/model"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

func cas(expected, next location.SeqNo, value string) *history.CompareAndSet {
	return &history.CompareAndSet{HasExpected: expected > 0, Expected: expected, Committed: true,
		New: history.Version{SeqNo: next, Value: value}}
}

func truncate(upTo location.SeqNo, deleted int64) *history.Truncate {
	return &history.Truncate{UpTo: upTo, Deleted: deleted}
}

func set(value string) *history.Set { return &history.Set{Value: value, Size: 1} }

func removal() *history.Delete { return &history.Delete{Answered: true, Found: true, Size: 1} }

// after returns the state after the actions, all of which succeed.
func after(t *testing.T, object history.Object, actions ...history.Action) model.State {
	t.Helper()
	restore := []*history.Operation{{Action: &history.Restore{}}}
	m := model.New(object, nil, restore)
	s := m.Initial()
	for _, a := range actions {
		next, ok := m.Take(s, &model.Step{Operation: &history.Operation{Key: "k", Action: a}})
		if !ok {
			t.Fatalf("%s %+v cannot be answered so", a.Name(), a)
		}
		s = next
	}
	return s
}

func TestStatesAreEqualIffTheyHoldTheSame(t *testing.T) {
	type actions = []history.Action
	for _, test := range []struct {
		name   string
		object history.Object
		a, b   actions
		equal  bool
	}{
		{"nothing", history.Consensus, nil, nil, true},
		{"nothing and something", history.Consensus, nil, actions{cas(0, 1, "a")}, false},
		{"the same versions", history.Consensus, actions{cas(0, 1, "a"), cas(1, 2, "b")}, actions{cas(0, 1, "a"), cas(1, 2, "b")}, true},
		{"another head", history.Consensus, actions{cas(0, 1, "a"), cas(1, 2, "b")}, actions{cas(0, 1, "a"), cas(1, 2, "c")}, false},
		{"another version below", history.Consensus, actions{cas(0, 1, "a"), cas(1, 2, "b")}, actions{cas(0, 1, "z"), cas(1, 2, "b")}, false},
		{"one version more in the middle", history.Consensus, actions{cas(0, 1, "a"), cas(1, 3, "b")}, actions{cas(0, 1, "a"), cas(1, 2, "z"), cas(2, 3, "b")}, false},
		{"one version truncated", history.Consensus, actions{cas(0, 1, "a"), cas(1, 2, "b")}, actions{cas(0, 1, "a"), cas(1, 2, "b"), truncate(2, 1)}, false},
		{"different pasts, truncated", history.Consensus, actions{cas(0, 1, "a"), cas(1, 3, "b"), truncate(3, 1)}, actions{cas(0, 2, "z"), cas(2, 3, "b"), truncate(3, 1)}, true},
		{"truncated, and never there", history.Consensus, actions{cas(0, 1, "a"), cas(1, 3, "b"), truncate(2, 1)}, actions{cas(0, 3, "b")}, true},
		{"the same value", history.Blob, actions{set("a")}, actions{set("b"), set("a")}, true},
		{"another value", history.Blob, actions{set("a")}, actions{set("b")}, false},
		{"nothing, with different values to restore", history.Blob, actions{set("a"), removal()}, actions{set("b"), removal()}, false},
		{"nothing, with and without a value to restore", history.Blob, nil, actions{set("b"), removal()}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, b := after(t, test.object, test.a...), after(t, test.object, test.b...)
			if a.Equal(b) != test.equal || b.Equal(a) != test.equal {
				t.Errorf("equal: %v, %v; want %v", a.Equal(b), b.Equal(a), test.equal)
			}
			if test.equal && a.Hash() != b.Hash() {
				t.Error("equal states have different hashes")
			}
		})
	}
}

func TestNoStateExplainsAWrongAnswer(t *testing.T) {
	states := map[history.Object][][]history.Action{
		history.Consensus: {nil, {cas(0, 1, "a")}, {cas(0, 1, "a"), cas(1, 2, "b")}},
		history.Blob:      {nil, {set("a")}, {set("a"), removal()}},
	}
	entry := location.BlobMetadata{Key: "k", Size: 1}
	mismatch := cas(1, 1, "b")
	mismatch.Committed = false
	for _, test := range []struct {
		object history.Object
		action history.Action
	}{
		{history.Consensus, cas(1, 1, "b")},
		{history.Consensus, mismatch},
		{history.Consensus, cas(1, location.MaxSeqNo+1, "b")},
		{history.Consensus, truncate(1, location.CountUnknown)},
		{history.Consensus, &history.Scan{Limit: 1, Versions: []history.Version{{SeqNo: 1, Value: "a"}, {SeqNo: 2, Value: "b"}}}},
		{history.Consensus, &history.Scan{Limit: 2, From: 2, Versions: []history.Version{{SeqNo: 1, Value: "a"}}}},
		{history.Consensus, &history.Scan{Limit: 2, Versions: []history.Version{{SeqNo: 2, Value: "b"}, {SeqNo: 1, Value: "a"}}}},
		{history.Consensus, &history.ListKeys{Keys: []string{"k", "k"}}},
		{history.Blob, &history.Get{Found: true, Value: "a", Size: 1, Damage: "torn"}},
		{history.Blob, &history.List{Entries: []location.BlobMetadata{entry, entry}}},
		{history.Blob, &history.List{Prefix: "x", Entries: []location.BlobMetadata{entry}}},
	} {
		t.Run(fmt.Sprintf("%s %+v", test.action.Name(), test.action), func(t *testing.T) {
			op := &history.Operation{Key: "k", Action: test.action}
			if model.Wrong(op, nil) == "" {
				t.Error("Wrong has no reason")
			}
			for _, actions := range states[test.object] {
				m := model.New(test.object, nil, nil)
				if _, ok := m.Take(after(t, test.object, actions...), &model.Step{Operation: op}); ok {
					t.Errorf("it is explained after %d steps", len(actions))
				}
			}
		})
	}
}
