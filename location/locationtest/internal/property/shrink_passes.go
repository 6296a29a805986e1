package property

import (
	"slices"

	"github.com/assay-dev/assay/location"
)

// inOrder lets one client after the other do its work.
func (s *shrinker) inOrder() {
	if !s.options.RealTime && slices.Max(append(s.best.decisions, 0)) > 0 {
		s.replayed(s.best.program, nil)
	}
}

// onlyAtFault leaves out all that does not take part in the contradiction. That is seldom
// a contradiction by itself, for the others brought the store into the state where it went
// wrong; but where it is, little else has to be tried.
func (s *shrinker) onlyAtFault() {
	wanted := s.best.requestsAtFault()
	p := s.best.program.clone()
	for i := range p.clients {
		n := -1
		p.clients[i].requests = slices.DeleteFunc(p.clients[i].requests, func(request) bool {
			n++
			return !wanted[origin{i, n}]
		})
	}
	p.clients = slices.DeleteFunc(p.clients, func(client script) bool { return len(client.requests) == 0 })
	if n := p.requests(); n == 0 || n == s.best.program.requests() {
		return
	}
	if !s.accept(p) && s.options.RealTime {
		s.repeatedly(p, 3*repeats) // so much hangs on it that luck should not decide
	}
}

func (s *shrinker) leaveOutClients() {
	for i := 0; i < len(s.best.program.clients) && len(s.best.program.clients) > 1; {
		p := s.best.program.clone()
		p.clients = slices.Delete(p.clients, i, i+1)
		if !s.accept(p) {
			i++
		}
	}
}

// leaveOutRequests leaves out as many at a time as it can: delta debugging (Zeller and
// Hildebrandt 2002).
func (s *shrinker) leaveOutRequests() {
	for i := range s.best.program.clients {
		for n := len(s.best.program.clients[i].requests) - 1; n > 0; n /= 2 {
			for from := 0; from < len(s.best.program.clients[i].requests) && len(s.best.program.clients[i].requests) > 1; {
				p := s.best.program.clone()
				requests := p.clients[i].requests
				p.clients[i].requests = slices.Delete(requests, from, min(from+n, len(requests)))
				if len(p.clients[i].requests) == 0 || !s.accept(p) {
					from += n
				}
			}
		}
	}
}

func (s *shrinker) fewerRounds() {
	for i := range s.best.program.clients {
		for step := s.best.program.clients[i].rounds - 1; step > 0; {
			p := s.best.program.clone()
			p.clients[i].rounds -= step
			if p.clients[i].rounds < 1 || !s.accept(p) {
				step /= 2
			}
		}
	}
}

// splitLoops gives a request of a loop a client of its own, where it takes fewer rounds
// than the others.
func (s *shrinker) splitLoops() {
	for i := 0; i < len(s.best.program.clients); i++ {
		for j := 0; j < len(s.best.program.clients[i].requests); j++ {
			loop, before := s.best.program.clients[i], s.best
			if loop.rounds == 1 || len(loop.requests) == 1 || len(s.best.program.clients) == s.options.Clients {
				break
			}
			p := s.best.program.clone()
			p.clients[i].requests = slices.Delete(p.clients[i].requests, j, j+1)
			p.clients = slices.Insert(p.clients, i, script{loop.rounds, loop.requests[j : j+1]})
			if s.accept(p) {
				s.fewerRounds()
			}
			if s.best.program.calls() >= before.program.calls() {
				s.best = before
			}
		}
	}
}

// joinClients has one client do what two did, in either order.
func (s *shrinker) joinClients() {
	for i := 0; i < len(s.best.program.clients); i++ {
		for j := 0; j < len(s.best.program.clients); j++ {
			if i == j || s.best.program.clients[i].rounds+s.best.program.clients[j].rounds > 2 {
				continue
			}
			p := s.best.program.clone()
			p.clients[i].requests = append(p.clients[i].requests, p.clients[j].requests...)
			p.clients = slices.Delete(p.clients, j, j+1)
			if s.accept(p) {
				i, j = 0, -1
				if len(s.best.program.clients) == 1 {
					return
				}
			}
		}
	}
}

// plainKeys leaves out the crowd and gives the keys short names: all else is faster then.
func (s *shrinker) plainKeys() {
	s.change(func(p *program) bool { p.crowd = 0; return true })
	s.change(func(p *program) bool { p.crowd = min(p.crowd, 10); return true })
	s.change(func(p *program) bool { p.names = nameSets(s.deck.limits)[0][:len(p.names)]; return true })
}

// plainer makes what is left as plain as it can be.
func (s *shrinker) plainer() {
	for i := range s.best.program.clients {
		for j := range s.best.program.clients[i].requests {
			for _, plain := range plainings {
				s.change(func(p *program) bool { return plain(&p.clients[i].requests[j]) })
			}
		}
	}
	s.fewerKeys()
}

// change tries a change of the program, if it is one.
func (s *shrinker) change(change func(*program) bool) {
	p := s.best.program.clone()
	if change(&p) && p.String() != s.best.program.String() {
		s.accept(p)
	}
}

// plainings make one thing about a request plain, and say whether it was not before.
var plainings = []func(*request) bool{
	func(r *request) bool { return set(&r.fate, fine) },
	func(r *request) bool { return set(&r.illegal, 0) },
	func(r *request) bool { return set(&r.key, 0) },
	func(r *request) bool { return set(&r.expect, expectSeen) },
	func(r *request) bool { return set(&r.by, 1) },
	func(r *request) bool { return set(&r.size, small) },
	func(r *request) bool { return set(&r.from, boundZero) },
	func(r *request) bool { return set(&r.limit, int64(location.ScanAll)) },
	func(r *request) bool { return set(&r.prefix, 0) },
}

func set[T comparable](field *T, plain T) bool {
	was := *field
	*field = plain
	return was != plain
}

// fewerKeys leaves out the keys that are not in use any more.
func (s *shrinker) fewerKeys() {
	for len(s.best.program.names) > 1 {
		p := s.best.program.clone()
		p.names = p.names[:len(p.names)-1]
		for _, client := range p.clients {
			for i := range client.requests {
				if client.requests[i].key >= len(p.names) {
					return
				}
			}
		}
		if !s.accept(p) {
			return
		}
	}
}

// fewerSwitches has whoever runs go on where it can.
func (s *shrinker) fewerSwitches() {
	if s.options.RealTime {
		return
	}
	for i := 0; i < len(s.best.decisions); i++ {
		if s.best.decisions[i] == 0 {
			continue
		}
		decisions := slices.Clone(s.best.decisions)
		decisions[i] = 0
		s.replayed(s.best.program, decisions)
	}
}
