package history

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func get(process int, call, ret int64) Operation {
	return Operation{Process: process, Key: "k", Call: call, Return: ret, Action: &Head{}}
}

func TestAKilledRecordingIsReadUpToWhereAllClientsWereRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var disk lockedBuffer
		r := newTestRecorder(t, &disk, time.Second)
		slow, fast, ended := r.Client(), r.Client(), r.Client()
		ended.Append(get(3, 0, 5))
		ended.End()
		slow.Append(get(1, 10, 40))
		fast.Append(get(2, 20, 30))
		fast.Append(get(2, 35, 60))
		fast.Append(get(2, 65, 70))
		tick(t)
		killed := disk.String() // what the slow client called at 41 is nowhere
		h, err := Read(strings.NewReader(killed + `{"process":1,"op":"he`))
		if err != nil || h.Damage == nil {
			t.Fatal(err)
		}
		if h.Damage.Dropped != 1 {
			t.Errorf("%d operations were dropped, want the one called at 65", h.Damage.Dropped)
		}
		want := map[int64]Outcome{0: Ok, 10: Info, 20: Ok, 35: Info}
		for _, op := range h.Operations {
			if outcome, ok := want[op.Call]; !ok || outcome != op.Outcome || (op.Return == Never) != (outcome == Info) {
				t.Errorf("called at %d: %v, returned at %d", op.Call, op.Outcome, op.Return)
			}
			delete(want, op.Call)
		}
		if len(want) > 0 {
			t.Errorf("missing: %v", want)
		}
		whole, err := Read(strings.NewReader(killed))
		if err != nil || len(whole.Operations) != 5 || whole.Damage != nil {
			t.Errorf("a whole file lost operations: %v, %d", err, len(whole.Operations))
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestTheFileIsCompleteUpToTheSlowestClientThatHasNotEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var disk lockedBuffer
		r := newTestRecorder(t, &disk, time.Second)
		complete := func(want string) {
			t.Helper()
			tick(t)
			notes := strings.Split(disk.String(), `{"complete_until":`)
			if got, _, _ := strings.Cut(notes[len(notes)-1], "}"); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		a, b := r.Client(), r.Client()
		a.Append(get(1, 10, 20))
		complete("0")
		b.Append(Operation{Process: 2, Key: "k", Call: 12, Return: Never, Outcome: Info, Action: &Head{}})
		complete("12")
		b.Append(get(3, 30, 31))
		complete("20")
		a.End()
		complete("31")
		b.Append(get(3, 40, 50))
		b.End()
		complete("50")
		late := r.Client()
		complete("50")
		late.Append(get(4, 60, 70))
		complete("70")
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestAClientThatComesWhileTheOthersAreTakenHoldsTheFileBack(t *testing.T) {
	r := &Recorder{}
	early := r.Client()
	early.Append(get(1, 10, 20))
	early.take()
	r.Client()
	if r.settle(); r.complete != 0 {
		t.Errorf("complete until %d, and the new client may have called at 15", r.complete)
	}
}

// tick lets one interval of a recorder pass.
func tick(t *testing.T) {
	t.Helper()
	time.Sleep(time.Second)
	synctest.Wait()
}

func TestAFileThatDoesNotSayUpToWhenItIsCompleteIsNotCut(t *testing.T) {
	h, err := Read(strings.NewReader(consensusHeader + `{"process":1,"op":"head","key":"k","call":1,"return":2,"outcome":"ok","head":null}` + "\n{"))
	if err != nil || h.Damage == nil || len(h.Operations) != 1 || h.Operations[0].Outcome != Ok {
		t.Errorf("%v, %+v", err, h)
	}
}

func TestARefusalThatIsCutOffIsNoAnswerAnyMore(t *testing.T) {
	h := History{Damage: &Damage{}, Operations: []Operation{
		{Call: 1, Return: 9, Outcome: Fail, Action: &Truncate{Refused: true}},
		{Call: 2, Return: 9, Outcome: Fail, Action: &Restore{Refused: true}},
	}}
	h.cut(5)
	truncate, restore := h.Operations[0].Action.(*Truncate), h.Operations[1].Action.(*Restore)
	if truncate.Refused || restore.Refused {
		t.Errorf("still refused, of unknown outcome: %+v, %+v", truncate, restore)
	}
}
