package consensus

import (
	"math"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// append appends a step to event e by a rule about one operation and a version.
func (p *prover) append(at path, rule proof.Rule, e proof.Event, op int32, version uint64) path {
	step := proof.Step{Rule: rule, Before: p.tip(at), After: e, Lines: []int{p.line(op)}, Version: new(location.SeqNo(version))}
	at.steps = append(at.steps, p.add(step))
	return at
}

// truncationOf returns a truncation's action and the first link not below its bound.
func (p *prover) truncationOf(op int32) (a *history.Truncate, above int32) {
	a, ok := p.operations[op].Action.(*history.Truncate)
	if ok {
		above = p.first[p.find(uint64(a.UpTo), 0)]
	}
	return a, above
}

// gone leads a path that ends where link j is passed on to an operation that found it
// gone.
func (p *prover) gone(at path, j, op int32) path {
	a, above := p.truncationOf(op)
	if a == nil {
		p.stand(j)
		return p.append(at, proof.Missing, p.event(op), op, p.seq(j))
	}
	highest := above - 1 - int32(a.Deleted)
	at = p.then(at, proof.Ascending, p.passed(highest))
	p.standAll(highest+1, above)
	return p.append(at, proof.Counted, p.event(op), op, p.seq(above))
}

// goneWith leads a path that ends where link j is passed on to an operation that found
// it gone or passed it.
func (p *prover) goneWith(at path, j, op int32) path {
	a, _ := p.truncationOf(op)
	if a == nil {
		return p.gone(at, j, op)
	}
	return p.then(p.then(at, proof.Ascending, proof.MarkEvent(a.UpTo)), proof.Answered, p.event(op))
}

// kept leads a path that ends at an operation, which found link j stored, on to where
// link j is passed: by the operation itself, maybe.
func (p *prover) kept(at path, op, j int32) path {
	a, above := p.truncationOf(op)
	if a == nil {
		scan := p.operations[op].Action.(*history.Scan)
		at = p.then(at, proof.Answered, proof.MarkEvent(scan.Versions[0].SeqNo+1))
		return p.then(at, proof.Ascending, p.passed(j))
	}
	p.standAll(j+1, above)
	return p.append(at, proof.Counted, p.passed(j), op, p.seq(above))
}

// pass leads a path from where link l is passed to where link j is: later, or at once
// by the same step.
func (p *prover) pass(at path, l, j int32) path {
	if l > j {
		at = p.goneWith(at, l, p.marks.steps[j])
		return p.kept(at, p.marks.steps[j], j)
	}
	return p.then(at, proof.Ascending, p.passed(j))
}

// passAfter proves that M(j) > r: a path to where link j is passed, starting with
// something later than r.
func (p *prover) passAfter(j int32, r int64) path {
	m := p.marks
	for l := j; ; l-- {
		end := l
		if m.steps[l] != none {
			end = m.stepEnd(l)
		}
		switch {
		case m.ready[end] > r:
			return p.then(p.readyAfter(end, l, r), proof.Ascending, p.passed(j))
		case p.committed[end+1] > r:
			return p.then(p.committedBeforePass(end, l, r), proof.Ascending, p.passed(j))
		case m.steps[l] == none && p.soonest(l) > r:
			return p.then(p.raised(l, r), proof.Ascending, p.passed(j))
		}
	}
}

// soonest returns the first instant at which a raiser may pass link j.
func (p *prover) soonest(j int32) int64 {
	earliest := int64(never)
	for i := range p.marks.raisers {
		if r := &p.marks.raisers[i]; r.target >= j && p.marks.may(r, j) {
			earliest = min(earliest, r.earliest)
		}
	}
	return earliest
}

// readyAfter proves that link l is not passed until after r, as one up to link end is
// not, which it is passed with or before.
func (p *prover) readyAfter(end, l int32, r int64) path {
	m := p.marks
	for i := end; ; i-- {
		if b := m.floors[i]; b.at > r {
			return p.pass(p.kept(path{start: p.event(b.op)}, b.op, i), i, l)
		}
		if e := m.after[i]; p.committed[e.to] > r {
			at := p.commitAfter(e.to, r, p.lowHead(e.from))
			at = p.between(p.then(at, proof.Answered, p.event(e.from)), e)
			return p.pass(p.kept(at, e.until, i), i, l)
		}
	}
}

// committedBeforePass proves that link l is not passed until after r, as the version
// after link end, which it is passed with or before, is not committed before.
func (p *prover) committedBeforePass(end, l int32, r int64) path {
	at := p.commitAfter(end+1, r, p.seq(end)+1)
	return p.pass(p.then(at, proof.Ascending, p.passed(end)), end, l)
}

// raised proves that no raiser passes link j until after r.
func (p *prover) raised(j int32, r int64) path {
	later := proof.AfterEvent(r)
	step := proof.Step{Rule: proof.Raised, Before: later, After: p.passed(j)}
	bound, cover := p.cover(j, r)
	covered := false
	for i := range p.seen {
		s := &p.seen[i]
		if s.kind != truncation || s.call > r {
			continue
		}
		upTo := uint64(p.operations[s.op].Action.(*history.Truncate).UpTo)
		if upTo <= p.seq(j) {
			continue
		}
		if upTo >= bound {
			covered = true
			continue
		}
		at := p.gone(path{start: p.passed(j)}, j, s.op)
		step.From = append(step.From, p.therefore(at))
	}
	if covered {
		step.From = append(step.From, p.therefore(cover(later)))
	}
	return path{start: later, steps: []int{p.add(step)}}
}

// cover returns the lowest bound from which on no truncation passes link j until after
// r, and the proof.
func (p *prover) cover(j int32, r int64) (bound uint64, prove func(later proof.Event) path) {
	m, n := p.marks, p.length()
	here := path{start: p.passed(j)}
	bound = math.MaxUint64
	consider := func(i int32, how func(proof.Event) path) {
		if b := p.seq(i) + 1; b < bound {
			bound, prove = b, how
		}
	}
	for l := j; l <= n; l++ {
		if e := m.apart[l]; e.to <= n {
			consider(e.to, func(proof.Event) path {
				at := p.between(p.gone(p.then(here, proof.Ascending, p.passed(l)), l, e.from), e)
				return p.kept(at, e.until, e.to)
			})
		}
	}
	for i := j; i <= n; i++ {
		switch {
		case p.committed[i+1] > r:
			consider(i, func(later proof.Event) path {
				return p.join(path{start: later}, p.commitAfter(i+1, r, p.seq(i)+1))
			})
		case m.ready[i] > r:
			consider(i, func(later proof.Event) path {
				return p.join(path{start: later}, p.readyAfter(i, i, r))
			})
		default:
			continue
		}
		break
	}
	return bound, prove
}

// headAfterMark leads a path from where link j is passed to a head event that is not
// above T(high(j)).
func (p *prover) headAfterMark(at path, j int32) path {
	for l := j; ; l++ {
		if e := p.marks.until[l]; e.to == p.marks.high[j] {
			at = p.between(p.gone(p.then(at, proof.Ascending, p.passed(l)), l, e.from), e)
			return p.then(at, proof.Answered, headAt(p.highHead(e.until)))
		}
	}
}

// markAfterHead leads a path that ends at a head event, which is not above T(low(j)),
// to where link j is passed.
func (p *prover) markAfterHead(at path, j int32) path {
	m := p.marks
	end := j
	if m.steps[j] != none {
		end = m.stepEnd(j)
	}
	for l := end; ; l-- {
		if l+1 == m.low[j] {
			at = p.toHead(at, l+1, p.seq(l)+1)
			return p.pass(p.then(at, proof.Ascending, p.passed(l)), l, j)
		}
		if e := m.after[l]; e.to == m.low[j] {
			at = p.then(at, proof.Ascending, headAt(p.lowHead(e.from)))
			at = p.between(p.then(at, proof.Answered, p.event(e.from)), e)
			return p.pass(p.kept(at, e.until, l), l, j)
		}
	}
}

// refuteTimeline proves that the clash is one.
func (p *prover) refuteTimeline() {
	c := p.clash
	switch c.kind {
	case lateCommit:
		x := path{start: p.event(c.a)}
		if c.i > p.length() {
			p.finish(p.lowHead(c.a))
			x = p.then(x, proof.Successive, headAt(p.lowHead(c.a)))
		} else {
			x = p.join(x, p.commitAfter(c.i, p.operations[c.a].Return, p.lowHead(c.a)))
		}
		p.cycle(p.then(x, proof.Answered, x.start))
	case lateMark:
		x := path{start: p.event(c.a)}
		x = p.join(x, p.passAfter(c.i, p.operations[c.a].Return))
		p.cycle(p.goneWith(x, c.i, c.a))
	case backwards:
		x := p.then(path{start: p.event(c.a)}, proof.Process, p.event(c.b))
		x = p.then(x, proof.Answered, headAt(p.highHead(c.b)))
		x = p.then(x, proof.Ascending, p.commit(c.i))
		p.cycle(p.then(x, proof.Answered, x.start))
	case unmarked:
		x := p.then(path{start: p.event(c.a)}, proof.Process, p.event(c.b))
		p.cycle(p.gone(p.kept(x, c.b, c.i), c.i, c.a))
	case hole:
		p.stand(c.i)
		x := p.append(path{start: p.event(c.a)}, proof.Missing, p.commit(c.i), c.a, p.seq(c.i))
		x = p.then(x, proof.Ascending, headAt(p.lowHead(c.a)))
		p.cycle(p.then(x, proof.Answered, x.start))
	case undercounts:
		p.standAll(1, c.i)
		p.add(proof.Step{Rule: proof.Counted, Lines: []int{p.line(c.a)}, Version: new(location.SeqNo(p.seq(c.i)))})
	case overlap:
		x := p.kept(path{start: p.event(c.a)}, c.a, c.i)
		x = p.kept(p.goneWith(x, c.i, c.b), c.b, c.i)
		p.cycle(p.goneWith(x, c.i, c.a))
	case inside:
		e, step := p.marks.apart[c.i], p.marks.steps[c.i]
		x := p.kept(path{start: p.event(step)}, step, c.i)
		x = p.between(p.gone(x, c.i, e.from), e)
		p.cycle(p.goneWith(p.kept(x, e.until, e.to), e.to, step))
	case tangled:
		x := p.headAfterMark(path{start: p.passed(c.i)}, c.i)
		p.cycle(p.markAfterHead(x, c.i))
	}
}
