package property

import (
	"flag"
	"time"
)

// A shrinker makes a failing case smaller for as long as it stays a failure.
type shrinker struct {
	*property
	best     *failure
	deadline time.Time
	walks    int // other interleavings that are tried with each program
}

// shrink returns the smallest failure that it finds, in as much time as rapid would take.
func (p *property) shrink(f *failure) *failure {
	s := &shrinker{property: p, best: f, deadline: p.shrinkDeadline(), walks: fewWalks}
	for s.round() || s.loop() || s.harder() {
	}
	switch {
	case p.options.RealTime:
		p.rate(s.best)
	case p.options.Bound > 0:
		return p.count(s.best)
	}
	return s.best
}

// Other interleavings that are tried with a program.
const (
	fewWalks  = 20
	manyWalks = 320
)

// harder tries more interleavings from now on, if the program is large still.
func (s *shrinker) harder() bool {
	if s.options.RealTime || s.best.program.requests() <= fewRequests || s.walks >= manyWalks || s.late() {
		return false
	}
	s.walks *= 4
	return true
}

// shrinkDeadline leaves a tenth of what is left of the time of the test.
func (p *property) shrinkDeadline() time.Time {
	now, patience := time.Now(), 30*time.Second
	if f := flag.Lookup("rapid.shrinktime"); f != nil {
		patience = f.Value.(flag.Getter).Get().(time.Duration)
	}
	if end, ok := p.t.Deadline(); ok {
		patience = min(patience, end.Sub(now)*9/10)
	}
	return now.Add(patience)
}

// round tries everything once, and reports whether something made it smaller.
func (s *shrinker) round() bool {
	before := s.best
	s.inOrder()
	s.plainKeys()
	s.onlyAtFault()
	s.leaveOutClients()
	s.leaveOutRequests()
	s.fewerRounds()
	s.splitLoops()
	s.joinClients()
	s.plainer()
	s.fewerSwitches()
	return s.best != before
}

// accept takes a program that fails too, for the same reason. Where the interleaving does
// not fit it any more it looks for another.
func (s *shrinker) accept(smaller program) bool {
	smaller.settleSizes(s.deck.limits)
	if s.options.RealTime {
		return s.repeatedly(smaller, repeats)
	}
	undecided := s.tally.undecided
	if s.replayed(smaller, s.best.decisions) {
		return true
	}
	// What cannot be decided takes long, and other interleavings are no easier.
	return s.tally.undecided == undecided && s.searched(smaller)
}

// repeatedly tries a program in real time, so many times.
func (s *shrinker) repeatedly(smaller program, times int) bool {
	return !s.late() && s.take(s.realTime(smaller, times))
}

func (s *shrinker) late() bool { return time.Now().After(s.deadline) }

// replayed tries a program with decisions.
func (s *shrinker) replayed(smaller program, decisions []int) bool {
	return !s.late() && s.take(s.scheduled(testCase{smaller, replay(decisions)}))
}

// searched tries a program with some interleavings: all of them if there are few.
func (s *shrinker) searched(smaller program) bool {
	const least = 6
	if len(smaller.clients) < 2 && !smaller.late() || s.late() {
		return false
	}
	if smaller.calls() <= least {
		return s.take(s.explore(smaller, 2*s.walks, firstOnly).first)
	}
	for seed := range uint64(s.walks) {
		if s.late() {
			return false
		}
		if s.take(s.scheduled(testCase{smaller, randomWalk(seed)})) {
			return true
		}
	}
	return false
}

// late reports whether effects come after their calls: they are interleaved even with a
// single client.
func (p program) late() bool {
	for _, client := range p.clients {
		for _, r := range client.requests {
			if r.fate == late {
				return true
			}
		}
	}
	return false
}

// take takes a failure of the same kind: a program that breaks another promise is not the
// same made smaller.
func (s *shrinker) take(f *failure) bool {
	if f == nil || f.kind() != s.best.kind() || f.breach != nil && f.breach.clause != s.best.breach.clause {
		return false
	}
	s.best = f
	return true
}
