package workload

// slabSize is how many things are allocated at a time.
const slabSize = 64

// A slab hands out zeroed things that were allocated together, which costs a fraction
// of allocating each. They are never taken back.
type slab[T any] struct{ free []T }

func (s *slab[T]) next() *T {
	if len(s.free) == 0 {
		s.free = make([]T, slabSize)
	}
	first := &s.free[0]
	s.free = s.free[1:]
	return first
}
