package checker_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
)

// randomRegister returns a history of clients of one register whose values repeat. In
// most cases something about it is broken.
func randomRegister(src *rand.Rand) *history.History {
	h := &history.History{Header: history.Header{Assay: 1, Object: history.Register}}
	var now history.Content
	draw := func() history.Content {
		n := src.IntN(3)
		return history.Content{Found: n > 0, Value: []string{"", "a", "b"}[n]}
	}
	broken, free := src.IntN(8) > 0, map[int]int64{}
	for i := range 4 + src.IntN(10) {
		at := int64(10 * i) // of the effect
		process := src.IntN(4)
		op := history.Operation{Process: process, Key: "k", Call: max(free[process], at-src.Int64N(25)), Return: at + src.Int64N(25)}
		if op.Call > at {
			continue
		}
		held := now
		happens := true
		switch src.IntN(8) {
		case 0, 1, 2:
			op.Outcome, op.Process, happens = history.Info, 100+i, src.IntN(2) == 0
		case 3:
			op.Outcome, happens = history.Fail, false
		}
		if broken && src.IntN(2) == 0 {
			held = draw()
		}
		switch src.IntN(3) {
		case 0:
			op.Action = &history.RegisterRead{Held: held}
		case 1:
			a := &history.RegisterWrite{New: draw()}
			if op.Action = a; happens {
				now = a.New
			}
		default:
			a := &history.RegisterSwap{Old: draw(), New: draw()}
			a.Swapped = a.Old == held
			if op.Action = a; happens && a.Old == now {
				now = a.New
			}
		}
		free[process] = op.Return + 1
		op.Line = len(h.Operations) + 2
		h.Operations = append(h.Operations, op)
	}
	return h
}

// explainedByBruteForce tries every order.
func explainedByBruteForce(h *history.History, now history.Content, taken uint) bool {
	first, left := int64(math.MaxInt64), false
	for i, op := range h.Operations {
		if taken&(1<<i) == 0 && op.Outcome == history.Ok {
			first, left = min(first, op.Return), true
		}
	}
	if !left {
		return true
	}
	for i, op := range h.Operations {
		if taken&(1<<i) != 0 || op.Outcome == history.Fail || op.Call > first {
			continue
		}
		next, ok := now, true
		switch a := op.Action.(type) {
		case *history.RegisterRead:
			ok = op.Outcome == history.Info || a.Held == now
		case *history.RegisterWrite:
			next = a.New
		case *history.RegisterSwap:
			if a.Old == now {
				next = a.New
			}
			ok = op.Outcome == history.Info || a.Swapped == (a.Old == now)
		}
		if ok && explainedByBruteForce(h, next, taken|1<<i) {
			return true
		}
	}
	return false
}

func TestVerdictsOnRegistersAgreeWithBruteForceAndAreProven(t *testing.T) {
	valid := 0
	for n := range *cases {
		h := randomRegister(rand.New(rand.NewPCG(*seed, uint64(n))))
		found, err := checker.Check(context.Background(), h, checker.Options{})
		if err != nil {
			t.Fatalf("history %d: %v", n, keep(t, h, err))
		}
		want := checker.Invalid
		if explainedByBruteForce(h, history.Content{}, 0) {
			want = checker.Valid
			valid++
		}
		if found.Verdict != want {
			t.Fatalf("history %d is %s, found %s: %v", n, want, found.Verdict, keep(t, h, nil))
		}
		if err := proof.Verify(h, nil, found.Certificate); err != nil {
			t.Fatalf("history %d: %v", n, keep(t, h, err))
		}
		for _, claim := range found.Certificate.Keys {
			if claim.Undecided != "" {
				t.Fatalf("history %d: nothing is proven of it: %s", n, claim.Undecided)
			}
		}
	}
	if valid < *cases/4 || valid > *cases*3/4 {
		t.Errorf("%d of %d histories are valid: too lopsided to test much", valid, *cases)
	}
}

// contradiction claims that some operations contradict each other.
func contradiction(h *history.History, among func(*history.Operation) bool) (steps []proof.Step) {
	operations := slices.Clone(h.Operations)
	slices.SortFunc(operations, func(a, b history.Operation) int { return proof.Compare(&a, &b) })
	for i := range operations {
		if op := &operations[i]; among(op) {
			steps = append(steps, proof.Step{Line: op.Line, Rule: proof.RuleOf(op)})
		}
	}
	return steps
}

// What claims a contradiction, or an order, where there is none is not believed.
func TestAFalseClaimAboutARegisterIsRefused(t *testing.T) {
	forged := 0
	for n := range *cases {
		src := rand.New(rand.NewPCG(*seed, uint64(n)))
		h := randomRegister(src)
		valid := explainedByBruteForce(h, history.Content{}, 0)
		claim := proof.Key{Key: "k"}
		if valid {
			claim.Contradiction = contradiction(h, func(op *history.Operation) bool {
				return op.Outcome != history.Fail && perkey.Effective(op.Action) || op.Outcome == history.Ok && src.IntN(4) > 0
			})
		} else {
			at := int64(0)
			for _, i := range src.Perm(len(h.Operations)) {
				if op := h.Operations[i]; op.Outcome == history.Ok {
					at = max(at, op.Call)
					claim.Order = append(claim.Order, proof.Placement{Line: op.Line, At: at})
				}
			}
			if src.IntN(2) == 0 {
				slices.SortFunc(claim.Order, func(a, b proof.Placement) int { return a.Line - b.Line })
			}
		}
		c := &proof.Certificate{Object: history.Register, Keys: []proof.Key{claim}}
		if (len(claim.Contradiction) > 0 || !valid) && proof.Verify(h, nil, c) == nil {
			t.Fatalf("history %d: a false claim is believed: %v", n, keep(t, h, nil))
		}
		forged++
	}
	if forged == 0 {
		t.Error("nothing was forged")
	}
}

func TestAClaimAboutARegisterNamesAnswersOnce(t *testing.T) {
	h := &history.History{Header: history.Header{Assay: 1, Object: history.Register}, Operations: []history.Operation{
		{Process: 0, Key: "k", Call: 0, Return: 10, Action: &history.RegisterRead{Held: history.Content{Found: true, Value: "a"}}, Line: 2},
		{Process: 1, Key: "k", Call: 0, Return: history.Never, Outcome: history.Info, Action: &history.RegisterWrite{}, Line: 3},
		{Process: 2, Key: "k", Call: 0, Return: 10, Outcome: history.Fail, Action: &history.RegisterWrite{}, Line: 4},
	}}
	for name, c := range map[string]struct {
		steps []proof.Step
		sound bool
	}{
		"the read":                      {[]proof.Step{{Line: 2, Rule: "R1"}}, true},
		"the read and an unknown write": {[]proof.Step{{Line: 3, Rule: "E1"}, {Line: 2, Rule: "R1"}}, true},
		"the read twice":                {[]proof.Step{{Line: 2, Rule: "R1"}, {Line: 2, Rule: "R1"}}, false},
		"nothing":                       {[]proof.Step{}, false},
		"an unknown write":              {[]proof.Step{{Line: 3, Rule: "E1"}}, false},
		"an unknown write as answered":  {[]proof.Step{{Line: 3, Rule: "R1"}, {Line: 2, Rule: "R1"}}, false},
		"a failure":                     {[]proof.Step{{Line: 2, Rule: "R1"}, {Line: 4, Rule: "R1"}}, false},
		"no line":                       {[]proof.Step{{Line: 2, Rule: "R1"}, {Line: 9, Rule: "R1"}}, false},
		"another rule":                  {[]proof.Step{{Line: 2, Rule: "R2"}}, false},
	} {
		certificate := &proof.Certificate{Object: history.Register, Keys: []proof.Key{{Key: "k", Contradiction: c.steps}}}
		if err := proof.Verify(h, nil, certificate); (err == nil) != c.sound {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Of an unknown write and an unknown swap that lead to the same value, either may be the
// one that is needed again later; and nothing happens twice.
func TestAClaimAboutARegisterHoldsWhateverHappenedUnseen(t *testing.T) {
	content := func(value string) history.Content { return history.Content{Found: value != "", Value: value} }
	read := func(at int64, value string) history.Operation {
		return history.Operation{Key: "k", Call: at, Return: at + 5, Action: &history.RegisterRead{Held: content(value)}}
	}
	write := func(from, to int64, value string) history.Operation {
		return history.Operation{Key: "k", Call: from, Return: to, Action: &history.RegisterWrite{New: content(value)}}
	}
	unknown := func(a history.Action) history.Operation {
		return history.Operation{Key: "k", Return: history.Never, Outcome: history.Info, Action: a}
	}
	lost, swap := unknown(&history.RegisterWrite{New: content("b")}), unknown(&history.RegisterSwap{New: content("b")})
	seen := []history.Operation{read(10, "b"), write(20, 25, "a"), read(30, "b")}
	for name, c := range map[string]struct {
		operations []history.Operation
		sound      bool
	}{
		"the swap and then the write":       {append(slices.Clone(seen), lost, swap), false},
		"the same, the swap standing first": {append(slices.Clone(seen), swap, lost), false},
		"two writes":                        {append(slices.Clone(seen), lost, lost), false},
		"a write alone":                     {append(slices.Clone(seen), lost), true},
		"two swaps":                         {append(slices.Clone(seen), swap, swap), true},
		"a write in force that is seen twice": {[]history.Operation{
			write(0, 100, "a"), read(10, "a"), write(20, 25, "b"), read(30, "a")}, true},
	} {
		h := &history.History{Header: history.Header{Assay: 1, Object: history.Register}, Operations: c.operations}
		for i := range h.Operations {
			h.Operations[i].Process, h.Operations[i].Line = i, i+2
		}
		all := contradiction(h, func(*history.Operation) bool { return true })
		certificate := &proof.Certificate{Object: history.Register, Keys: []proof.Key{{Key: "k", Contradiction: all}}}
		if err := proof.Verify(h, nil, certificate); (err == nil) != c.sound {
			t.Errorf("%s: %v", name, err)
		}
	}
}
