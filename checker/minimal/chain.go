package minimal

import (
	"maps"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// versions are version numbers, ascending.
type versions []location.SeqNo

func (vs versions) has(v location.SeqNo) bool {
	_, ok := slices.BinarySearch(vs, v)
	return ok
}

// below returns the highest one up to v.
func (vs versions) below(v location.SeqNo) (location.SeqNo, bool) {
	i, ok := slices.BinarySearch(vs, v)
	switch {
	case ok:
		return v, true
	case i > 0:
		return vs[i-1], true
	}
	return 0, false
}

// with returns vs and more, ascending, each once.
func (vs versions) with(more ...location.SeqNo) versions {
	all := slices.Concat(vs, more)
	slices.Sort(all)
	return slices.Compact(all)
}

// A chain is what operations of one key tell of its versions: what all orders that
// explain them have in common.
type chain struct {
	// certain versions were committed at some time.
	certain versions
	// possible ones are these and those that an Info may have committed.
	possible versions
	// values are those of certain versions, as far as they were seen.
	values map[location.SeqNo]string
}

func newChain(operations []*history.Operation) *chain {
	c := &chain{values: map[location.SeqNo]string{}}
	certain, possible := map[location.SeqNo]bool{}, map[location.SeqNo]bool{}
	for _, op := range operations {
		seen, expected := witnessed(op)
		for _, v := range seen {
			certain[v.SeqNo] = true
			c.values[v.SeqNo] = v.Value
		}
		for _, v := range expected {
			certain[v] = true
		}
		if a, ok := op.Action.(*history.CompareAndSet); ok && op.Outcome == history.Info {
			possible[a.New.SeqNo] = true
		}
	}
	maps.Copy(possible, certain)
	c.certain = slices.Sorted(maps.Keys(certain))
	c.possible = slices.Sorted(maps.Keys(possible))
	return c
}

// witnessed returns the versions that an answered operation shows to have existed.
func witnessed(op *history.Operation) (seen []history.Version, expected []location.SeqNo) {
	if op.Outcome != history.Ok {
		return nil, nil
	}
	switch a := op.Action.(type) {
	case *history.Head:
		if a.Found {
			seen = []history.Version{a.Version}
		}
	case *history.Scan:
		seen = a.Versions
	case *history.CompareAndSet:
		if a.Committed {
			seen = []history.Version{a.New}
			if a.HasExpected {
				expected = []location.SeqNo{a.Expected}
			}
		}
	}
	return seen, expected
}

// upTo returns the possible versions from v on to the first certain one, or all from v
// on if none is certain: as soon as the head is v or later, one of them exists.
func (c *chain) upTo(v location.SeqNo) versions {
	from, _ := slices.BinarySearch(c.possible, v)
	to := from
	for to < len(c.possible) && !c.certain.has(c.possible[to]) {
		to++
	}
	return c.possible[from:min(to+1, len(c.possible))]
}

// counted returns how many of the versions that a truncation says it deleted, the highest
// ones below its bound, are not kept. ok is false when that cannot be told.
func (c *chain) counted(a *history.Truncate, kept versions) (unkept int64, ok bool) {
	end, _ := slices.BinarySearch(c.possible, a.UpTo)
	certain := int64(0)
	for i := end - 1; i >= 0 && certain < a.Deleted; i-- {
		v := c.possible[i]
		sure := c.certain.has(v)
		if sure {
			certain++
		}
		if kept.has(v) {
			continue
		}
		// It is counted for sure when it is, even if all those above it exist.
		if !sure || int64(end-1-i) >= a.Deleted {
			return 0, false
		}
		unkept++
	}
	return unkept, true
}
