package network

import (
	"fmt"
	"time"
)

// What is one kind of trouble.
type What int

const (
	// Latency delays everything by Delay ± Jitter.
	Latency What = iota + 1
	// Throttle lets Rate bytes a second through, for each connection and direction.
	Throttle
	// Reset ends connections at once with a TCP reset, and new ones as they come.
	Reset
	// Hang holds everything back until it is over: connections are accepted, and silent.
	Hang
	// Refuse ends connections and refuses new ones.
	Refuse
	// Cut ends a connection when Bytes bytes have come through: the request took effect,
	// and nobody hears of it.
	Cut
)

// A Trouble is what goes wrong on the way.
type Trouble struct {
	What What
	// Up is what goes to the server, Down what comes from it; Reset and Refuse concern
	// both.
	Up, Down      bool
	Delay, Jitter time.Duration
	Rate          int // bytes per second
	Bytes         int
}

func (t Trouble) String() string {
	way := "requests and answers"
	switch {
	case !t.Down:
		way = "requests"
	case !t.Up:
		way = "answers"
	}
	switch t.What {
	case Latency:
		return fmt.Sprintf("latency of %v ± %v on %s", t.Delay, t.Jitter, way)
	case Throttle:
		return fmt.Sprintf("%d bytes/s for %s", t.Rate, way)
	case Reset:
		return "reset"
	case Hang:
		return fmt.Sprintf("%s held back", way)
	case Refuse:
		return "refused"
	}
	return fmt.Sprintf("%s cut after %d bytes", way, t.Bytes)
}
