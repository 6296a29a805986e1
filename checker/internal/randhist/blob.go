package randhist

import (
	"slices"
	"strings"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

func (g *generator) executeBlob(e event) {
	op, s := e.operation, e.key.now()
	switch a := op.Action.(type) {
	case *history.Set:
		a.Value = g.name()
		a.Size = g.size()
		if e.part == effect && !g.miscarries(op) {
			e.key.set(state{value: &value{a.Value, a.Size}, deleted: s.deleted})
		}
	case *history.Get:
		g.answerGet(s, a)
	case *history.Delete:
		g.delete(e, a)
	case *history.Restore:
		if e.part == effect {
			g.restore(e, a)
		}
	case *history.List:
		if s.value != nil && strings.HasPrefix(e.key.name, a.Prefix) {
			a.Entries = append(a.Entries, location.BlobMetadata{Key: e.key.name, Size: s.value.told()})
		}
	}
}

// size returns the size of a new value.
func (g *generator) size() int64 {
	if g.options.Repeats && g.percent(40) {
		return pick[int64](g, 1, 2, history.SizeUnknown)
	}
	return int64(g.values)
}

// told returns the size that a listing or a delete reports.
func (v *value) told() int64 { return max(v.size, 0) }

func (g *generator) answerGet(s state, a *history.Get) {
	*a = history.Get{Found: s.value != nil}
	if a.Found {
		a.Value, a.Size = s.value.name, s.value.size
	}
	if g.options.Repeats && g.percent(20) {
		a.Size = history.SizeUnknown
	}
}

func (g *generator) delete(e event, a *history.Delete) {
	s := e.key.now()
	a.Answered = true
	switch e.part {
	case choose:
		return
	case effect, look:
		if g.options.Repeats && g.percent(20) {
			a.Answered = false
		}
		if a.Found = s.value != nil; a.Found {
			a.Size = s.value.told()
		}
	case remove:
		// Where the look-up found nothing, there was no removal.
		if !a.Found {
			return
		}
	}
	if s.value != nil && e.part != look && !g.miscarries(e.operation) {
		e.key.set(state{deleted: s.value})
	}
}

func (g *generator) restore(e event, a *history.Restore) {
	s := e.key.now()
	switch {
	case s.value != nil:
	case s.deleted != nil && !g.options.Relax.Allow(location.RelaxNoRestore):
		if !g.miscarries(e.operation) {
			e.key.set(state{value: s.deleted, deleted: s.deleted})
		}
	case e.operation.Outcome == history.Ok:
		e.operation.Outcome, a.Refused = history.Fail, true
	}
}

// seenValues returns every value that the key ever held.
func (k *key) seenValues() []*value {
	var values []*value
	for _, s := range k.states {
		if s.value != nil && !slices.Contains(values, s.value) {
			values = append(values, s.value)
		}
	}
	return values
}
