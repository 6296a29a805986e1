// Package search decides by search whether the operations of one key have an order
// that the contract explains, with porcupine (Athalye 2017; the algorithm is by Wing
// and Gong, and Lowe). The search is exponential at worst: it has a budget, and gives
// up when that is used up.
package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/anishathalye/porcupine"

	"github.com/assay-dev/assay/checker/model"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A Problem is the operations of one key and the rules by which they are judged.
type Problem struct {
	Object     history.Object
	Relax      location.Relaxations
	Operations []*history.Operation
}

// Why a search gave up.
var (
	ErrTime   = errors.New("out of time")
	ErrMemory = errors.New("out of memory")
)

// Explained reports whether an order of the operations exists that the contract
// explains. The search stops with [ErrTime] when ctx ends and with [ErrMemory] when
// it would remember more than memory bytes.
func Explained(ctx context.Context, p Problem, memory int64) (bool, error) {
	_, explained, err := Linearize(ctx, p, memory)
	return explained, err
}

// Linearize is [Explained] and also returns such an order. Listings have no place in
// it, nor has what is not known to have happened and would have changed nothing.
func Linearize(ctx context.Context, p Problem, memory int64) (order proof.Order, explained bool, err error) {
	operations := prune(p)
	steps, sessions := model.Steps(operations, p.Relax)
	for i := range steps {
		if model.Wrong(steps[i].Operation, p.Relax) != "" {
			return nil, false, nil
		}
	}
	s := &searcher{
		ctx:      ctx,
		model:    model.New(p.Object, p.Relax, operations),
		steps:    steps,
		sessions: sessions,
	}
	s.left = memory / s.entryBytes()
	if s.left < int64(len(steps)) { // even an order found at once needs that many
		return nil, false, ErrMemory
	}
	if explained, err = s.run(); explained && len(steps) > 0 {
		order = s.order()
	}
	return order, explained, err
}

// searcher is one search.
type searcher struct {
	ctx      context.Context
	model    model.Model
	steps    []model.Step
	sessions int

	taken  int64       // steps that the search tried
	last   *searchNode // the latest node offered to the search, at the end the final one
	left   int64       // how many more entries its table may have
	failed error       // why the search is being given up
}

// A searchNode is what porcupine knows as a state. Only the object's state counts
// when nodes are compared: the rest follows from the set of steps taken, which
// porcupine compares too.
type searchNode struct {
	object   model.State
	definite int     // steps left that certainly happened
	progress []int32 // by session, how many of its steps are taken
	before   *searchNode
	step     *model.Step // that led here from before
}

func (s *searcher) run() (bool, error) {
	ordered := porcupine.CheckOperations(porcupine.Model{
		Init:  func() any { return s.initial() },
		Step:  func(node, step, _ any) (bool, any) { return s.step(node.(*searchNode), step.(*model.Step)) },
		Equal: func(a, b any) bool { return a.(*searchNode).object.Equal(b.(*searchNode).object) },
		Hash:  func(node any) uint64 { return node.(*searchNode).object.Hash() },
	}, s.operations())
	if s.failed != nil {
		return false, s.failed
	}
	return ordered, nil
}

func (s *searcher) operations() []porcupine.Operation {
	ops := make([]porcupine.Operation, len(s.steps))
	for i := range s.steps {
		step := &s.steps[i]
		ops[i] = porcupine.Operation{Input: step, Call: step.Earliest, Return: step.Latest}
	}
	return ops
}

func (s *searcher) initial() *searchNode {
	node := &searchNode{object: s.model.Initial(), progress: make([]int32, s.sessions)}
	for i := range s.steps {
		if s.steps[i].Operation.Outcome != history.Info {
			node.definite++
		}
	}
	return node
}

// step takes one step from a node. An Info that would change nothing has to wait for
// the end, where it stands for what never happened: before that, taking it could help
// nobody.
func (s *searcher) step(node *searchNode, step *model.Step) (bool, any) {
	if s.stopped(node) {
		return false, nil
	}
	if step.Session >= 0 && node.progress[step.Session] != int32(step.Rank) {
		return false, nil
	}
	object, ok := s.model.Take(node.object, step)
	info := step.Operation.Outcome == history.Info
	if !ok || info && object == node.object && node.definite > 0 {
		return false, nil
	}
	next := &searchNode{object, node.definite, node.progress, node, step}
	if !info {
		next.definite--
	}
	if step.Session >= 0 {
		next.progress = append([]int32(nil), node.progress...)
		next.progress[step.Session]++
	}
	s.last = next
	return true, next
}

// order returns the steps that led to the final node, each as early as it can be.
func (s *searcher) order() (order proof.Order) {
	var path []*searchNode
	for node := s.last; node.step != nil; node = node.before {
		path = append(path, node)
	}
	at := int64(math.MinInt64)
	for _, node := range slices.Backward(path) {
		at = max(at, node.step.Earliest)
		if node.placed() {
			order = append(order, proof.Placement{Line: node.step.Operation.Line, At: at})
		}
	}
	return order
}

// placed reports whether the step to the node has a place in an order.
func (n *searchNode) placed() bool {
	switch n.step.Operation.Action.(type) {
	case *history.ListKeys, *history.List:
		return false
	}
	idle := n.step.Operation.Outcome == history.Info && n.object == n.before.object
	return n.step.Part != model.LookUp && !idle
}

// stopped reports whether the search is to end. Porcupine cannot be stopped from
// outside; refusing every further step ends it soon.
func (s *searcher) stopped(node *searchNode) bool {
	if s.failed != nil {
		return true
	}
	// A node comes back at once only when porcupine entered it into its table.
	if node == s.last {
		s.last = nil
		s.left--
	}
	if s.left < 0 {
		s.failed = fmt.Errorf("%w after %d steps", ErrMemory, s.taken)
	}
	// An easy key never runs out of time, however little it was given.
	if s.taken++; s.taken%1024 == 0 && s.ctx.Err() != nil {
		s.failed = fmt.Errorf("%w after %d steps", ErrTime, s.taken)
	}
	return s.failed != nil
}

// entryBytes is about what one entry of porcupine's table costs: a bit for each step,
// the node, the object's state, slice headers and a place in the map.
func (s *searcher) entryBytes() int64 {
	return int64(len(s.steps)/8 + 4*s.sessions + 300)
}
