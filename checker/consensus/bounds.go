package consensus

import (
	"github.com/assay-dev/assay/checker/proof"
)

// toHead leads a path that ends at a head event, which is not above T(i), on to number
// seq, which T(i) is not above.
func (p *prover) toHead(at path, i int32, seq uint64) path {
	if p.tip(at).N > seq {
		at = p.then(at, proof.Ascending, p.commit(i))
		p.stand(i)
		return p.then(at, proof.Successive, headAt(seq))
	}
	return p.then(at, proof.Ascending, headAt(seq))
}

// commitAfter proves that T(i) > r: a path to the head event of seq, which T(i) is not
// above, starting with something later than r.
func (p *prover) commitAfter(i int32, r int64, seq uint64) path {
	later := path{start: proof.AfterEvent(r)}
	if i > p.length() {
		p.finish(seq)
		return p.then(later, proof.Successive, headAt(seq))
	}
	for l := i; p.committed[l] > r; l-- {
		if p.floors[l].at > r {
			return p.toHead(p.floor(l, later), i, seq)
		}
	}
	for l := i; ; l-- {
		for d := p.waiting[l]; d != none; d = p.delays[d].next {
			if m := &p.delays[d]; m.call > r && m.ret < p.committed[l+1] {
				return p.toHead(p.mismatched(m, l), i, seq)
			}
		}
		if p.marks == nil {
			continue
		}
		if e := p.marks.lifts[l]; p.marks.at[e.to] > r {
			at := p.between(p.gone(p.passAfter(e.to, r), e.to, e.from), e)
			at = p.then(at, proof.Answered, headAt(p.highHead(e.until)))
			return p.toHead(at, i, seq)
		}
	}
}

// floor leads to T(l) from the operation that set its floor: one that saw it not yet,
// or its writer.
func (p *prover) floor(l int32, later path) path {
	if op := p.floors[l].op; op != none {
		return p.then(path{start: p.event(op)}, proof.Answered, headAt(p.highHead(op)))
	}
	if w := &p.writes[p.links[l].writer]; w.committed {
		return p.then(path{start: p.event(w.op)}, proof.Answered, headAt(w.after))
	}
	p.stand(l)
	return p.then(later, proof.Successive, p.commit(l))
}

// mismatched proves that a mismatch on link l comes before it, as it comes before the
// next.
func (p *prover) mismatched(m *delay, l int32) path {
	x := p.event(m.op)
	next := headAt(p.seq(l) + 1)
	before := p.join(path{start: x}, p.commitAfter(l+1, m.ret, p.seq(l)+1))
	step := proof.Step{Rule: proof.Mismatched, Before: x, After: p.commit(l), Lines: []int{p.line(m.op)}}
	if p.tip(before) != next {
		panic("consensus: a mismatch was not led to the next version")
	}
	step.From = []int{p.therefore(before)}
	return path{start: x, steps: []int{p.add(step)}}
}

// between leads a path that ends at an edge's first operation on to its second.
func (p *prover) between(at path, e edge) path {
	return p.then(at, proof.Process, p.event(e.until))
}
