package embedded

import "sync"

// A Registry lets the handles of one process that name the same place share what is
// open there. It holds a place exactly as long as somebody has it. The zero value is
// ready; a package keeps one as a variable, since handles know nothing of each other.
type Registry[S any] struct {
	mu     sync.Mutex
	places map[string]*place[S]
}

type place[S any] struct {
	shared  S
	handles int
}

// Acquire returns what is open at name, opened first if it is not.
func (r *Registry[S]) Acquire(name string, open func() (S, error)) (S, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.places[name]; p != nil {
		p.handles++
		return p.shared, nil
	}
	shared, err := open()
	if err != nil {
		return shared, err
	}
	if r.places == nil {
		r.places = map[string]*place[S]{}
	}
	r.places[name] = &place[S]{shared, 1}
	return shared, nil
}

// Release gives up one Acquire of name. The last one closes what was open.
func (r *Registry[S]) Release(name string, shut func(S) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.places[name]
	p.handles--
	if p.handles > 0 {
		return nil
	}
	delete(r.places, name)
	return shut(p.shared)
}
