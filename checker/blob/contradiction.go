package blob

import (
	"slices"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
)

func wrongAnswer(op *history.Operation) []proof.Step {
	return []proof.Step{{Rule: proof.WrongAnswer, Lines: []int{op.Line}}}
}

func once(a, b *history.Operation) []proof.Step {
	return []proof.Step{{Rule: proof.Once, Lines: []int{a.Line, b.Line}}}
}

// backwards is the contradiction of two operations of which the answers say that they
// took effect in the opposite order of time.
func backwards(first, second *history.Operation) []proof.Step {
	a, b := proof.OpEvent(first.Line), proof.OpEvent(second.Line)
	return cycle([]proof.Step{
		{Rule: proof.RealTime, Before: a, After: b},
		{Rule: proof.Answered, Before: b, After: a},
	})
}

// interleaved is the contradiction of two blocks each of which has an operation that
// returned before one of the other was called.
func interleaved(a, b *block) []proof.Step { return cycle(append(a.before(b), b.before(a)...)) }

// behindItself is the contradiction of a removal that returned before the value that
// it reported was used for the last time.
func (b *block) behindItself() []proof.Step { return cycle(b.before(b)) }

// cycle closes steps that lead around.
func cycle(steps []proof.Step) []proof.Step {
	end := proof.Step{Rule: proof.Cycle}
	for i := range steps {
		end.From = append(end.From, i)
	}
	return append(steps, end)
}

// before leads from b to another block, of which some operation was called after one
// of b had returned: their sets, where they were far enough apart.
func (b *block) before(other *block) []proof.Step {
	owner, last := other, other.last
	if other.owner != nil {
		owner = other.owner
	}
	if other.written != nil && b.returned < other.written.Call {
		owner, last = other, other.written
	}
	first := b.first
	if b.written != nil && b.written.Latest() < last.Call {
		first = b.written
	}
	steps := []proof.Step{{
		Rule:   proof.Apart,
		Before: b.event(),
		After:  owner.event(),
		Lines:  []int{first.Line, last.Line},
	}}
	if owner != other {
		steps = append(steps, other.afterOwner())
	}
	return steps
}

// afterOwner leads to the block from the one that has its last operation.
func (b *block) afterOwner() proof.Step {
	return proof.Step{Rule: proof.Answered, Before: b.owner.event(), After: b.event()}
}

func (b *block) event() proof.Event {
	if b.written != nil {
		return proof.ValueEvent(b.written.Line)
	}
	return proof.OpEvent(b.single.Line)
}

// undeleted is the contradiction of operations that saw nothing where there are fewer
// deletes than they need.
func (k *key) undeleted(spent []spending) []proof.Step {
	var steps []proof.Step
	end := proof.Step{Rule: proof.Undeleted}
	for i, s := range spent {
		value := s.seen.after
		if i > 0 {
			steps = append(steps, k.path(spent[i-1].seen, value)...)
		}
		steps = append(steps, k.path(value, s.seen)...)
		// What comes before the value for another reason, and zones around the ends, keep
		// deletes out, too.
		if value.owner != nil {
			steps = append(steps, value.afterOwner())
		}
		if z := k.zoneAt(value.called); z != nil && !value.zone() {
			steps = append(steps, z.before(value)...)
		}
		if z := k.zoneAt(s.seen.returned); z != nil {
			steps = append(steps, s.seen.before(z)...)
		}
		end.Lines = append(end.Lines, value.written.Line, s.seen.single.Line)
	}
	steps = slices.CompactFunc(steps, func(a, b proof.Step) bool { return a.Before == b.Before && a.After == b.After })
	return append(steps, end)
}

// path leads from a to b, directly or by way of the zone that keeps them apart.
func (k *key) path(a, b *block) []proof.Step {
	if a.returned < b.called {
		return a.before(b)
	}
	z := k.zoneAt(b.called)
	return append(a.before(z), z.before(b)...)
}
