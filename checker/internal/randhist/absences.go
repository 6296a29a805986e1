package randhist

import (
	"fmt"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// Absences returns a random history of one key of a Blob, of values and deletes and of
// many operations that saw nothing. Their times are drawn without a simulation, so
// that each delete has to be put to the right use, if it suffices at all.
func Absences(src Source) *history.History {
	g := &absences{
		Source:  src,
		span:    10 + src.IntN(30),
		stretch: 1 + src.IntN(10),
		History: &history.History{Header: history.Header{Assay: history.FormatVersion, Object: history.Blob}},
	}
	for range 1 + src.IntN(5) {
		g.value()
	}
	for range 1 + src.IntN(5) {
		g.nothing()
	}
	for range src.IntN(3) {
		g.add(g.interval(), &history.Delete{}).Outcome = history.Info
	}
	g.shuffle()
	return g.History
}

type absences struct {
	Source
	*history.History
	span    int // calls are earlier than this
	stretch int // intervals are shorter than this
}

type interval struct{ call, ret int64 }

func (g *absences) interval() interval {
	call := int64(g.IntN(g.span))
	return interval{call, call + int64(g.IntN(g.stretch))}
}

// later returns an interval that begins and ends a little later.
func (g *absences) later(i interval) interval {
	call := i.call + int64(g.IntN(g.stretch))
	return interval{call, max(call, i.ret) + int64(g.IntN(g.stretch))}
}

func (g *absences) add(i interval, a history.Action) *history.Operation {
	g.Operations = append(g.Operations, history.Operation{
		Process: len(g.Operations), Key: "k", Call: i.call, Return: i.ret, Action: a,
	})
	return &g.Operations[len(g.Operations)-1]
}

// value adds a set, and maybe what saw its value or removed it.
func (g *absences) value() {
	size := int64(10 + len(g.Operations))
	name := fmt.Sprint("v", size)
	written := g.interval()
	if op := g.add(written, &history.Set{Value: name, Size: size}); g.IntN(8) == 7 {
		op.Outcome = history.Info
	}
	switch g.IntN(6) {
	case 1, 2:
		g.add(g.later(written), &history.Delete{Answered: true, Found: true, Size: size})
	case 3, 4:
		g.add(g.later(written), &history.Get{Found: true, Value: name, Size: size})
	case 5:
		listed := []location.BlobMetadata{{Key: "k", Size: size}}
		g.add(g.later(written), &history.List{Entries: listed}).Key = ""
	}
}

// nothing adds an operation that saw nothing.
func (g *absences) nothing() {
	switch g.IntN(10) {
	case 7:
		g.add(g.interval(), &history.List{}).Key = ""
	case 8:
		g.add(g.interval(), &history.Delete{Answered: true})
	case 9:
		g.add(g.interval(), &history.Restore{Refused: true}).Outcome = history.Fail
	default:
		g.add(g.interval(), &history.Get{})
	}
}

func (g *absences) shuffle() {
	ops := g.Operations
	for i := range ops {
		j := i + g.IntN(len(ops)-i)
		ops[i], ops[j] = ops[j], ops[i]
	}
	for i := range ops {
		ops[i].Line = i + 2
	}
}
