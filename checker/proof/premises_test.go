package proof_test

import (
	"testing"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// on makes the operation on a line of the tests below.
func on(call, ret int64, a history.Action) history.Operation {
	op := history.Operation{Key: "k", Call: call, Return: ret, Action: a}
	if _, listing := a.(*history.List); listing {
		op.Key = ""
	}
	return op
}

func info(call int64, a history.Action) history.Operation {
	op := on(call, history.Never, a)
	op.Outcome = history.Info
	return op
}

func set(value string, size int64) history.Action { return &history.Set{Value: value, Size: size} }
func get(value string) history.Action {
	return &history.Get{Found: value != "", Value: value, Size: history.SizeUnknown}
}
func del(size int64) history.Action {
	return &history.Delete{Answered: true, Found: size > 0, Size: size}
}

func apart(before, after proof.Event, lines ...int) proof.Step {
	return proof.Step{Rule: proof.Apart, Before: before, After: after, Lines: lines}
}

func ends(rule proof.Rule, lines ...int) proof.Step { return proof.Step{Rule: rule, Lines: lines} }

var circle = proof.Step{Rule: proof.Cycle, From: []int{0, 1}}

// Each of these histories is valid. What is claimed of it would hold, were it not for
// one premise of the rule.
func TestARuleOfABlobHoldsOnlyWhereItsPremisesDo(t *testing.T) {
	v2, v3 := proof.ValueEvent(2), proof.ValueEvent(3)
	op := proof.OpEvent
	restored := []history.Operation{on(0, 1, set("a", 1)), on(2, 3, del(1)), on(4, 5, get("")), on(6, 7, &history.Restore{}), on(8, 9, get("a"))}
	for _, test := range []struct {
		name       string
		relax      location.Relaxations
		operations []history.Operation
		steps      []proof.Step
	}{
		{"a value that came back is there twice", nil, restored,
			[]proof.Step{apart(v2, op(4), 2, 4), apart(op(4), v2, 4, 6), circle}},
		{"a value that came back is read after its delete", nil, restored,
			[]proof.Step{{Rule: proof.RealTime, Before: op(3), After: op(6)}, {Rule: proof.Answered, Before: op(6), After: op(3)}, circle}},
		{"a value that came back is deleted again", nil,
			[]history.Operation{on(0, 1, set("a", 1)), on(2, 3, del(1)), on(4, 5, &history.Restore{}), on(6, 7, del(1))},
			[]proof.Step{ends(proof.Once, 3, 5)}},
		{"under delete-size two deletes report one value", location.Relaxations{location.RelaxDeleteSize},
			[]history.Operation{on(0, 1, set("a", 1)), on(2, 5, del(1)), on(2, 5, del(1))},
			[]proof.Step{ends(proof.Once, 3, 4)}},
		{"one delete is not two", nil,
			[]history.Operation{on(0, 1, set("a", 1)), on(2, 5, del(1))},
			[]proof.Step{ends(proof.Once, 3, 3)}},
		{"what touches is not apart", nil,
			[]history.Operation{on(0, 2, set("a", 1)), on(2, 3, get("")), on(0, 2, del(1))},
			[]proof.Step{apart(v2, op(3), 2, 3), ends(proof.Undeleted, 2, 3)}},
		{"a value that was deleted needs no further delete", nil,
			[]history.Operation{on(0, 1, set("a", 1)), on(2, 3, get("")), on(1, 2, del(1))},
			[]proof.Step{apart(v2, op(3), 2, 3), ends(proof.Undeleted, 2, 3)}},
		{"a listing of other keys saw nothing of this one", nil,
			[]history.Operation{on(0, 1, set("a", 1)), on(2, 3, &history.List{Prefix: "x"})},
			[]proof.Step{apart(v2, op(3), 2, 3), ends(proof.Undeleted, 2, 3)}},
		{"a delete may happen at the instant at which nothing was seen", nil,
			[]history.Operation{on(0, 1, set("a", 1)), on(2, 3, get("")), info(3, &history.Delete{})},
			[]proof.Step{apart(v2, op(3), 2, 3), ends(proof.Undeleted, 2, 3)}},
		{"one delete may serve two that saw nothing", nil,
			[]history.Operation{on(0, 1, set("a", 1)), on(0, 1, set("b", 2)), on(2, 3, get("")), on(2, 3, get("")), info(0, &history.Delete{})},
			[]proof.Step{apart(v2, op(4), 2, 4), apart(v3, op(5), 3, 5), ends(proof.Undeleted, 2, 4, 3, 5)}},
		{"a write of unknown outcome may have happened", nil,
			[]history.Operation{info(0, set("a", 1)), on(2, 3, get("a"))},
			[]proof.Step{ends(proof.WrongAnswer, 3)}},
		{"a value of unknown size has any size", nil,
			[]history.Operation{on(0, 1, set("a", history.SizeUnknown)), on(2, 3, del(5))},
			[]proof.Step{ends(proof.WrongAnswer, 3)}},
		{"two reads of a value have no order of their own", nil,
			[]history.Operation{on(0, 1, set("a", 1)), on(2, 3, get("a")), on(4, 5, get("a"))},
			[]proof.Step{{Rule: proof.RealTime, Before: op(3), After: op(4)}, {Rule: proof.Answered, Before: op(4), After: op(3)}, circle}},
		{"what is tried for too long is not refuted", nil, permutations(20),
			[]proof.Step{ends(proof.Exhausted, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			refuse(t, history.Blob, test.relax, test.operations, proof.Key{Key: "k", Contradiction: test.steps})
		})
	}
}

// permutations are sets at one time, of which the first has to come last.
func permutations(sets int) (operations []history.Operation) {
	for i := range sets {
		operations = append(operations, on(0, 10, set(string(rune('a'+i)), int64(i))))
	}
	return append(operations, on(11, 12, get("a")))
}

func refuse(t *testing.T, object history.Object, relax location.Relaxations, operations []history.Operation, claim proof.Key) {
	t.Helper()
	h := &history.History{Header: history.Header{Object: object, Relax: relax}, Operations: operations}
	for i := range h.Operations {
		h.Operations[i].Process, h.Operations[i].Line = i, i+2
	}
	c := &proof.Certificate{Object: object, Relax: relax, Keys: []proof.Key{claim}}
	if proof.Verify(h, relax, c) == nil {
		t.Errorf("%+v is accepted", claim)
	}
}

func TestAnOrderIsRefusedThatTheContractOrTimeForbids(t *testing.T) {
	order := func(numbers ...int64) (o proof.Order) {
		for i := 0; i < len(numbers); i += 2 {
			o = append(o, proof.Placement{Line: int(numbers[i]), At: numbers[i+1]})
		}
		return o
	}
	failed := on(0, 1, set("a", 1))
	failed.Outcome = history.Fail
	refused := on(2, 3, &history.Restore{Refused: true})
	refused.Outcome = history.Fail
	listed := func(prefix, key string, size int64) history.Action {
		return &history.List{Prefix: prefix, Entries: []location.BlobMetadata{{Key: key, Size: size}}}
	}
	twice := &history.List{Entries: []location.BlobMetadata{{Key: "k", Size: 1}, {Key: "k", Size: 1}}}
	a := on(0, 1, set("a", 1))
	for _, test := range []struct {
		name       string
		operations []history.Operation
		order      proof.Order
	}{
		{"instants go back", []history.Operation{a, on(5, 6, get(""))}, order(3, 5, 2, 1)},
		{"an instant before the call", []history.Operation{a, on(5, 6, get("a"))}, order(2, 0, 3, 4)},
		{"an instant after the return", []history.Operation{a, on(5, 6, get("a"))}, order(2, 2, 3, 5)},
		{"an operation twice", []history.Operation{a, on(5, 6, get("a"))}, order(2, 0, 2, 1, 3, 5)},
		{"an operation is missing", []history.Operation{a, on(5, 6, get("a"))}, order(2, 0)},
		{"what failed happened", []history.Operation{failed, on(5, 6, get("a"))}, order(2, 0, 3, 5)},
		{"damaged bytes", []history.Operation{a, on(5, 6, &history.Get{Found: true, Value: "a", Size: 1, Damage: "torn"})}, order(2, 0, 3, 5)},
		{"a stale read", []history.Operation{a, on(2, 3, set("b", 2)), on(5, 6, get("a"))}, order(2, 0, 3, 2, 4, 5)},
		{"a refused restore of what is there", []history.Operation{a, refused}, order(2, 0, 3, 2)},
		{"a restore of nothing", []history.Operation{on(2, 3, &history.Restore{})}, order(2, 2)},
		{"a listing names another size", []history.Operation{a, on(2, 3, listed("", "k", 9))}, order(2, 0)},
		{"a listing names a key twice", []history.Operation{a, on(2, 3, twice)}, order(2, 0)},
		{"a listing names a key outside its prefix", []history.Operation{a, on(2, 3, listed("x", "k", 1))}, order(2, 0)},
		{"a listing leaves a key out", []history.Operation{a, on(2, 3, &history.List{Prefix: "k"})}, order(2, 0)},
	} {
		t.Run(test.name, func(t *testing.T) {
			refuse(t, history.Blob, nil, test.operations, proof.Key{Key: "k", Order: test.order})
		})
	}
}
