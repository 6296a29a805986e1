package evidence_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results/evidence"
	"github.com/assay-dev/assay/workload/history"
)

const never = history.Never

func at(process int, from, to int64, a history.Action) history.Operation {
	return history.Operation{Process: process, Key: "k", Call: from, Return: to, Action: a}
}

func as(outcome history.Outcome, op history.Operation) history.Operation {
	op.Outcome = outcome
	return op
}

func commit(expected, next uint64) *history.CompareAndSet {
	return &history.CompareAndSet{HasExpected: expected > 0, Expected: location.SeqNo(expected), Committed: true, New: history.Version{SeqNo: location.SeqNo(next)}}
}

func mismatch() *history.CompareAndSet {
	return &history.CompareAndSet{New: history.Version{SeqNo: 1}}
}

func gather(faults []history.Fault, ops ...history.Operation) evidence.Evidence {
	return evidence.Gather(&history.History{Operations: ops, Faults: faults}, nil)
}

func TestConflictsAreCounted(t *testing.T) {
	other := at(1, 5, 15, &history.Set{})
	other.Key = "other"
	for _, c := range []struct {
		name string
		ops  []history.Operation
		want evidence.Conflicts
	}{
		{"a mismatch", []history.Operation{at(0, 0, 10, mismatch())}, evidence.Conflicts{Mismatches: 1}},
		{"a commit over another's", []history.Operation{at(0, 0, 10, commit(0, 1)), at(1, 20, 30, commit(1, 2))}, evidence.Conflicts{Overwrites: 1}},
		{"a commit over one's own", []history.Operation{at(0, 0, 10, commit(0, 1)), at(0, 20, 30, commit(1, 2))}, evidence.Conflicts{}},
		{"a set over another's", []history.Operation{at(0, 0, 10, &history.Set{}), at(1, 20, 30, &history.Set{})}, evidence.Conflicts{Overwrites: 1}},
		{"a set after a delete", []history.Operation{at(0, 0, 10, &history.Set{}), at(1, 12, 14, &history.Delete{}), at(1, 20, 30, &history.Set{})}, evidence.Conflicts{}},
		{"writes that overlap", []history.Operation{at(0, 0, 10, &history.Delete{}), at(1, 5, 15, &history.Delete{})}, evidence.Conflicts{Overlaps: 1}},
		{"the same the other way round", []history.Operation{at(1, 5, 15, &history.Delete{}), at(0, 0, 10, &history.Delete{})}, evidence.Conflicts{Overlaps: 1}},
		{"writes one after the other, in the file the other way round", []history.Operation{at(0, 20, 30, &history.Delete{}), at(1, 0, 10, &history.Delete{})}, evidence.Conflicts{}},
		{"writes that touch", []history.Operation{at(0, 0, 10, &history.Delete{}), at(1, 10, 15, &history.Delete{})}, evidence.Conflicts{}},
		{"writes of different keys", []history.Operation{at(0, 0, 10, &history.Set{}), other}, evidence.Conflicts{}},
		{"reads", []history.Operation{at(0, 0, 10, &history.Get{}), at(1, 5, 15, &history.Get{})}, evidence.Conflicts{}},
	} {
		if got := gather(nil, c.ops...).Conflicts; got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestARefusalThatTheContractAsksForIsAnAnswer(t *testing.T) {
	for _, c := range []struct {
		name string
		op   history.Operation
		want bool
	}{
		{"a result", at(0, 0, 1, &history.Get{}), true},
		{"an unknown outcome", as(history.Info, at(0, 0, 1, &history.Get{})), false},
		{"a failure", as(history.Fail, at(0, 0, 1, &history.Get{})), false},
		{"a refused truncation", as(history.Fail, at(0, 0, 1, &history.Truncate{Refused: true})), true},
		{"a failed truncation", as(history.Fail, at(0, 0, 1, &history.Truncate{})), false},
		{"a refused restore", as(history.Fail, at(0, 0, 1, &history.Restore{Refused: true})), true},
		{"a move backward", as(history.Fail, at(0, 0, 1, commit(5, 5))), true},
		{"a move above the legal end", as(history.Fail, at(0, 0, 1, commit(5, 1<<63))), true},
		{"a failed commit", as(history.Fail, at(0, 0, 1, commit(5, 6))), false},
	} {
		if got := gather(nil, c.op).Calm.Answered == 1; got != c.want {
			t.Errorf("%s is an answer: %t, want %t", c.name, got, c.want)
		}
	}
}

func TestWritesInFlightAreCountedWhereFaultsBeginAndEnd(t *testing.T) {
	faults := []history.Fault{{Fault: "kill", Call: 10, Return: 20, Effect: "killed"}, {Fault: "cut", Call: 15, Return: never}, {Fault: "before", Call: 0, Return: 1}}
	e := gather(faults,
		at(0, 0, 10, &history.Set{}), // until the very instant
		at(1, 5, 15, &history.Set{}), as(history.Info, at(2, 12, never, &history.Set{})),
		at(3, 20, 21, &history.Set{}), at(4, 0, 30, &history.Get{}), at(5, 16, 17, &history.Set{}))
	want := []evidence.Fault{
		{Name: "kill", Effect: "killed", WritesAtStart: 2, WritesAtEnd: 2, Healed: true, AtWork: true},
		{Name: "cut", WritesAtStart: 2, AtWork: true},
		{Name: "before", WritesAtStart: 1, WritesAtEnd: 1, Healed: true},
	}
	if !slices.Equal(e.Faults, want) {
		t.Errorf("found %+v\nwant  %+v", e.Faults, want)
	}
}

func TestCalmIsWhereNothingIsBroken(t *testing.T) {
	faults := []history.Fault{{Call: 30, Return: 40}, {Call: 10, Return: 25}, {Call: 15, Return: 20}}
	for _, c := range []struct {
		from, to     int64
		calm, healed bool
	}{
		{0, 9, true, false}, {0, 10, false, false}, {12, 13, false, false}, {22, 23, false, false}, {25, 26, false, false},
		{26, 29, true, false}, {26, 31, false, false}, {5, 60, false, false}, {40, 45, false, true}, {41, 45, true, true},
	} {
		e := gather(faults, at(0, c.from, c.to, &history.Get{}))
		if calm, healed := e.Calm.Asked == 1, e.Healed.Asked == 1; calm != c.calm || healed != c.healed {
			t.Errorf("%d to %d: calm %t, healed %t, want %t, %t", c.from, c.to, calm, healed, c.calm, c.healed)
		}
	}
	unhealed := gather([]history.Fault{{Call: 0, Return: never}}, at(0, 5, 6, &history.Get{}))
	if unhealed.Calm.Asked != 0 || unhealed.Healed.Asked != 0 {
		t.Errorf("a fault that was never healed leaves %+v", unhealed)
	}
}

func TestTheCertificateTellsWhichUnknownWritesWereApplied(t *testing.T) {
	on := func(key string, line int, a history.Action) history.Operation {
		return history.Operation{Key: key, Line: line, Outcome: history.Info, Action: a}
	}
	h := &history.History{Operations: []history.Operation{
		on("k", 2, &history.Set{}), on("k", 3, &history.Set{}), on("k", 4, &history.Get{}), on("bad", 7, &history.Set{}), on("hard", 8, &history.Delete{}),
	}}
	e := evidence.Gather(h, &proof.Certificate{Keys: []proof.Key{
		{Key: "k", Order: proof.Order{{Line: 3, At: 1}}}, {Key: "bad", Contradiction: []proof.Step{{}}}, {Key: "hard", Undecided: "too hard"},
	}})
	if want := (evidence.Unknown{Applied: 1, NotApplied: 1, Open: 2}); e.Unknown != want {
		t.Errorf("unknown %+v, want %+v", e.Unknown, want)
	}
}

// enough is the evidence of a run that lacks nothing.
func enough() evidence.Evidence {
	var e evidence.Evidence
	all := evidence.Count{Asked: 1000, Answered: 800}
	e.Operations = evidence.Operations{"head": {Count: all}, "compare_and_set": {Count: all}}
	e.Conflicts.Mismatches = 100
	e.Unknown = evidence.Unknown{Applied: 10, NotApplied: 10}
	e.Faults = []evidence.Fault{{Name: "unreliable rate=0.1", Effect: "10 timed out", Healed: true}, {Name: "kill", Target: "postgres", Effect: "killed", Healed: true, AtWork: true, WritesAtStart: 3}}
	e.Calm, e.Healed = evidence.Count{Asked: 10, Answered: 10}, evidence.Count{Asked: 10, Answered: 10}
	return e
}

func unanswered(name string, asked, calm int) evidence.Operations {
	return evidence.Operations{name: {Count: evidence.Count{Asked: asked}, Calm: evidence.Count{Asked: calm}}}
}

func TestARunIsAskedForWhatItWasToDo(t *testing.T) {
	planned := []string{"unreliable rate=0.1", "kill postgres every 2s"}
	for _, c := range []struct {
		name   string
		less   func(e *evidence.Evidence)
		faults []string
		want   string // in what is missing; nothing is when empty
	}{
		{"all there is", func(*evidence.Evidence) {}, planned, ""},
		{"no answer", func(e *evidence.Evidence) { e.Operations = unanswered("head", 2000, 0) }, nil, "none of 2000"},
		{"errors though nothing was broken", func(e *evidence.Evidence) { e.Calm = evidence.Count{Asked: 1000, Answered: 99} }, nil, "while nothing was broken, only 99 of 1000"},
		{"a kind without an answer", func(e *evidence.Evidence) { maps.Copy(e.Operations, unanswered("compare_and_set", 20, 0)) }, nil, "compare_and_set was never answered"},
		{"a kind seldom asked for, under faults", func(e *evidence.Evidence) { maps.Copy(e.Operations, unanswered("scan", 19, 2)) }, planned, ""},
		{"a kind seldom asked for, in calm", func(e *evidence.Evidence) { maps.Copy(e.Operations, unanswered("scan", 3, 3)) }, nil, "scan was never answered"},
		{"a legal kind that is always refused", func(e *evidence.Evidence) { e.Refused = []evidence.Refused{{Kind: "compare_and_set to v0", Times: 20}} }, planned, "compare_and_set to v0 failed all 20 times"},
		{"a legal kind that was refused a few times", func(e *evidence.Evidence) { e.Refused = []evidence.Refused{{Kind: "compare_and_set to v0", Times: 19}} }, nil, ""},
		{"no conflicts", func(e *evidence.Evidence) { e.Conflicts = evidence.Conflicts{Overlaps: 1} }, nil, "fewer --keys"},
		{"no faults in a run that asked for none", func(e *evidence.Evidence) { e.Faults, e.Healed, e.Unknown = nil, evidence.Count{}, evidence.Unknown{} }, nil, ""},
		{"a fault without effect", func(e *evidence.Evidence) { e.Faults[0].Effect = "" }, planned, `no effect of the fault "unreliable rate=0.1"`},
		{"a fault that did not happen", func(e *evidence.Evidence) { e.Faults = e.Faults[:1] }, planned, `no effect of the fault "kill postgres every 2s"`},
		{"a fault between all writes", func(e *evidence.Evidence) { e.Faults[1].WritesAtStart = 0 }, planned, "no write was in flight"},
		{"one fault of several between all writes", func(e *evidence.Evidence) {
			e.Faults = append(e.Faults, evidence.Fault{Name: "net cut=9", Effect: "cut", Healed: true, AtWork: true})
		}, append(planned, "net cut=9 every 1s"), `when the fault "net cut=9 every 1s" began`},
		{"a fault that was not healed", func(e *evidence.Evidence) { e.Faults[1].Healed = false }, planned, "not healed"},
		{"nothing after healing", func(e *evidence.Evidence) { e.Healed = evidence.Count{} }, planned, "after healing, only 0 of 0"},
		{"little after healing", func(e *evidence.Evidence) { e.Healed.Answered = 4 }, planned, "after healing, only 4 of 10"},
		{"nothing unknown was applied", func(e *evidence.Evidence) { e.Unknown = evidence.Unknown{NotApplied: 20} }, planned, "turned out applied"},
		{"everything unknown was applied", func(e *evidence.Evidence) { e.Unknown = evidence.Unknown{Applied: 20} }, planned, "all of 20"},
		{"everything unknown was applied under cut answers", func(e *evidence.Evidence) {
			e.Unknown, e.Faults[0].Name = evidence.Unknown{Applied: 20}, "net cut=9"
		}, []string{"net cut=9"}, "all of 20"},
		{"nothing unknown was applied under cut requests", func(e *evidence.Evidence) {
			e.Unknown, e.Faults[0].Name = evidence.Unknown{NotApplied: 20}, "net cut=9 up"
		}, []string{"net cut=9 up"}, ""},
		{"a few unknown that went one way", func(e *evidence.Evidence) { e.Unknown = evidence.Unknown{Applied: 19} }, planned, ""},
	} {
		e := enough()
		c.less(&e)
		missing := e.Missing(evidence.Asked{Faults: c.faults})
		if c.want == "" && len(missing) > 0 || c.want != "" && !strings.Contains(strings.Join(missing, "; "), c.want) {
			t.Errorf("%s: missing %q, want %q", c.name, missing, c.want)
		}
	}
}

func TestAHistoryThatBreaksOffIsNotAskedForItsEnd(t *testing.T) {
	e := enough()
	e.Faults, e.Healed = nil, evidence.Count{}
	if missing := e.Missing(evidence.Asked{Faults: []string{"kill"}, Cut: true}); len(missing) > 0 {
		t.Errorf("missing %q", missing)
	}
}

// BenchmarkGather counts the evidence of a run with unknown outcomes and faults.
func BenchmarkGather(b *testing.B) {
	h := &history.History{Faults: []history.Fault{{Fault: "unreliable", Return: 1 << 40, Effect: "x"}}}
	keys := make([]string, 500)
	for i := range keys {
		keys[i] = "assay-0123456789ab/k" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26)
	}
	order := proof.Key{Key: "k"}
	for i := range 1_000_000 {
		op := history.Operation{Process: i % 10, Key: keys[i*7%len(keys)], Call: int64(i * 100), Return: int64(i*100 + 950), Line: i + 2}
		switch i % 3 {
		case 0:
			op.Action = &history.Set{}
		case 1:
			op.Action = &history.Get{}
		default:
			op.Action = &history.Delete{}
		}
		if i%10 == 0 {
			op.Outcome = history.Info
		}
		h.Operations = append(h.Operations, op)
		order.Order = append(order.Order, proof.Placement{Line: i + 2})
	}
	certificate := &proof.Certificate{Keys: []proof.Key{order}}
	for b.Loop() {
		evidence.Gather(h, certificate)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(h.Operations)), "ns/operation")
}

func TestALegalKindOfOperationThatFailsEachTimeIsNoticed(t *testing.T) {
	fail := func(a history.Action) history.Operation { return as(history.Fail, at(0, 0, 1, a)) }
	empty := history.Version{SeqNo: 7, Value: "empty"}
	last := history.Version{SeqNo: location.MaxSeqNo}
	for _, c := range []struct {
		name string
		ops  []history.Operation
		want string // the kind; none when empty
	}{
		{"the first number", []history.Operation{fail(&history.CompareAndSet{Committed: true})}, "compare_and_set to v0"},
		{"the first number, answered once", []history.Operation{fail(&history.CompareAndSet{}), at(0, 2, 3, &history.CompareAndSet{})}, ""},
		{"the last number", []history.Operation{fail(&history.CompareAndSet{Committed: true, New: last})}, "compare_and_set to the last number"},
		{"a move backward, which is illegal", []history.Operation{fail(&history.CompareAndSet{HasExpected: true, Expected: 8, New: empty})}, ""},
		{"an empty version", []history.Operation{fail(&history.CompareAndSet{Committed: true, New: empty})}, "compare_and_set of an empty value"},
		{"mismatches", []history.Operation{fail(&history.CompareAndSet{New: history.Version{SeqNo: 7}}), at(0, 2, 3, commit(1, 2))}, "compare_and_set that meets another head"},
		{"an empty value", []history.Operation{fail(&history.Set{Value: "empty"})}, "set of an empty value"},
		{"deletes of nothing", []history.Operation{fail(&history.Delete{}), at(0, 2, 3, &history.Delete{Answered: true, Found: true})}, "delete of what is not there"},
		{"reads of nothing", []history.Operation{fail(&history.Get{}), at(0, 2, 3, &history.Get{Found: true})}, "get of what is not there"},
		{"heads of nothing", []history.Operation{fail(&history.Head{}), at(0, 2, 3, &history.Head{Found: true})}, "head of what is not there"},
	} {
		refused := gather(nil, c.ops...).Refused
		if len(refused) != min(len(c.want), 1) || c.want != "" && refused[0] != (evidence.Refused{Kind: c.want, Times: 1}) {
			t.Errorf("%s: %+v, want %q", c.name, refused, c.want)
		}
	}
	broken := []history.Fault{{Fault: "kill", Call: 0, Return: 9}}
	if refused := gather(broken, fail(&history.Set{Value: "empty"})).Refused; len(refused) != 0 {
		t.Errorf("under a fault: %+v", refused)
	}
}
