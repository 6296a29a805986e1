package workload

import (
	"context"
	"reflect"
	"testing"

	"github.com/assay-dev/assay/backends/mem"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/body"
	"github.com/assay-dev/assay/workload/history"
)

func yes() bool { return true }

func TestAConsensusHistorySaysWhatTheStoreAnswered(t *testing.T) {
	store, err := mem.OpenConsensus(t.Context(), "mem:")
	check(t, err)
	caller := consensusCaller{store: store}
	first, second := history.Version{SeqNo: 3, Value: "c0.1"}, history.Version{SeqNo: 5, Value: "c0.2"}
	wrong := history.Version{SeqNo: 6, Value: "damaged, misdirected: c0.3 was written to another key"}
	value := func(key, name string) []byte { return body.Append(nil, key, name, bodyFloor) }
	for i, test := range []struct {
		call   call
		answer history.Action
		failed bool
	}{
		{call{action: &history.Head{}}, &history.Head{}, false},
		{call{action: &history.Truncate{UpTo: 1}}, &history.Truncate{UpTo: 1, Refused: true}, true},
		{call{action: &history.CompareAndSet{New: first}, value: value("k", "c0.1")}, &history.CompareAndSet{New: first, Committed: true}, false},
		{call{action: &history.CompareAndSet{New: second}, value: value("k", "c0.2")}, &history.CompareAndSet{New: second}, false},
		{call{action: &history.CompareAndSet{HasExpected: true, Expected: 3, New: second}, value: value("k", "c0.2")},
			&history.CompareAndSet{HasExpected: true, Expected: 3, New: second, Committed: true}, false},
		{call{action: &history.Scan{Limit: 9}}, &history.Scan{Limit: 9, Versions: []history.Version{first, second}}, false},
		{call{action: &history.Truncate{UpTo: 5}}, &history.Truncate{UpTo: 5, Deleted: 1}, false},
		{call{action: &history.CompareAndSet{HasExpected: true, Expected: 5, New: wrong}, value: value("other", "c0.3")},
			&history.CompareAndSet{HasExpected: true, Expected: 5, New: wrong, Committed: true}, false},
		{call{action: &history.Head{}}, &history.Head{Found: true, Version: wrong}, false},
		{call{action: &history.ListKeys{}}, &history.ListKeys{Keys: []string{"k"}}, false},
	} {
		test.call.key = "k"
		err := caller.send(t.Context(), test.call, yes)
		if (err != nil) != test.failed || !reflect.DeepEqual(test.call.action, test.answer) {
			t.Errorf("call %d: %+v, %v; want %+v", i, test.call.action, err, test.answer)
		}
	}
}

func TestABlobHistorySaysWhatTheStoreAnswered(t *testing.T) {
	store, err := mem.OpenBlob(t.Context(), "mem:")
	check(t, err)
	caller := blobCaller{store: store}
	for i, test := range []struct {
		call   call
		answer history.Action
		failed bool
	}{
		{call{action: &history.Get{}}, &history.Get{}, false},
		{call{action: &history.Restore{}}, &history.Restore{Refused: true}, true},
		{call{action: &history.Delete{}}, &history.Delete{Answered: true}, false},
		{call{action: &history.Set{Value: "c0.1", Size: 70}, value: body.Append(nil, "k", "c0.1", 70)}, &history.Set{Value: "c0.1", Size: 70}, false},
		{call{action: &history.Get{}}, &history.Get{Found: true, Value: "c0.1", Size: 70}, false},
		{call{action: &history.List{}}, &history.List{Entries: []location.BlobMetadata{{Key: "k", Size: 70}}}, false},
		{call{action: &history.Delete{}}, &history.Delete{Answered: true, Found: true, Size: 70}, false},
		{call{action: &history.Restore{}}, &history.Restore{}, false},
		{call{action: &history.Set{Value: body.EmptyName}}, &history.Set{Value: body.EmptyName}, false},
		{call{action: &history.Get{}}, &history.Get{Found: true, Value: body.EmptyName}, false},
		{call{action: &history.Set{Value: "c0.2", Size: 70}, value: body.Append(nil, "other", "c0.2", 70)}, &history.Set{Value: "c0.2", Size: 70}, false},
		{call{action: &history.Get{}}, &history.Get{Found: true, Value: "c0.2", Size: 70, Damage: "misdirected: c0.2 was written to another key"}, false},
	} {
		test.call.key = "k"
		err := caller.send(t.Context(), test.call, yes)
		if (err != nil) != test.failed || !reflect.DeepEqual(test.call.action, test.answer) {
			t.Errorf("call %d: %+v, %v; want %+v", i, test.call.action, err, test.answer)
		}
	}
}

// givesAway is a Blob and a Consensus that return their own slice to everyone.
type givesAway struct {
	location.Blob
	location.Consensus
	own []byte
}

func (s givesAway) Get(context.Context, string) ([]byte, bool, error) { return s.own, true, nil }

func (s givesAway) Head(context.Context, string) (location.VersionedData, bool, error) {
	return location.VersionedData{SeqNo: 1, Data: s.own}, true, nil
}

func TestAStoreThatGivesAwayItsSliceIsSeen(t *testing.T) {
	own := func() givesAway { return givesAway{own: body.Append(nil, "k", "c0.1", 200)} }
	blob, log := blobCaller{store: own()}, consensusCaller{store: own()}
	for i := range 2 {
		get, head := new(history.Get), new(history.Head)
		check(t, blob.send(t.Context(), call{key: "k", action: get}, yes))
		check(t, log.send(t.Context(), call{key: "k", action: head}, yes))
		if again := i == 1; (get.Damage != "") != again || (head.Version.Value != "c0.1") != again {
			t.Errorf("read %d: %+v, %+v", i+1, get, head)
		}
	}
}
