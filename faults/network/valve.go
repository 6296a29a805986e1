package network

import (
	"slices"
	"sync"
	"time"

	"github.com/Shopify/toxiproxy/v2/stream"
	"github.com/Shopify/toxiproxy/v2/toxics"
)

// pieces is how many pieces of up to 32 KiB may be on their way in one direction.
const pieces = 64

// settleTime is how long a cut connection lives on.
const settleTime = 5 * time.Millisecond

// A valve is the toxic of one direction of a proxy: what goes through it meets the
// strikes that are there.
type valve struct {
	down   bool
	closed chan struct{}
	pipes  sync.WaitGroup // one for each connection

	mu      sync.Mutex
	strikes []*Strike
	changed chan struct{} // closed when strikes change
}

var _ toxics.StatefulToxic = (*valve)(nil)

func newValve(down bool) *valve {
	return &valve{down: down, closed: make(chan struct{}), changed: make(chan struct{})}
}

func (v *valve) add(s *Strike) {
	v.change(func(all []*Strike) []*Strike { return append(all, s) })
}

func (v *valve) remove(s *Strike) {
	v.change(func(all []*Strike) []*Strike {
		return slices.DeleteFunc(all, func(other *Strike) bool { return other == s })
	})
}

// change changes a copy of the strikes, and tells the pipes.
func (v *valve) change(how func([]*Strike) []*Strike) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.strikes = how(slices.Clone(v.strikes))
	close(v.changed)
	v.changed = make(chan struct{})
}

func (v *valve) now() []*Strike {
	strikes, _ := v.watch()
	return strikes
}

// watch returns the strikes that are there, and what is closed when others are.
func (v *valve) watch() ([]*Strike, <-chan struct{}) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.strikes, v.changed
}

// close ends all connections and waits for them. No new one comes.
func (v *valve) close() {
	close(v.closed)
	v.pipes.Wait()
}

// NewState is called for each connection before its pipe is started.
func (v *valve) NewState() any {
	v.pipes.Add(1)
	return nil
}

// Pipe carries one direction of one connection. It is never interrupted.
func (v *valve) Pipe(stub *toxics.ToxicStub) {
	defer v.pipes.Done()
	p := pipe{valve: v, stub: stub, passed: map[*Strike]int{}}
	p.carry()
	// Whoever writes here must not wait for ever: the rest is thrown away.
	stub.Close()
	for range stub.Input {
	}
}

// A pipe is one direction of one connection.
type pipe struct {
	valve *valve
	stub  *toxics.ToxicStub
	// passed is how many bytes went through under each strike.
	passed map[*Strike]int
}

func (p *pipe) carry() {
	for {
		strikes, changed := p.valve.watch()
		if p.reset(strikes) {
			return
		}
		select {
		case piece := <-p.stub.Input:
			if !p.pass(piece) {
				return
			}
		case <-changed:
		case <-p.valve.closed:
			return
		}
	}
}

// reset reports whether the connection is to be reset now, and counts it.
func (p *pipe) reset(strikes []*Strike) bool {
	for _, s := range strikes {
		if s.What == Reset {
			if p.valve.down {
				s.count(1, 0)
			}
			return true
		}
	}
	return false
}

// pass lets one piece through, or the end of the connection, which is nil. It
// returns false when this was the last.
func (p *pipe) pass(piece *stream.StreamChunk) bool {
	p.hold(piece)
	if piece == nil {
		return false
	}
	strikes := p.valve.now()
	if p.reset(strikes) || !p.wait(strikes, piece) {
		return false
	}
	whole := p.cut(strikes, piece)
	if len(piece.Data) > 0 {
		select {
		case p.stub.Output <- piece:
		case <-p.valve.closed:
			return false
		}
	}
	if !whole {
		p.settle()
	}
	return whole
}

// settle leaves the receiver a moment to read what came before the reset that is to
// follow, which may overtake it.
func (p *pipe) settle() {
	timer := time.NewTimer(settleTime)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.valve.closed:
	}
}

// hold holds a piece back while the network hangs. Whether its receiver is still there
// to take it then is nothing to wait for.
func (p *pipe) hold(piece *stream.StreamChunk) {
	var holding []*Strike
	defer func() {
		for _, s := range holding {
			s.held.Done()
		}
	}()
	for {
		strikes, changed := p.valve.watch()
		i := slices.IndexFunc(strikes, func(s *Strike) bool { return s.What == Hang })
		if i < 0 {
			return
		}
		if s := strikes[i]; !slices.Contains(holding, s) && s.hold() {
			holding = append(holding, s)
			p.count(s, piece)
		}
		select {
		case <-changed:
		case <-p.valve.closed:
			return
		}
	}
}

// wait delays a piece. It returns false when all is over.
func (p *pipe) wait(strikes []*Strike, piece *stream.StreamChunk) bool {
	for _, s := range strikes {
		due := piece.Timestamp
		switch s.What {
		case Latency:
			due = due.Add(s.delay())
		case Throttle:
			due = time.Now().Add(time.Duration(len(piece.Data)) * time.Second / time.Duration(s.Rate))
		default:
			continue
		}
		p.count(s, piece)
		timer := time.NewTimer(time.Until(due))
		select {
		case <-timer.C:
		case <-s.over:
		case <-p.valve.closed:
			timer.Stop()
			return false
		}
		timer.Stop()
	}
	return true
}

// cut shortens a piece to what may still come through. It returns false when that
// was the last.
func (p *pipe) cut(strikes []*Strike, piece *stream.StreamChunk) bool {
	for _, s := range strikes {
		if s.What != Cut {
			continue
		}
		if left := s.Bytes - p.passed[s]; left < len(piece.Data) {
			s.count(1, len(piece.Data)-left)
			piece.Data = piece.Data[:left]
			return false
		}
		p.passed[s] += len(piece.Data)
	}
	return true
}

// count counts a piece that s did something to.
func (p *pipe) count(s *Strike, piece *stream.StreamChunk) {
	first, bytes := 0, 0
	if _, seen := p.passed[s]; !seen {
		first = 1
	}
	if piece != nil {
		bytes = len(piece.Data)
	}
	p.passed[s] += bytes
	s.count(first, bytes)
}
