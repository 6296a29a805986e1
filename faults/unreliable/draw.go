package unreliable

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// A fate is what the draws decided about one operation.
type fate struct {
	happens, told bool
	late          bool // it lands after its error was returned
	onNext        bool // a late one lands when the next operation comes, at the latest after lateBy
	delay, lateBy time.Duration
	// entries is after how many entries a listing breaks off.
	entries int
	// cancelled: the caller gives up after patience.
	cancelled bool
	patience  time.Duration
}

// maxEntries bounds how far a listing comes before it breaks off.
const maxEntries = 16

// A stream is one client's draws. Every operation takes the same number of them,
// whatever the odds, so that switching changes no later draw. A client has one
// operation at a time, and the lock is never waited for.
type stream struct {
	mu     sync.Mutex
	source *rand.Rand
}

// newStream's label keeps the draws apart from those that others make of the same seed
// and client: the workload's operations must not foretell their fate.
func newStream(seed uint64, client int) *stream {
	var key [32]byte
	copy(key[:16], "faults")
	binary.LittleEndian.PutUint64(key[16:], seed)
	binary.LittleEndian.PutUint64(key[24:], uint64(client))
	return &stream{source: rand.New(rand.NewChaCha8(key))}
}

func (s *stream) draw(odds Odds) fate {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.source.Float64
	lost, untold := next() < odds.Lost, next() < odds.Untold
	late, onNext, lateBy := next() < odds.Late, next() < 0.5, next()
	delayed, delay := next() < odds.Delayed, next()
	f := fate{happens: !lost, told: !untold, late: late && !lost && untold, onNext: onNext, entries: int(next() * maxEntries)}
	cancelled, patience := next() < odds.Cancelled, next()
	if f.cancelled = cancelled && f.happens && f.told; f.cancelled {
		// Short ones more often: many operations do not take long.
		f.patience = time.Duration(math.Pow(patience, 8) * float64(odds.MaxPatience))
	}
	if f.late {
		f.lateBy = time.Duration(lateBy * float64(odds.MaxLate))
	}
	if delayed {
		f.delay = time.Duration(delay * float64(odds.MaxDelay))
	}
	return f
}
