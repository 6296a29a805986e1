package consensus

import (
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A prover writes down why a timeline does not exist, in the steps that package proof
// verifies. It follows the bounds back to operations.
type prover struct {
	*timeline
	steps  []proof.Step
	uses   map[question]bool // the choices that the steps rest on
	stands map[int32]bool    // the links whose place is established
	ended  bool              // it is established that nothing follows the last link
}

func newProver(t *timeline) *prover {
	return &prover{timeline: t, uses: map[question]bool{}, stands: map[int32]bool{}}
}

// refute returns the proof.
func (t *timeline) refute() *refutation {
	p := newProver(t)
	if t.flaw.kind != flawless {
		p.refuteChain()
	} else {
		p.refuteTimeline()
	}
	return &refutation{p.steps, p.uses}
}

func (p *prover) add(s proof.Step) int {
	p.steps = append(p.steps, s)
	return len(p.steps) - 1
}

// A path is a chain of steps. It starts at an event and leads to that of the last step.
type path struct {
	start proof.Event
	steps []int
}

// then appends a step by a rule to event e.
func (p *prover) then(at path, rule proof.Rule, e proof.Event) path {
	from := p.tip(at)
	if from == e {
		return at
	}
	at.steps = append(at.steps, p.add(proof.Step{Rule: rule, Before: from, After: e}))
	return at
}

func (p *prover) tip(at path) proof.Event {
	if len(at.steps) == 0 {
		return at.start
	}
	return p.steps[at.steps[len(at.steps)-1]].After
}

func (p *prover) line(op int32) int          { return p.operations[op].Line }
func (p *prover) event(op int32) proof.Event { return proof.OpEvent(p.line(op)) }

func headAt(seq uint64) proof.Event { return proof.HeadEvent(location.SeqNo(seq)) }
func markAt(seq uint64) proof.Event { return proof.MarkEvent(location.SeqNo(seq)) }

// commit and passed are the events at which T(i) and M(j) lie.
func (p *prover) commit(i int32) proof.Event { return headAt(p.seq(i)) }
func (p *prover) passed(j int32) proof.Event { return markAt(p.seq(j) + 1) }

// cycle closes the proof with a path that leads back to its start.
func (p *prover) cycle(at path) { p.add(proof.Step{Rule: proof.Cycle, From: at.steps}) }

// therefore turns a path into one step.
func (p *prover) therefore(at path) int {
	if len(at.steps) == 1 {
		return at.steps[0]
	}
	return p.add(proof.Step{Rule: proof.Therefore, Before: at.start, After: p.tip(at), From: at.steps})
}

// join appends a path that starts later by time than the first one ends.
func (p *prover) join(at, later path) path {
	at = p.then(at, proof.RealTime, later.start)
	at.steps = append(at.steps, later.steps...)
	return at
}

// ask returns the step that asks a question, without cases, after the steps for its
// evidence.
func (p *prover) ask(q question) proof.Step {
	if q.followed {
		step := proof.Step{Rule: proof.Followed}
		if q.slot != none {
			p.stand(p.linkOf(q.slot))
			step.Version = new(location.SeqNo(p.slots[q.slot].seq))
		}
		return step
	}
	return p.evidence(q.slot)
}

// evidence returns the step that concludes who wrote the version of a slot.
func (p *prover) evidence(slot int32) proof.Step {
	s := &p.slots[slot]
	step := proof.Step{Rule: proof.Written, Version: new(location.SeqNo(s.seq))}
	switch {
	case s.committed != none:
		step.Lines = append(step.Lines, p.line(p.writes[s.committed].op))
	case s.seen != none:
		step.Lines = append(step.Lines, p.line(s.seen))
	default:
		above := p.linkOf(slot) + 1
		p.stand(above)
		step.After = p.commit(above)
	}
	return step
}

// stand establishes where link i stands in the chain.
func (p *prover) stand(i int32) {
	if p.stands[i] {
		return
	}
	p.stands[i] = true
	l := p.links[i]
	switch {
	case i > p.known:
		previous := int32(none)
		if i > 1 {
			previous = p.links[i-1].slot
			p.stand(i - 1)
		}
		p.uses[question{true, previous}] = true
	case l.asked:
		p.uses[question{false, l.slot}] = true
		if !p.slots[l.slot].known() {
			p.stand(i + 1)
		}
	default:
		p.add(p.evidence(l.slot))
	}
}

// standAll establishes where the links from low to high stand.
func (p *prover) standAll(low, high int32) {
	for i := high; i >= low; i-- {
		p.stand(i)
	}
}

// finish establishes that no version from seq on exists, as nothing follows the last
// link.
func (p *prover) finish(seq uint64) {
	if p.ended || p.find(seq, p.end()) == p.end() {
		return // nobody wrote any
	}
	p.ended = true
	q := question{followed: true, slot: none}
	if n := p.length(); n > 0 {
		q.slot = p.links[n].slot
		p.stand(n)
	}
	if p.open {
		p.uses[q] = true
		return
	}
	step := proof.Step{Rule: proof.Followed}
	if q.slot != none {
		step.Version = new(location.SeqNo(p.slots[q.slot].seq))
	}
	p.add(step)
}

// refuteChain proves that no chain exists.
func (p *prover) refuteChain() {
	f := p.flaw
	version := new(location.SeqNo(f.seq))
	switch {
	case f.kind == twice:
		step := proof.Step{Rule: proof.Written, Version: version}
		for w := p.slots[f.slot].first; w < p.slots[f.slot+1].first; w++ {
			if p.writes[w].committed && len(step.Lines) < 2 {
				step.Lines = append(step.Lines, p.line(p.writes[w].op))
			}
		}
		p.add(step)
	case f.kind == unwritten && f.slot != none:
		p.add(p.evidence(f.slot))
	case f.kind == unwritten:
		p.stand(1)
		p.add(proof.Step{Rule: proof.Written, Version: version, After: p.commit(1)})
	case f.kind == skipped:
		p.refuteSkip(f)
	}
}

// refuteSkip proves that the lowest link's writer cannot have skipped a version that
// exists.
func (p *prover) refuteSkip(f flaw) {
	if p.slots[f.slot].committed == none && len(p.writers(f.slot, nil)) > 1 {
		p.uses[question{false, f.slot}] = true // whoever it was
	} else {
		p.add(p.evidence(f.slot))
		if len(p.writers(f.slot, nil)) == 0 {
			return // nobody was
		}
	}
	p.stand(1)
	at := path{start: headAt(f.seq)}
	at = p.then(at, proof.Successive, p.commit(1))
	at = p.then(at, proof.Successive, headAt(p.writes[p.links[1].writer].after))
	p.cycle(p.then(at, proof.Ascending, headAt(f.seq)))
}

// lowHead returns the highest number from which on operation op saw a version.
func (p *prover) lowHead(op int32) uint64 {
	switch a := p.operations[op].Action.(type) {
	case *history.Head:
		return uint64(a.Version.SeqNo)
	case *history.Scan:
		return uint64(a.Versions[len(a.Versions)-1].SeqNo)
	case *history.Truncate:
		return uint64(a.UpTo)
	case *history.CompareAndSet:
		if a.Committed {
			return uint64(a.New.SeqNo)
		}
	}
	return 0
}

// highHead returns the lowest number from which on operation op saw no version.
func (p *prover) highHead(op int32) uint64 {
	switch a := p.operations[op].Action.(type) {
	case *history.Head:
		if a.Found {
			return uint64(a.Version.SeqNo) + 1
		}
	case *history.Scan:
		if n := len(a.Versions); n > 0 {
			return uint64(a.Versions[n-1].SeqNo) + 1
		}
		return uint64(a.From)
	case *history.Truncate:
		return uint64(a.UpTo)
	}
	return 0
}
