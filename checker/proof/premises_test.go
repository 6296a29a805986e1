package proof_test

import (
	"slices"
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

// commit is a compare-and-set that moved the head from the version just below, which is
// none for the first.
func commit(number location.SeqNo) history.Action {
	return &history.CompareAndSet{HasExpected: number > 1, Expected: number - 1, New: version(number), Committed: true}
}

func version(number location.SeqNo) history.Version {
	return history.Version{SeqNo: number, Value: "v"}
}

func scan(limit int64, numbers ...location.SeqNo) history.Action {
	a := &history.Scan{Limit: limit}
	for _, n := range numbers {
		a.Versions = append(a.Versions, version(n))
	}
	return a
}

// Each of these histories is valid. All of its operations would contradict each other,
// were it not for one premise of a rule.
func TestARuleHoldsOnlyWhereItsPremisesDo(t *testing.T) {
	twoCommits := []history.Operation{on(0, 1, commit(1)), on(2, 3, commit(2))}
	for _, test := range []struct {
		name       string
		object     history.Object
		relax      location.Relaxations
		operations []history.Operation
	}{
		{"a value that came back is there twice", history.Blob, nil,
			[]history.Operation{on(0, 1, set("a", 1)), on(2, 3, del(1)), on(4, 5, get("")), on(6, 7, &history.Restore{}), on(8, 9, get("a"))}},
		{"a value that came back is deleted again", history.Blob, nil,
			[]history.Operation{on(0, 1, set("a", 1)), on(2, 3, del(1)), on(4, 5, &history.Restore{}), on(6, 7, del(1))}},
		{"under delete-size two deletes report one value", history.Blob, location.Relaxations{location.RelaxDeleteSize},
			[]history.Operation{on(0, 1, set("a", 1)), on(2, 5, del(1)), on(2, 5, del(1))}},
		{"one delete is not two", history.Blob, nil,
			[]history.Operation{on(0, 1, set("a", 1)), on(2, 5, del(1))}},
		{"what touches is not apart", history.Blob, nil,
			[]history.Operation{on(0, 2, set("a", 1)), on(2, 3, get("")), on(0, 2, del(1))}},
		{"a value that was deleted needs no further delete", history.Blob, nil,
			[]history.Operation{on(0, 1, set("a", 1)), on(2, 3, get("")), on(1, 2, del(1))}},
		{"a listing of other keys saw nothing of this one", history.Blob, nil,
			[]history.Operation{on(0, 1, set("a", 1)), on(2, 3, &history.List{Prefix: "x"})}},
		{"a delete may happen at the instant at which nothing was seen", history.Blob, nil,
			[]history.Operation{on(0, 1, set("a", 1)), on(2, 3, get("")), info(3, &history.Delete{})}},
		{"one delete may serve two that saw nothing", history.Blob, nil,
			[]history.Operation{on(0, 1, set("a", 1)), on(0, 1, set("b", 2)), on(2, 3, get("")), on(2, 3, get("")), info(0, &history.Delete{})}},
		{"a write of unknown outcome may have happened", history.Blob, nil,
			[]history.Operation{info(0, set("a", 1)), on(2, 3, get("a"))}},
		{"a value of unknown size has any size", history.Blob, nil,
			[]history.Operation{on(0, 1, set("a", history.SizeUnknown)), on(2, 3, del(5))}},
		{"two reads of a value have no order of their own", history.Blob, nil,
			[]history.Operation{on(0, 1, set("a", 1)), on(2, 3, get("a")), on(4, 5, get("a"))}},
		{"what is tried for too long is not refuted", history.Blob, nil,
			permutations(20)},
		{"a mismatch may have found nothing", history.Consensus, nil,
			[]history.Operation{on(0, 1, &history.CompareAndSet{HasExpected: true, Expected: 5, New: version(6)}), on(2, 3, commit(1))}},
		{"a scan that was cut by its limit saw nothing behind it", history.Consensus, nil,
			append(twoCommits[:2:2], on(4, 5, scan(1, 1)))},
		{"a scan with limit 0 saw nothing at all", history.Consensus, nil,
			[]history.Operation{on(0, 1, commit(1)), on(2, 3, scan(0))}},
		{"the truncation that raised the mark does not come after that", history.Consensus, nil,
			append(twoCommits[:2:2], on(4, 5, &history.Truncate{UpTo: 2, Deleted: 1}), on(6, 7, scan(9, 2)))},
		{"what touches is not apart", history.Consensus, nil,
			[]history.Operation{on(0, 2, commit(1)), on(2, 3, &history.Head{})}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := &history.History{Header: history.Header{Object: test.object, Relax: test.relax}, Operations: test.operations}
			refuse(t, h, everything(h))
		})
	}
}

// everything claims that all operations contradict each other, with all numbers apart.
func everything(h *history.History) proof.Key {
	claim := proof.Key{Key: "k"}
	number(h)
	for n := range location.SeqNo(12) {
		claim.Apart = append(claim.Apart, n)
	}
	for i := range h.Operations {
		claim.Contradiction = append(claim.Contradiction, proof.Step{Line: h.Operations[i].Line, Rule: proof.RuleOf(&h.Operations[i])})
	}
	claim.Contradiction = inOrder(h, claim.Contradiction)
	return claim
}

// permutations are sets at one time, of which the first has to come last.
func permutations(sets int) (operations []history.Operation) {
	for i := range sets {
		operations = append(operations, on(0, 10, set(string(rune('a'+i)), int64(i))))
	}
	return append(operations, on(11, 12, get("a")))
}

func number(h *history.History) {
	for i := range h.Operations {
		h.Operations[i].Process, h.Operations[i].Line = i, i+2
	}
}

func refuse(t *testing.T, h *history.History, claim proof.Key) {
	t.Helper()
	number(h)
	c := &proof.Certificate{Object: h.Header.Object, Relax: h.Header.Relax, Keys: []proof.Key{claim}}
	if proof.Verify(h, h.Header.Relax, c) == nil {
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
			refuse(t, &history.History{Header: history.Header{Object: history.Blob}, Operations: test.operations}, proof.Key{Key: "k", Order: test.order})
		})
	}
}

func TestAnOrderIsRefusedInWhichAScanReturnsMoreThanItsLimit(t *testing.T) {
	refuse(t, &history.History{Header: history.Header{Object: history.Consensus}, Operations: []history.Operation{
		on(0, 1, commit(1)), on(2, 3, commit(2)), on(4, 5, scan(1, 1, 2)),
	}}, proof.Key{Key: "k", Order: proof.Order{{Line: 2, At: 0}, {Line: 3, At: 2}, {Line: 4, At: 4}}})
}

// A compare-and-set that was a mismatch wrote nothing, not even outside the contradiction.
func TestAMismatchDoesNotStandForAWrite(t *testing.T) {
	mismatch := &history.CompareAndSet{HasExpected: true, Expected: 1, New: version(2)}
	h := &history.History{Header: history.Header{Object: history.Consensus}, Operations: []history.Operation{
		on(0, 1, commit(1)), on(0, 9, mismatch), on(4, 5, &history.Head{Found: true, Version: version(2)}),
	}}
	number(h)
	claim := proof.Key{Key: "k", Contradiction: []proof.Step{{Line: 4, Rule: "C6"}}, Apart: []location.SeqNo{1, 2, 3}}
	if err := proof.Verify(h, nil, &proof.Certificate{Object: history.Consensus, Keys: []proof.Key{claim}}); err != nil {
		t.Error(err)
	}
}

// A write of unknown outcome need not be in an order. But it is in none of another key.
func TestAnOrderIsRefusedThatTakesFromAnotherKey(t *testing.T) {
	other := info(0, set("a", 1))
	other.Key = "other"
	h := &history.History{Header: history.Header{Object: history.Blob}, Operations: []history.Operation{other, on(2, 3, get("a"))}}
	number(h)
	c := &proof.Certificate{Object: history.Blob, Keys: []proof.Key{
		{Key: "k", Order: proof.Order{{Line: 2, At: 1}, {Line: 3, At: 2}}}, {Key: "other"},
	}}
	if proof.Verify(h, nil, c) == nil {
		t.Error("it is accepted")
	}
}

func TestAnOrderIsRefusedInWhichADeleteLookedUpWhatWasNotThere(t *testing.T) {
	relax := location.Relaxations{location.RelaxDeleteSize}
	for name, size := range map[string]int64{"another size": 9, "what was replaced before the call": 1} {
		refuse(t, &history.History{Header: history.Header{Object: history.Blob, Relax: relax}, Operations: []history.Operation{
			on(0, 1, set("a", 1)), on(2, 3, set("b", 2)), on(4, 5, del(size)),
		}}, proof.Key{Key: "k", Order: proof.Order{{Line: 2, At: 0}, {Line: 3, At: 2}, {Line: 4, At: 4}}})
		if t.Failed() {
			t.Log(name)
		}
	}
}

func TestADeleteThatDidNotTellLookedNothingUp(t *testing.T) {
	relax := location.Relaxations{location.RelaxDeleteSize}
	h := &history.History{Header: history.Header{Object: history.Blob, Relax: relax}, Operations: []history.Operation{
		on(2, 3, &history.Delete{Found: true, Size: 9}), // which means nothing, as it was not answered
	}}
	number(h)
	claim := proof.Key{Key: "k", Order: proof.Order{{Line: 2, At: 2}}}
	if err := proof.Verify(h, relax, &proof.Certificate{Object: history.Blob, Relax: relax, Keys: []proof.Key{claim}}); err != nil {
		t.Error(err)
	}
}

// What a certificate says is refused where it is not about the history, or that is none.
func TestACertificateIsRefusedThatDoesNotFitItsHistory(t *testing.T) {
	stale := location.Relaxations{location.RelaxStaleHead}
	foreign := on(0, 1, &history.Get{})
	wrong := proof.Key{Key: "k", Contradiction: []proof.Step{{Line: 3, Rule: "B1"}}}
	fits := func() (*history.History, *proof.Certificate) {
		h := &history.History{Header: history.Header{Object: history.Blob}, Operations: []history.Operation{on(0, 1, set("a", 1)), on(5, 6, get("b"))}}
		number(h)
		return h, &proof.Certificate{Object: history.Blob, Keys: []proof.Key{wrong}}
	}
	if h, c := fits(); proof.Verify(h, nil, c) != nil {
		t.Fatal(proof.Verify(h, nil, c))
	}
	for name, change := range map[string]func(h *history.History, c *proof.Certificate) location.Relaxations{
		"under another relaxation": func(_ *history.History, c *proof.Certificate) location.Relaxations {
			c.Relax = stale
			return nil
		},
		"under no relaxation": func(*history.History, *proof.Certificate) location.Relaxations { return stale },
		"of another object": func(_ *history.History, c *proof.Certificate) location.Relaxations {
			c.Object = history.Register
			return nil
		},
		"a key twice": func(_ *history.History, c *proof.Certificate) location.Relaxations {
			c.Keys = append([]proof.Key{{Key: "k"}}, c.Keys...)
			return nil
		},
		"no key": func(_ *history.History, c *proof.Certificate) location.Relaxations {
			c.Keys = nil
			return nil
		},
		"a line twice": func(h *history.History, _ *proof.Certificate) location.Relaxations {
			h.Operations[0].Line = 3
			return nil
		},
		"a line of no file": func(h *history.History, _ *proof.Certificate) location.Relaxations {
			h.Operations[1].Line = 1 << 60
			return nil
		},
		"an operation that returned before its call": func(h *history.History, _ *proof.Certificate) location.Relaxations {
			h.Operations[0].Call = 2
			return nil
		},
		"a step of another object": func(h *history.History, c *proof.Certificate) location.Relaxations {
			h.Header.Object, c.Object, h.Operations[0] = history.Consensus, history.Consensus, foreign
			h.Operations[0].Line = 2
			return nil
		},
		"another rule": func(_ *history.History, c *proof.Certificate) location.Relaxations {
			c.Keys[0].Contradiction = []proof.Step{{Line: 3, Rule: "B3"}}
			return nil
		},
		"steps out of order": func(_ *history.History, c *proof.Certificate) location.Relaxations {
			c.Keys[0].Contradiction = []proof.Step{{Line: 3, Rule: "B1"}, {Line: 2, Rule: "B2"}}
			return nil
		},
	} {
		h, c := fits()
		c.Keys = append([]proof.Key{}, c.Keys...)
		if relax := change(h, c); proof.Verify(h, relax, c) == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// A compare-and-set of an illegal number cannot happen. One that does the same to what the
// certificate tells apart can, though it stands behind it.
func TestAWriteThatCannotHappenDoesNotStandForOneThatCan(t *testing.T) {
	illegal := &history.CompareAndSet{New: history.Version{SeqNo: location.MaxSeqNo + 1, Value: "w"}}
	h := &history.History{Header: history.Header{Object: history.Consensus}, Operations: []history.Operation{
		info(0, illegal), info(0, commit(1)), on(2, 3, &history.Head{Found: true, Version: version(1)}),
	}}
	refuse(t, h, proof.Key{Key: "k", Contradiction: []proof.Step{{Line: 4, Rule: "C6"}}})
}

func TestAWriteOutsideAContradictionHappensOnlyWhileItIsInFlight(t *testing.T) {
	for name, operations := range map[string][]history.Operation{
		"not yet":  {on(10, 12, set("a", 1)), on(0, 5, get("a")), on(20, 30, get("a"))},
		"no more":  {on(0, 1, set("a", 1)), on(2, 3, set("b", 2)), on(4, 5, get("b")), on(6, 7, get("a"))},
		"not once": {on(0, 1, set("a", 1)), info(20, set("b", 2)), on(4, 5, get("b")), on(30, 31, get("a"))},
	} {
		h := &history.History{Header: history.Header{Object: history.Blob}, Operations: operations}
		claim := everything(h)
		claim.Contradiction = slices.DeleteFunc(claim.Contradiction, func(s proof.Step) bool { return s.Rule == "E1" || s.Line == 2 })
		c := &proof.Certificate{Object: history.Blob, Keys: []proof.Key{{Key: "k", Contradiction: claim.Contradiction}}}
		if err := proof.Verify(h, nil, c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADeleteOutsideAContradictionMayHaveRemovedWhatItDidNotTell(t *testing.T) {
	h := &history.History{Header: history.Header{Object: history.Blob}, Operations: []history.Operation{
		on(0, 1, set("a", 1)), on(2, 3, &history.Delete{}), on(4, 5, get("")),
	}}
	refuse(t, h, proof.Key{Key: "k", Contradiction: []proof.Step{{Line: 2, Rule: "B2"}, {Line: 4, Rule: "B1"}}})
}

func TestTheStaleReadsOfAProcessKeepTheirOrder(t *testing.T) {
	stale := location.Relaxations{location.RelaxStaleHead}
	head := func(call int64, number location.SeqNo) history.Operation {
		return on(call, call+1, &history.Head{Found: true, Version: version(number)})
	}
	reads := func(operations ...history.Operation) *history.History {
		h := &history.History{Header: history.Header{Object: history.Consensus, Relax: stale}}
		h.Operations = append([]history.Operation{on(0, 1, commit(1)), on(2, 3, commit(2))}, operations...)
		return h
	}
	verify := func(h *history.History, claim proof.Key) error {
		number(h)
		for i := range h.Operations[2:] {
			h.Operations[2+i].Process = 2
		}
		return proof.Verify(h, stale, &proof.Certificate{Object: history.Consensus, Relax: stale, Keys: []proof.Key{claim}})
	}
	h := reads(head(4, 1), head(6, 2), head(8, 1))
	if err := verify(h, everything(h)); err != nil {
		t.Errorf("the last went behind the one before it: %v", err)
	}
	backwards := proof.Order{{Line: 2, At: 0}, {Line: 5, At: 1}, {Line: 3, At: 2}, {Line: 4, At: 4}}
	if verify(reads(head(4, 2), head(6, 1)), proof.Key{Key: "k", Order: backwards}) == nil {
		t.Error("an order is accepted in which the second went before the first")
	}
}
