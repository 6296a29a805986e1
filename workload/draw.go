package workload

import (
	"math"
	"math/rand/v2"
	"sync/atomic"
)

// Streams of random numbers, all from one seed: client i draws requests from stream i
// and pauses from stream thinkStream + i.
const thinkStream = 1 << 32

// random is a generator that shares no cache line with that of another client.
type random struct {
	_   apart
	pcg rand.PCG
	rng rand.Rand
	_   apart
}

// apart keeps what one client writes off the cache lines of what others do.
type apart [128]byte

func newRand(seed, stream uint64) *rand.Rand {
	r := new(random)
	r.pcg.Seed(seed, stream)
	r.rng = *rand.New(&r.pcg)
	return &r.rng
}

// A choice draws one of a few things by weight.
type choice[T any] struct {
	things []T
	sums   []int // of the weights up to and including each thing
}

type weighted[T any] struct {
	weight int
	thing  T
}

func newChoice[T any](all ...weighted[T]) choice[T] {
	var c choice[T]
	sum := 0
	for _, w := range all {
		if w.weight > 0 {
			sum += w.weight
			c.things, c.sums = append(c.things, w.thing), append(c.sums, sum)
		}
	}
	return c
}

func (c choice[T]) draw(rng *rand.Rand) T {
	at := rng.IntN(c.sums[len(c.sums)-1])
	for i, sum := range c.sums {
		if at < sum {
			return c.things[i]
		}
	}
	panic("workload: a draw above the sum of all weights")
}

// between draws evenly from low … high.
func between(rng *rand.Rand, low, high int) int { return low + rng.IntN(high-low+1) }

// chance is true once in n times.
func chance(rng *rand.Rand, n int) bool { return rng.IntN(n) == 0 }

// mostlySmall draws from 1 … 100, usually 1.
func mostlySmall(rng *rand.Rand) int {
	switch n := rng.IntN(100); {
	case n < 70:
		return 1
	case n < 95:
		return between(rng, 2, 9)
	default:
		return between(rng, 10, 100)
	}
}

// manyRequests is after how many requests of a client listings become rarer.
const manyRequests = 4096

// outgrown decides whether a listing that was drawn is left out. Some stores look at
// every key for it, and the check at every key that it covers: their number grows with
// the run, and so listings grow rarer in proportion.
func outgrown(rng *rand.Rand, drawn int64) bool {
	return rng.Int64N(max(drawn, manyRequests)) >= manyRequests
}

const (
	// bodyFloor is the size of the smallest body in bytes. It is even, see uniqueSize.
	bodyFloor = 64
	// Of so many values one is large and three are empty: few clients may write those,
	// and each only once to a key that is written more often.
	oneIn = 50
)

// drawSize draws the size of a body in bytes: empty and large ones now and then, since
// stores treat both in their own ways (C10, B1), the rest evenly up to the usual
// largest size.
func drawSize(rng *rand.Rand, opts *Options) int {
	switch rng.IntN(oneIn) {
	case 0, 1, 2:
		return 0
	case 3:
		return opts.LargeBytes
	default:
		return between(rng, bodyFloor, opts.ValueBytes)
	}
}

// epochStep is how many requests of a client make an epoch.
const epochStep = 64

// An epoch is how far the farthest client has come, in requests, in steps of epochStep.
// Clients take new shared keys by it, so that they meet on them although some are
// faster than others. It is written so seldom that reading it costs nothing.
type epoch struct {
	_        apart
	requests atomic.Int64
	_        apart
}

// reach tells that a client has come to its n-th request.
func (e *epoch) reach(n int64) {
	if n%epochStep != 0 {
		return
	}
	for old := e.requests.Load(); old < n && !e.requests.CompareAndSwap(old, n); {
		old = e.requests.Load()
	}
}

// keyLife is about how many operations of all clients a shared key sees before a fresh
// one takes its place: enough for conflicts, and few enough that keys are created all
// the time, which is where stores err, and that a history of one key can be read.
const keyLife = 400

// A skew draws one of a number of slots, low ones more often: hot keys meet many
// clients at a time, on cold ones a client's knowledge grows old.
type skew struct{ slots int }

func (s skew) draw(rng *rand.Rand) int {
	u := rng.Float64()
	return int(u * u * float64(s.slots))
}

// life is how many requests of one client a key stays in a slot, when one in so many
// requests of each client goes to the slots.
func (s skew) life(slot, clients, oneIn int) int64 {
	slot = twin(slot)
	share := math.Sqrt(float64(slot+1)/float64(s.slots)) - math.Sqrt(float64(slot)/float64(s.slots))
	return max(int64(float64(keyLife*oneIn)/(share*float64(clients))), epochStep)
}
