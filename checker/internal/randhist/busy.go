package randhist

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// Busy says what long history of a correct store is wanted: as of a workload whose
// clients never rest, so that about as many operations overlap as there are clients.
type Busy struct {
	Object     history.Object
	Operations int
	Clients    int
	Keys       int // 0 means 1
	// Unknown is how many of 100 operations have no answer. Half of them take effect.
	Unknown int
	// Broken: one read in the middle is wrong. It returns a value that was replaced long
	// ago, or on a key that saw few of them one that nobody wrote.
	Broken bool
}

// Generate returns such a history, the same for the same seed.
func (b Busy) Generate(seed uint64) *history.History {
	g := &busy{
		Busy:    b,
		Rand:    rand.New(rand.NewPCG(seed, 0)),
		keys:    make([]busyKey, max(1, b.Keys)),
		free:    make([]int64, b.Clients),
		process: make([]int, b.Clients),
		intact:  !b.Broken,
	}
	for i := range g.keys {
		g.keys[i].name = fmt.Sprintf("k%07d", i)
	}
	for c := range g.process {
		g.process[c] = c
	}
	h := &history.History{
		Header:     history.Header{Assay: history.FormatVersion, Object: b.Object},
		Operations: make([]history.Operation, b.Operations),
	}
	for i := range h.Operations {
		h.Operations[i].Line = i + 2
		g.call(i, &h.Operations[i])
	}
	return h
}

type busy struct {
	Busy
	*rand.Rand
	keys    []busyKey
	now     int64   // when the present operation has its effect
	free    []int64 // by client: when its latest operation returned
	process []int
	lost    int  // operations without an answer
	intact  bool // nothing is left to be broken
}

type busyKey struct {
	name     string
	versions []history.Version // Consensus: all there were, stored from index mark on
	mark     int
	values   []history.Set // Blob: all there were; the last one is there if present
	present  bool
}

// call makes operation i of the history.
func (g *busy) call(i int, op *history.Operation) {
	g.now += 100
	c := g.client()
	k := &g.keys[g.IntN(len(g.keys))]
	*op = history.Operation{
		Process: g.process[c], Key: k.name, Line: op.Line,
		Call:   max(g.free[c]+1, g.now-g.Int64N(int64(g.Clients)*100)),
		Return: g.now + g.Int64N(int64(g.Clients)*60),
	}
	g.free[c] = op.Return
	happens := true
	if g.IntN(100) < g.Unknown {
		op.Outcome, happens = history.Info, g.IntN(2) == 0
		g.process[c] = g.Clients + g.lost
		g.lost++
	}
	if g.Object == history.Consensus {
		g.consensus(i, k, op, happens)
	} else {
		g.blob(i, k, op, happens)
	}
	if !g.intact && i >= g.Operations/2 && op.Outcome == history.Ok {
		g.intact = g.wrong(k, op.Action)
	}
}

// client returns a client that is free, and waits for one if need be.
func (g *busy) client() int {
	first := g.IntN(g.Clients)
	for i := range g.Clients {
		if c := (first + i) % g.Clients; g.free[c] < g.now {
			return c
		}
	}
	c := slices.Index(g.free, slices.Min(g.free))
	g.now = g.free[c] + 1
	return c
}

// wrong makes the answer of a read wrong, if a is one and k has a past.
func (g *busy) wrong(k *busyKey, a history.Action) bool {
	const few = 20
	long, other := g.Clients+few, "never written"
	switch a := a.(type) {
	case *history.Head:
		if a.Found && len(k.versions) > long {
			a.Version = k.versions[len(k.versions)-long]
			return true
		}
		a.Version.Value = other
		return a.Found && len(g.keys) > 1
	case *history.Get:
		if a.Found && len(k.values) > long {
			old := k.values[len(k.values)-long]
			a.Value, a.Size = old.Value, old.Size
			return true
		}
		if a.Found && len(g.keys) > 1 {
			a.Value = other
			return true
		}
	}
	return false
}

func (g *busy) blob(i int, k *busyKey, op *history.Operation, happens bool) {
	now := history.Set{Size: history.SizeUnknown}
	if k.present {
		now = k.values[len(k.values)-1]
	}
	switch n := g.IntN(100); {
	case n < 35:
		set := history.Set{Value: fmt.Sprint("v", i), Size: int64(i)}
		if happens {
			k.values, k.present = append(k.values, set), true
		}
		op.Action = &set
	case n < 85:
		op.Action = &history.Get{Found: k.present, Value: now.Value, Size: now.Size}
	case n < 97:
		op.Action = &history.Delete{Answered: true, Found: k.present, Size: max(now.Size, 0)}
		if happens {
			k.present = false
		}
	default:
		list := &history.List{Prefix: k.name}
		if k.present {
			list.Entries = []location.BlobMetadata{{Key: k.name, Size: now.Size}}
		}
		op.Key, op.Action = "", list
	}
}

func (g *busy) consensus(i int, k *busyKey, op *history.Operation, happens bool) {
	last := len(k.versions) - 1
	switch n := g.IntN(100); {
	case n < 45:
		g.compareAndSet(i, k, op, happens)
	case n < 85:
		a := &history.Head{Found: last >= 0}
		if a.Found {
			a.Version = k.versions[last]
		}
		op.Action = a
	case n < 95 || last < 0:
		a := &history.Scan{Limit: 3}
		if last >= 0 {
			from := max(0, last-g.IntN(5))
			a.From = k.versions[from].SeqNo
			from = max(from, k.mark)
			a.Versions = k.versions[from : min(last+1, from+3) : last+1]
		}
		op.Action = a
	default:
		bound := max(0, last-20)
		a := &history.Truncate{UpTo: k.versions[bound].SeqNo}
		if happens && bound > k.mark {
			a.Deleted, k.mark = int64(bound-k.mark), bound
		}
		op.Action = a
	}
}

// compareAndSet expects the head, or now and then a version before it.
func (g *busy) compareAndSet(i int, k *busyKey, op *history.Operation, happens bool) {
	a := &history.CompareAndSet{New: history.Version{Value: fmt.Sprint("v", i)}}
	expected := len(k.versions)
	if g.IntN(4) == 0 {
		expected = max(0, expected-1-g.IntN(g.Clients))
	}
	if expected > 0 {
		a.HasExpected, a.Expected = true, k.versions[expected-1].SeqNo
	}
	a.New.SeqNo = a.Expected + 1 + location.SeqNo(g.IntN(8)/7)
	commits := expected == len(k.versions)
	if commits && happens {
		k.versions = append(k.versions, a.New)
	}
	a.Committed = commits && op.Outcome == history.Ok
	op.Action = a
}
