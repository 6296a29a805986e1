package property

import "slices"

// What comes once in so many operations takes many of them, but few different ones: a
// client that does those over and over.
const (
	fewRequests = 8 // need no loop
	manyRounds  = 72
)

// loop has a client do a few of its requests over and over: alone, or else beside the
// others. It is for programs that get no smaller otherwise.
func (s *shrinker) loop() bool {
	if s.best.program.crowd > 0 && s.loopsForCrowd() {
		return true
	}
	if s.best.program.requests() <= fewRequests {
		return false
	}
	p := s.best.program
	tried := map[string]bool{}
	for _, block := range blocks(p, s.object.last(1)) {
		alone := program{p.names, p.crowd, []script{{manyRounds, block}}}
		text := alone.String()
		if !tried[text] && s.accept(alone) {
			return true
		}
		tried[text] = true
	}
	for i, client := range p.clients {
		for _, block := range windows(client.requests) {
			beside := p.clone()
			beside.clients[i] = script{max(client.rounds, manyRounds), block}
			if beside.requests() < p.requests() && s.accept(beside) {
				return true
			}
		}
	}
	return false
}

// loopsForCrowd has the clients themselves do what the writes of the crowd were needed for:
// as many, or a lot.
func (s *shrinker) loopsForCrowd() bool {
	for _, more := range []int{s.best.program.crowd, manyRounds} {
		p := s.best.program.clone()
		p.crowd = 0
		for i := range p.clients {
			p.clients[i].rounds += min(more, manyRounds)
		}
		if s.accept(p) {
			return true
		}
	}
	return false
}

// blocks are what may be worth doing over and over: a request, one and a read of what it
// did, two in either order, or a few that follow each other.
func blocks(p program, reads []request) (all [][]request) {
	var requests []request
	for _, client := range p.clients {
		for _, r := range client.requests {
			if r.fate.injected() {
				r.fate = fine
			}
			if !slices.Contains(requests, r) {
				requests = append(requests, r)
			}
		}
	}
	for _, r := range requests {
		all = append(all, []request{r})
		for _, read := range reads {
			read.key = r.key
			all = append(all, []request{r, read})
		}
	}
	for i, first := range requests {
		for j, second := range requests {
			if i != j {
				all = append(all, []request{first, second})
			}
		}
	}
	for _, client := range p.clients {
		all = append(all, windows(client.requests)...)
	}
	return all
}

// windows are requests that follow each other, a few at a time.
func windows(requests []request) (all [][]request) {
	const few = 4
	for width := 1; width <= few; width++ {
		for from := 0; from+width <= len(requests); from++ {
			all = append(all, slices.Clone(requests[from:from+width]))
		}
	}
	return all
}
