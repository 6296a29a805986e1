package property

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assay-dev/assay/location"
)

// A program is what the clients do at the same time: data that can be printed, run and
// made smaller.
type program struct {
	names []string // of its keys
	// crowd is how many keys more are written before the clients begin: listings come
	// in pages.
	crowd   int
	clients []script
}

// A script is what one client does: its requests, so many rounds of them.
type script struct {
	rounds   int
	requests []request
}

// calls is how many operations a client calls.
func (s script) calls() int { return s.rounds * len(s.requests) }

// requests is how many operations the clients request together, each counted once
// however many rounds there are.
func (p program) requests() (n int) {
	for _, client := range p.clients {
		n += len(client.requests)
	}
	return n
}

// calls is how many operations the clients call together, each time that they do.
func (p program) calls() (n int) {
	for _, client := range p.clients {
		n += client.calls()
	}
	return n
}

// operations is how many come before the last client's: those of the clients, and one for
// each key of the crowd.
func (p program) operations() int { return p.crowd + p.calls() }

// clone returns a program that shares nothing with p that changes.
func (p program) clone() program {
	p.clients = slices.Clone(p.clients)
	for i := range p.clients {
		p.clients[i].requests = slices.Clone(p.clients[i].requests)
	}
	return p
}

func (p program) String() string {
	var b strings.Builder
	if p.crowd > 0 {
		fmt.Fprintf(&b, "first %d other keys are written\n", p.crowd)
	}
	for i, client := range p.clients {
		fmt.Fprintf(&b, "client %d%s:\n", i+1, timesOver(client.rounds))
		for _, r := range client.requests {
			fmt.Fprintf(&b, "    %s\n", r.text(p.names))
		}
	}
	return b.String()
}

func timesOver(rounds int) string {
	if rounds == 1 {
		return ""
	}
	return fmt.Sprintf(", %d times over", rounds)
}

// A request is one operation, symbolic as far as it depends on what its client has seen.
// Which fields count depends on op.
type request struct {
	op      string // as in a history, or one of those below
	key     int
	illegal int // if not 0: which of the keys that no store accepts
	fate    fate
	expect  expectation    // of a compare_and_set
	from    bound          // of a scan or a truncate
	size    size           // of a value
	looks   int            // at its context after which a call is given up, see givenUp
	by      location.SeqNo // how far above or below, and from the expected number to the new one
	limit   int64          // of a scan
	prefix  int            // of a list: so many bytes of the key
}

// Operations that a history knows under another name, or not at all.
const (
	probe     = "probe"     // a read of the key that is set aside for that (T6)
	elsewhere = "elsewhere" // a listing of a place that nobody writes to (C11, B6)
)

// A fate is what goes wrong with an operation.
type fate uint8

const (
	fine      fate = iota
	refused        // not done, and the caller is told
	vanished       // not done, and the caller is given a timeout
	untold         // done, and the caller is given a timeout
	late           // done at any time after the caller was given a timeout
	givenUp        // the caller gives up in the midst of the call
	cancelled      // the caller had given up before the call
	expired        // the call's deadline had passed before
)

func (f fate) String() string {
	return [...]string{
		"", " (fails: not done)", " (times out: not done)", " (times out: done)", " (times out: done later)",
		" (given up in its midst)", " (cancelled before)", " (its deadline passed before)",
	}[f]
}

// injected reports whether the error of the operation is not the store's.
func (f fate) injected() bool { return f != fine && f < givenUp }

// An expectation is what a compare-and-set expects.
type expectation uint8

const (
	expectSeen    expectation = iota // what the client last saw
	expectNone                       // no data
	expectAttempt                    // its last attempt, whatever became of it
	expectBelow
	expectAbove
	expectLeap     // what it last saw, with one of the greatest numbers there are
	expectBackward // what it last saw, with a new number that is not above
	expectBeyond   // what it last saw, with a new number above the legal ones
)

// A bound is where a scan begins or up to where a truncation goes.
type bound uint8

const (
	boundSeen bound = iota
	boundZero
	boundBelow
	boundAbove
)
