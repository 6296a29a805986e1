package randhist

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// LadderOptions say what ladders are wanted.
type LadderOptions struct {
	Operations int // about so many
	// Gaps is how many stretches end in a version that somebody saw. With Tail there is
	// one more, of which nobody need have seen anything.
	Gaps int
	Tail bool
	// Relax are the exceptions that the store makes use of.
	Relax location.Relaxations
}

// Ladders returns a random history of one key of a Consensus, and an order that explains
// it. The key went through stretches of versions that hardly anybody saw: from each number
// unknown writes lead up to several higher ones. Which of them happened shows only in what
// truncations counted, in mismatches, in what scans left out, and in when all this was.
func Ladders(src Source, o LadderOptions) (*history.History, proof.Order) {
	g := &ladders{
		Source:   src,
		options:  o,
		span:     []int{0, 2, 6, 20, 100}[src.IntN(5)],
		fan:      1 + src.IntN(4),
		early:    []int{0, 40, 90}[src.IntN(3)],
		watched:  []int{5, 20, 60, 150}[src.IntN(4)],
		curious:  5 * src.IntN(2),
		distinct: src.IntN(2) == 0,
		known:    map[int]bool{none: true},
		sessions: map[int]session{},
	}
	for i := range g.weights {
		g.weights[i] = src.IntN(4) * src.IntN(4)
	}
	g.weights[byTruncation]++
	g.climb()
	return g.history()
}

type ladders struct {
	Source
	options  LadderOptions
	span     int  // operations begin and end within so much of their effect
	fan      int  // so many writes that did not happen lead up from each number
	early    int  // so many of 100 writes are called long before they happen
	watched  int  // so many of 100 steps are watched
	curious  int  // so many of 100 reads may see a version that nobody saw
	distinct bool // the values of one number differ
	weights  [watches]int

	now        int64
	versions   []history.Version // all there were
	mark       int               // those from this number on are stored
	known      map[int]bool      // by number: somebody saw the version
	operations []history.Operation
	order      []happening     // the operations that see the present
	stale      []happening     // reads of the past
	sessions   map[int]session // of such reads, by process
}

// A happening is an operation that takes effect at an instant.
type happening struct {
	operation int
	at        int64
	behind    int // its index in the order, or of a stale read that of which it sees the effect
	// What the store held before: so many versions, and those from the mark on.
	versions, mark int
}

// none is the number before all others.
const none = -1

// strides are the steps by which writes lead up. Some leave the number of versions no
// choice, or only the choice between even or odd ones.
var strides = [...][]int{{1, 2}, {1, 3}, {2, 3}, {2, 4}, {1, 2, 3}, {1, 1, 1, 2}, {1, 2, 3, 4, 5, 6}, {1, 10}}

func (g *ladders) percent(p int) bool { return g.IntN(100) < p }

// climb goes through all stretches.
func (g *ladders) climb() {
	stretches := g.options.Gaps
	if g.options.Tail {
		stretches++
	}
	length := max(2, g.options.Operations/max(1, stretches)/(g.fan+1))
	if g.percent(80) {
		g.commit(g.IntN(3))
	}
	for range g.options.Gaps {
		g.stretch(length)
		g.settle()
	}
	if g.options.Tail {
		g.stretch(length)
	}
	for range 1 + length*g.watched/1000 {
		g.watch()
	}
}

// stretch leads up by unknown writes, over so many numbers or a few more.
func (g *ladders) stretch(length int) {
	steps, begin, base := strides[g.IntN(len(strides))], g.now, g.head()
	usual, often := g.IntN(len(steps)+2), 90+10*g.IntN(2) // or any
	for g.head() < base+length {
		for n := g.watched; g.percent(n); n -= 100 {
			g.watch()
		}
		step := steps[g.IntN(len(steps))]
		if usual < len(steps) && g.percent(often) {
			step = steps[usual]
		}
		g.climbTo(g.head() + step)
	}
	for n := base; n < g.head(); n++ {
		for range g.fan {
			to := n + steps[g.IntN(len(steps))]
			if to <= g.head() || g.percent(5) {
				g.ghost(n, to, begin)
			}
		}
	}
}

// climbTo has an unknown write happen.
func (g *ladders) climbTo(number int) {
	a := g.write(g.head(), number)
	g.tick()
	call := g.before()
	if g.percent(g.early) {
		call = int64(g.IntN(int(g.now) + 1))
	}
	g.happen(history.Operation{Call: call, Return: history.Never, Outcome: history.Info, Action: a})
	g.versions = append(g.versions, a.New)
}

// ghost is an unknown write that does not happen. Most are called about when they could
// have happened.
func (g *ladders) ghost(from, to int, begin int64) {
	call := begin + int64(g.IntN(int(g.now-begin)+1))
	switch g.IntN(4) {
	case 0:
		call = int64(g.IntN(int(g.now) + 20))
	case 1:
		call = max(0, begin-int64(g.IntN(g.span+1)))
	}
	g.add(history.Operation{Call: call, Return: history.Never, Outcome: history.Info, Action: g.write(from, to)})
}

func (g *ladders) write(from, to int) *history.CompareAndSet {
	a := &history.CompareAndSet{HasExpected: from != none, New: history.Version{SeqNo: location.SeqNo(to), Value: fmt.Sprint("v", to)}}
	if from != none {
		a.Expected = location.SeqNo(from)
	}
	if g.distinct {
		a.New.Value = fmt.Sprintf("v%d-%d", to, len(g.operations))
	}
	return a
}

// settle has somebody see the head.
func (g *ladders) settle() {
	switch g.IntN(4) {
	case 0:
		g.commit(g.head() + 1 + g.IntN(3))
	case 1:
		g.scan(g.present(), g.head()-g.IntN(2), 2, true)
	default:
		g.lookAtHead(g.present(), true)
	}
}

// commit has a write happen that is answered, so that what it expected is known.
func (g *ladders) commit(number int) {
	a := g.write(g.head(), number)
	a.Committed = true
	g.known[g.head()], g.known[number] = true, true
	g.answer(history.Ok, a)
	g.versions = append(g.versions, a.New)
}

// head returns the number of the head.
func (g *ladders) head() int {
	if len(g.versions) == 0 {
		return none
	}
	return int(g.versions[len(g.versions)-1].SeqNo)
}

// tick lets time go on, or not.
func (g *ladders) tick() { g.now += int64(g.IntN(3)) }

func (g *ladders) before() int64 { return max(0, g.now-int64(g.IntN(g.span+1))) }
func (g *ladders) after() int64  { return g.now + int64(g.IntN(g.span+1)) }

// answer adds an operation that takes effect now.
func (g *ladders) answer(outcome history.Outcome, a history.Action) {
	g.tick()
	g.happen(history.Operation{Call: g.before(), Return: g.after(), Outcome: outcome, Action: a})
}

// happen adds an operation that takes effect, before it does.
func (g *ladders) happen(op history.Operation) {
	g.order = append(g.order, happening{len(g.operations), g.now, len(g.order), len(g.versions), g.mark})
	g.add(op)
}

func (g *ladders) add(op history.Operation) {
	if op.Process == 0 {
		op.Process = len(g.operations) + 1
	}
	if op.Action.Name() != "list_keys" {
		op.Key = "k"
	}
	g.operations = append(g.operations, op)
}

// history returns the operations in the order of their calls, and that of their effects.
func (g *ladders) history() (*history.History, proof.Order) {
	place := make([]int, len(g.operations))
	for i := range place {
		place[i] = i
	}
	slices.SortStableFunc(place, func(a, b int) int { return cmp.Compare(g.operations[a].Call, g.operations[b].Call) })
	h := &history.History{Header: history.Header{Assay: history.FormatVersion, Object: history.Consensus, Relax: g.options.Relax}}
	lines := make([]int, len(place))
	for i, p := range place {
		lines[p] = i + 2
		g.operations[p].Line = lines[p]
		h.Operations = append(h.Operations, g.operations[p])
	}
	all := slices.Concat(g.order, g.stale)
	slices.SortStableFunc(all, func(a, b happening) int { return cmp.Compare(a.behind, b.behind) })
	order := make(proof.Order, len(all))
	for i, e := range all {
		order[i] = proof.Placement{Line: lines[e.operation], At: e.at}
	}
	return h, order
}
