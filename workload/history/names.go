package history

import "sync"

// names are the keys of a history, nearly each of them once for all who decode it. Listings name
// them over and over, which takes little memory that way, and little time: strings that
// share their memory are compared without a look at it.
type names struct {
	mu    sync.Mutex
	known map[string]string
}

// newNames returns nil for a Blob: its listings name the few keys under a prefix, and to
// look up all others takes longer than that saves.
func newNames(object Object) *names {
	if object == Blob {
		return nil
	}
	return &names{known: map[string]string{}}
}

func (n *names) name(key []byte) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	name, ok := n.known[string(key)]
	if !ok {
		name = string(key)
		n.known[name] = name
	}
	return name
}

// listings name many keys each, and nearly always in the order in which they did before:
// which one comes next need not be looked up.
type listings struct {
	keys   map[string]*listed
	slab   slab[listed]
	latest *listed
}

// listed is a key that a listing named, and the one that stood behind it there.
type listed struct {
	key  string
	next *listed
}

func newListings() listings {
	return listings{keys: map[string]*listed{}, latest: new(listed)}
}

// key returns the key that a listing names next, from m when it is new.
func (l *listings) key(b []byte, m *memory) string {
	next := l.latest.next
	if next == nil || next.key != string(b) {
		next = l.find(b, m)
		l.latest.next = next
	}
	l.latest = next
	return next.key
}

func (l *listings) find(b []byte, m *memory) *listed {
	found, ok := l.keys[string(b)]
	if !ok {
		found = l.slab.one()
		found.key = m.key(b)
		l.keys[found.key] = found
	}
	return found
}
