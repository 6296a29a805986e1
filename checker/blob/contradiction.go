package blob

import (
	"slices"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
)

func wrongAnswer(op *history.Operation) []proof.Step {
	return []proof.Step{{Rule: proof.WrongAnswer, Lines: []int{op.Line}}}
}

func (k *key) once(a, b int32) []proof.Step {
	return []proof.Step{{Rule: proof.Once, Lines: []int{k.line(a), k.line(b)}}}
}

// backwards is the contradiction of two operations of which the answers say that they
// took effect in the opposite order of time.
func (k *key) backwards(first, second int32) []proof.Step {
	a, b := proof.OpEvent(k.line(first)), proof.OpEvent(k.line(second))
	return cycle([]proof.Step{
		{Rule: proof.RealTime, Before: a, After: b},
		{Rule: proof.Answered, Before: b, After: a},
	})
}

// interleaved is the contradiction of two blocks each of which has an operation that
// returned before one of the other was called.
func (k *key) interleaved(a, b *block) []proof.Step {
	return cycle(append(k.before(a, b), k.before(b, a)...))
}

// behindItself is the contradiction of a removal that returned before the value that
// it reported was used for the last time.
func (k *key) behindItself(b *block) []proof.Step { return cycle(k.before(b, b)) }

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
func (k *key) before(b, other *block) []proof.Step {
	owner, last := other, other.last
	if other.owner != none {
		owner = &k.blocks[other.owner]
	}
	if other.set != nil && b.returned < k.spots[other.op].call {
		owner, last = other, other.op
	}
	first := b.first
	if b.set != nil && k.Operations[b.op].Latest() < k.spots[last].call {
		first = b.op
	}
	steps := []proof.Step{{
		Rule:   proof.Apart,
		Before: k.event(b),
		After:  k.event(owner),
		Lines:  []int{k.line(first), k.line(last)},
	}}
	if owner != other {
		steps = append(steps, k.afterOwner(other))
	}
	return steps
}

// afterOwner leads to the block from the one that has its last operation.
func (k *key) afterOwner(b *block) proof.Step {
	return proof.Step{Rule: proof.Answered, Before: k.event(&k.blocks[b.owner]), After: k.event(b)}
}

func (k *key) event(b *block) proof.Event {
	if b.set != nil {
		return proof.ValueEvent(k.line(b.op))
	}
	return proof.OpEvent(k.line(b.op))
}

func (k *key) line(i int32) int { return k.Operations[i].Line }

// undeleted is the contradiction of operations that saw nothing where there are fewer
// deletes than they need.
func (k *key) undeleted(spent []spending) []proof.Step {
	var steps []proof.Step
	end := proof.Step{Rule: proof.Undeleted}
	for i, s := range spent {
		value := s.after
		if i > 0 {
			steps = append(steps, k.path(spent[i-1].seen, value)...)
		}
		steps = append(steps, k.path(value, s.seen)...)
		// What comes before the value for another reason, and zones around the ends, keep
		// deletes out, too.
		if value.owner != none {
			steps = append(steps, k.afterOwner(value))
		}
		if z := k.zoneAt(value.called, new(int)); z != nil && !value.zone() {
			steps = append(steps, k.before(z.of, value)...)
		}
		if z := k.zoneAt(s.seen.returned, new(int)); z != nil {
			steps = append(steps, k.before(s.seen, z.of)...)
		}
		end.Lines = append(end.Lines, k.line(value.op), k.line(s.seen.op))
	}
	steps = slices.CompactFunc(steps, func(a, b proof.Step) bool { return a.Before == b.Before && a.After == b.After })
	return append(steps, end)
}

// path leads from a to b, directly or by way of the zone that keeps them apart.
func (k *key) path(a, b *block) []proof.Step {
	if a.returned < b.called {
		return k.before(a, b)
	}
	z := k.zoneAt(b.called, new(int)).of
	return append(k.before(a, z), k.before(z, b)...)
}
