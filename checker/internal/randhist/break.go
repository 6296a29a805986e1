package randhist

import (
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// breakAnswers spoils up to five operations. What comes out is often invalid, and
// sometimes just another valid history.
func (g *generator) breakAnswers() {
	for range 1 + g.IntN(5) {
		op := g.operations[g.IntN(len(g.operations))]
		switch g.IntN(6) {
		case 0:
			g.squeeze(op)
		case 1:
			g.swap(op)
		case 2:
			g.promote(op)
		default:
			if op.Outcome == history.Ok || op.Outcome == history.Fail && toggleRefusal(op, false) {
				g.spoil(op)
			}
		}
	}
}

// squeeze shortens the interval of an operation, maybe past the instant at which it
// had its effect.
func (g *generator) squeeze(op *history.Operation) {
	if op.Outcome == history.Info {
		return
	}
	if cut := int64(g.IntN(int(op.Return-op.Call) + 1)); g.IntN(2) == 0 {
		op.Call += cut
	} else {
		op.Return -= cut
	}
}

// swap exchanges the answers of two operations of one kind.
func (g *generator) swap(op *history.Operation) {
	var others []*history.Operation
	for _, other := range g.operations {
		if other != op && other.Key == op.Key && other.Outcome == op.Outcome && other.Action.Name() == op.Action.Name() {
			others = append(others, other)
		}
	}
	if len(others) > 0 {
		other := pick(g, others...)
		op.Action, other.Action = other.Action, op.Action
	}
}

// promote acknowledges an operation that had no answer, or takes an answer back.
func (g *generator) promote(op *history.Operation) {
	switch {
	case op.Outcome == history.Info && !isRead(op.Action) && op.Return != history.Never && g.last(op):
		op.Outcome = history.Ok
		if a, ok := op.Action.(*history.CompareAndSet); ok {
			a.Committed = true
		}
	case op.Outcome == history.Ok && !isRead(op.Action):
		op.Outcome = history.Fail
	}
}

// last reports whether the process of op ends with it.
func (g *generator) last(op *history.Operation) bool {
	return !slices.ContainsFunc(g.operations, func(o *history.Operation) bool {
		return o != op && o.Process == op.Process && o.Call >= op.Call
	})
}

// spoil changes the answer of an operation into one that the store might have given
// at another time, or never.
func (g *generator) spoil(op *history.Operation) {
	k := g.keyOf(op)
	switch a := op.Action.(type) {
	case *history.Head:
		answerHead(pick(g, k.states...), a)
		if a.Found && g.percent(10) {
			a.Version.Value = "other"
		}
	case *history.Scan:
		g.spoilScan(k, a)
	case *history.CompareAndSet:
		a.Committed = !a.Committed
		if g.percent(10) {
			a.HasExpected, a.Expected = true, a.New.SeqNo
		}
	case *history.Truncate:
		a.Deleted = pick(g, a.Deleted+1, max(a.Deleted-1, 0), 0, location.CountUnknown)
		if g.percent(30) {
			toggleRefusal(op, true)
		}
	case *history.ListKeys:
		a.Keys = spoilList(g, a.Keys, pick(g, g.keys...).name)
	case *history.Restore:
		toggleRefusal(op, true)
	default:
		g.spoilBlob(op, k)
	}
}

func (g *generator) spoilBlob(op *history.Operation, k *key) {
	values := append([]*value{{"never", 99}}, k.seenValues()...)
	v := values[g.IntN(len(values))]
	switch a := op.Action.(type) {
	case *history.Get:
		g.answerGet(state{value: pick(g, v, v, nil)}, a)
		if g.percent(5) {
			a.Damage = "torn"
		}
	case *history.Delete:
		a.Found, a.Size = true, v.told()
		if g.percent(40) {
			a.Found, a.Size = false, 0
		}
	case *history.List:
		a.Entries = spoilList(g, a.Entries, location.BlobMetadata{Key: k.name, Size: v.told()})
	}
}

// toggleRefusal turns a refusal into a success, and with both set also the other way.
func toggleRefusal(op *history.Operation, both bool) bool {
	var refused *bool
	switch a := op.Action.(type) {
	case *history.Truncate:
		refused = &a.Refused
	case *history.Restore:
		refused = &a.Refused
	default:
		return false
	}
	switch {
	case *refused:
		*refused, op.Outcome = false, history.Ok
		return true
	case both:
		*refused, op.Outcome = true, history.Fail
	}
	return false
}

// spoilScan answers with an older state, or loses, repeats or reorders a version.
func (g *generator) spoilScan(k *key, a *history.Scan) {
	answerScan(pick(g, k.states...), a)
	if len(a.Versions) == 0 {
		return
	}
	i := g.IntN(len(a.Versions))
	versions := slices.Clone(a.Versions)
	switch g.IntN(6) {
	case 3:
		versions = slices.Delete(versions, i, i+1)
	case 4:
		versions = slices.Insert(versions, i, versions[i])
	case 5:
		versions[0], versions[i] = versions[i], versions[0]
	}
	a.Versions = versions
}

// spoilList loses an entry of a listing, or adds one.
func spoilList[E any](g *generator, entries []E, another E) []E {
	if len(entries) > 0 && g.percent(50) {
		i := g.IntN(len(entries))
		return slices.Delete(slices.Clone(entries), i, i+1)
	}
	return append(slices.Clip(entries), another)
}

func (g *generator) keyOf(op *history.Operation) *key {
	for _, k := range g.keys {
		if k.name == op.Key {
			return k
		}
	}
	return g.keys[g.IntN(len(g.keys))]
}
