package blob

import "math"

// pending are blocks that wait, all of them until the first of them cannot any longer.
type pending struct {
	blocks []int32
	due    int64  // when that is
	first  int32  // the one that can wait least,
	after  *block // and what it found in its way
}

func (p *pending) emptied() pending { return pending{blocks: p.blocks[:0], due: math.MaxInt64} }

func (p *pending) add(s stretch, after *block) {
	p.blocks = append(p.blocks, s.of)
	if s.end < p.due {
		p.due, p.first, p.after = s.end, s.of, after
	}
}

// deadlines is a heap of deletes, the one that can wait least on top.
type deadlines []stretch

func (d *deadlines) push(s stretch) {
	*d = append(*d, s)
	h := *d
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if h[up].end <= h[i].end {
			return
		}
		h[up], h[i] = h[i], h[up]
		i = up
	}
}

func (d *deadlines) pop() stretch {
	h := *d
	top, last := h[0], len(h)-1
	h[0], h = h[last], h[:last]
	for i, down := 0, 1; down < len(h); down = 2*i + 1 {
		if down+1 < len(h) && h[down+1].end < h[down].end {
			down++
		}
		if h[i].end <= h[down].end {
			break
		}
		h[i], h[down] = h[down], h[i]
		i = down
	}
	*d = h
	return top
}
