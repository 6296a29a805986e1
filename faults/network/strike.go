package network

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// A Strike is one trouble on some routes, from its beginning until it is over.
type Strike struct {
	Trouble
	routes []*route
	over   chan struct{} // closed when it is

	mu     sync.Mutex
	random *rand.Rand
	ended  bool
	held   sync.WaitGroup // what is held back
	// What it did: to how many connections, or attempts at one, and to how many bytes.
	connections, bytes int
}

// delay draws how long a piece is delayed.
func (s *Strike) delay() time.Duration {
	if s.What != Latency {
		return 0
	}
	if s.Jitter == 0 {
		return s.Delay
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Delay + time.Duration((2*s.random.Float64()-1)*float64(s.Jitter))
}

// count notes what the trouble did.
func (s *Strike) count(connections, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections += connections
	s.bytes += bytes
}

// hold begins to hold something back, unless it is over.
func (s *Strike) hold() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.held.Add(1)
	}
	return !s.ended
}

// end makes it over.
func (s *Strike) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.ended = true
		close(s.over)
	}
}

// effect tells what was seen of it; "" when nothing was.
func (s *Strike) effect() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.connections == 0 {
		return ""
	}
	text := fmt.Sprintf("%v: %d connections", s.Trouble, s.connections)
	if s.bytes > 0 {
		text += fmt.Sprintf(", %d bytes", s.bytes)
	}
	if routes := len(s.routes); routes > 0 {
		text += fmt.Sprintf(", on %d routes", routes)
	}
	return strings.TrimSpace(text)
}
