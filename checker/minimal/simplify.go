package minimal

import (
	"maps"
	"math"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// tick is between two instants of a simplified history, in nanoseconds.
const tick = 10

// simplify gives small numbers and short names to all that is only compared, but for
// times. What stands in the original actions is copied, not changed.
func (c *Counterexample) simplify() {
	for i := range c.Operations {
		op := &c.Operations[i]
		op.Line = i + 2
		op.Action = clone(op.Action)
		if op.Outcome == history.Info {
			op.Return = history.Never
			if op.Was.Outcome != history.Info {
				op.Error = "its answer makes no difference and is left out"
			}
		}
	}
	c.renumberProcesses()
	c.renameValues()
	c.renumberVersions()
	c.renumberSizes()
}

func clone(a history.Action) history.Action {
	switch a := a.(type) {
	case *history.Head:
		return copied(a)
	case *history.CompareAndSet:
		return copied(a)
	case *history.Scan:
		s := copied(a)
		s.Versions = slices.Clone(a.Versions)
		return s
	case *history.Truncate:
		return copied(a)
	case *history.ListKeys:
		return copied(a)
	case *history.Get:
		return copied(a)
	case *history.Set:
		return copied(a)
	case *history.Delete:
		return copied(a)
	case *history.Restore:
		return copied(a)
	case *history.List:
		l := copied(a)
		l.Entries = slices.Clone(a.Entries)
		return l
	case *history.RegisterRead:
		return copied(a)
	case *history.RegisterWrite:
		return copied(a)
	case *history.RegisterSwap:
		return copied(a)
	}
	return a
}

func copied[T any](p *T) *T {
	v := *p
	return &v
}

func (c *Counterexample) renumberProcesses() {
	numbers := map[int]int{}
	for i := range c.Operations {
		process := &c.Operations[i].Process
		if _, ok := numbers[*process]; !ok {
			numbers[*process] = len(numbers)
		}
		*process = numbers[*process]
	}
}

// compressTimes keeps the order of all instants, and which are equal.
func (c *Counterexample) compressTimes() {
	var instants []*int64
	for i := range c.Operations {
		op := &c.Operations[i]
		instants = append(instants, &op.Call)
		if op.Return != history.Never {
			instants = append(instants, &op.Return)
		}
	}
	rank(instants, func(int64) bool { return false }, func(i int) int64 { return int64(i) * tick })
}

// rank replaces each number by what of says of its rank among all, but those fixed.
func rank[N int64 | location.SeqNo](numbers []*N, fixed func(N) bool, of func(int) N) {
	distinct := map[N]bool{}
	for _, n := range numbers {
		if !fixed(*n) {
			distinct[*n] = true
		}
	}
	ranks := map[N]N{}
	for i, n := range slices.Sorted(maps.Keys(distinct)) {
		ranks[n] = of(i)
	}
	for _, n := range numbers {
		if !fixed(*n) {
			*n = ranks[*n]
		}
	}
}

// renumberVersions keeps the order of all version numbers and bounds. 0 stays, and so do
// numbers that are far up: they may be what it is about.
func (c *Counterexample) renumberVersions() {
	var numbers []*location.SeqNo
	for i := range c.Operations {
		switch a := c.Operations[i].Action.(type) {
		case *history.Head:
			if a.Found {
				numbers = append(numbers, &a.Version.SeqNo)
			}
		case *history.CompareAndSet:
			numbers = append(numbers, &a.New.SeqNo)
			if a.HasExpected {
				numbers = append(numbers, &a.Expected)
			}
		case *history.Scan:
			numbers = append(numbers, &a.From)
			for i := range a.Versions {
				numbers = append(numbers, &a.Versions[i].SeqNo)
			}
		case *history.Truncate:
			numbers = append(numbers, &a.UpTo)
		}
	}
	fixed := func(n location.SeqNo) bool { return n == 0 || n > math.MaxInt64/2 }
	rank(numbers, fixed, func(i int) location.SeqNo { return location.SeqNo(i + 1) })
}

// renumberSizes keeps which sizes are equal. An empty value stays empty.
func (c *Counterexample) renumberSizes() {
	var sizes []*int64
	for i := range c.Operations {
		switch a := c.Operations[i].Action.(type) {
		case *history.Get:
			if a.Found {
				sizes = append(sizes, &a.Size)
			}
		case *history.Set:
			sizes = append(sizes, &a.Size)
		case *history.Delete:
			if a.Found {
				sizes = append(sizes, &a.Size)
			}
		case *history.List:
			for i := range a.Entries {
				sizes = append(sizes, &a.Entries[i].Size)
			}
		}
	}
	fixed := func(n int64) bool { return n <= 0 } // history.SizeUnknown among them
	rank(sizes, fixed, func(i int) int64 { return int64(i + 1) })
}

// renameValues calls the values that somebody wrote a, b, c, … in the order in which that
// was attempted. What nobody wrote keeps the name that says what it is.
func (c *Counterexample) renameValues() {
	names := map[string]string{}
	for i := range c.Operations {
		for _, name := range written(c.Operations[i].Action) {
			if _, ok := names[*name]; !ok {
				names[*name] = letter(len(names))
			}
		}
	}
	for i := range c.Operations {
		for _, name := range append(written(c.Operations[i].Action), read(c.Operations[i].Action)...) {
			if short, ok := names[*name]; ok {
				*name = short
			} else if slices.Contains(slices.Collect(maps.Values(names)), *name) {
				*name += " (written by nobody)"
			}
		}
	}
}

func letter(n int) string {
	if n < 26 {
		return string(rune('a' + n))
	}
	return letter(n/26-1) + letter(n%26)
}

func written(a history.Action) []*string {
	switch a := a.(type) {
	case *history.CompareAndSet:
		return []*string{&a.New.Value}
	case *history.Set:
		return []*string{&a.Value}
	}
	return nil
}

func read(a history.Action) (names []*string) {
	switch a := a.(type) {
	case *history.Head:
		if a.Found {
			names = append(names, &a.Version.Value)
		}
	case *history.Scan:
		for i := range a.Versions {
			names = append(names, &a.Versions[i].Value)
		}
	case *history.Get:
		if a.Found {
			names = append(names, &a.Value)
		}
	}
	return names
}
