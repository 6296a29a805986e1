package network

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// A Network carries connections from clients to servers.
type Network struct {
	server *toxiproxy.ApiServer // never listens: it gives proxies their silent logger

	mu     sync.Mutex
	routes map[int][]*route
}

// A route is the way from one handle to one server.
type route struct {
	upstream string
	proxy    *proxy
}

// New returns a network without routes.
func New() *Network {
	return &Network{
		server: toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()),
		routes: map[int][]*route{},
	}
}

// Address returns where a handle finds the server at upstream, both host:port. A handle
// has one way to each server.
func (n *Network) Address(handle int, upstream string) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, r := range n.routes[handle] {
		if r.upstream == upstream {
			return r.proxy.address(), nil
		}
	}
	proxy, err := newProxy(n.server, upstream)
	if err != nil {
		return "", err
	}
	n.routes[handle] = append(n.routes[handle], &route{upstream, proxy})
	return proxy.address(), nil
}

// Handles returns the handles that have routes, ascending.
func (n *Network) Handles() []int {
	n.mu.Lock()
	defer n.mu.Unlock()
	var handles []int
	for handle := range n.routes {
		handles = append(handles, handle)
	}
	slices.Sort(handles)
	return handles
}

// Strike lets trouble come over the routes of some handles. All that it draws comes from
// random. The strike has to be healed, also after an error.
func (n *Network) Strike(ctx context.Context, handles []int, trouble Trouble, random *rand.Rand) (*Strike, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := &Strike{Trouble: trouble, over: make(chan struct{}), random: rand.New(rand.NewPCG(random.Uint64(), random.Uint64()))}
	for _, handle := range handles {
		s.routes = append(s.routes, n.routes[handle]...)
	}
	var errs []error
	for _, r := range s.routes {
		errs = append(errs, r.proxy.strike(ctx, s))
	}
	return s, errors.Join(errs...)
}

// Heal takes the trouble back and returns what was seen of it, "" when nothing was.
// What was held back is let go when it returns, or ctx has ended.
func (s *Strike) Heal(ctx context.Context) (effect string, err error) {
	s.end()
	var errs []error
	for _, r := range s.routes {
		errs = append(errs, r.proxy.heal(ctx, s))
	}
	sent := make(chan struct{})
	go func() {
		s.held.Wait()
		close(sent)
	}()
	select {
	case <-sent:
	case <-ctx.Done():
		errs = append(errs, ctx.Err())
	}
	return s.effect(), errors.Join(errs...)
}

// Close ends all connections and waits until nothing of them is left.
func (n *Network) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, routes := range n.routes {
		for _, r := range routes {
			r.proxy.close()
		}
	}
	clear(n.routes)
}
