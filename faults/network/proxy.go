package network

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"syscall"

	toxiproxy "github.com/Shopify/toxiproxy/v2"

	"github.com/assay-dev/assay/backends/servers"
)

// A proxy is one toxiproxy.Proxy with two toxics of our own, one for each direction,
// which are there from the beginning to the end. What they do is switched inside them:
// adding and removing toxics in mid-traffic waits for connections that nobody reads
// from any more, and draws from a seed of its own.
type proxy struct {
	*toxiproxy.Proxy
	up, down *valve

	mu      sync.Mutex
	refused int // how many strikes refuse connections
}

// newProxy opens a proxy at a free port.
func newProxy(server *toxiproxy.ApiServer, upstream string) (*proxy, error) {
	for tries := 10; ; tries-- {
		port, err := servers.FreePort()
		if err != nil {
			return nil, err
		}
		listen := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		p := &proxy{Proxy: toxiproxy.NewProxy(server, "route", listen, upstream)}
		if err := p.prepare(); err != nil {
			return nil, err
		}
		err = p.Start()
		if err == nil {
			return p, nil
		}
		if tries == 0 || !errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("open a proxy to %s: %w", upstream, err)
		}
	}
}

// prepare puts the toxics in. No connection is there yet.
func (p *proxy) prepare() error {
	// A toxic of this type makes each close a reset, and with toxicity 0 it does
	// nothing else. Without it connections could only end in order.
	const resets = `{"name": "resets", "type": "reset_peer", "stream": "downstream", "toxicity": 0}`
	if _, err := p.Toxics.AddToxicJson(strings.NewReader(resets)); err != nil {
		return fmt.Errorf("toxiproxy: %w", err)
	}
	var err error
	if p.up, err = p.addValve("upstream"); err == nil {
		p.down, err = p.addValve("downstream")
	}
	return err
}

func (p *proxy) addValve(stream string) (*valve, error) {
	place := fmt.Sprintf(`{"name": "valve_%s", "type": "noop", "stream": %[1]q}`, stream)
	wrapper, err := p.Toxics.AddToxicJson(strings.NewReader(place))
	if err != nil {
		return nil, fmt.Errorf("toxiproxy: %w", err)
	}
	v := newValve(stream == "downstream")
	wrapper.Toxic, wrapper.BufferSize = v, pieces
	return v, nil
}

func (p *proxy) address() string { return p.Listen }

func (p *proxy) strike(ctx context.Context, s *Strike) error {
	if s.What == Refuse {
		return p.refuse(ctx, s)
	}
	if s.Up || s.What == Reset {
		p.up.add(s)
	}
	if s.Down || s.What == Reset {
		p.down.add(s)
	}
	return nil
}

func (p *proxy) heal(ctx context.Context, s *Strike) error {
	if s.What == Refuse {
		return p.accept(ctx)
	}
	p.up.remove(s)
	p.down.remove(s)
	return nil
}

// refuse ends all connections, and measures that a new one is refused.
func (p *proxy) refuse(ctx context.Context, s *Strike) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refused++; p.refused == 1 {
		p.Stop()
	}
	if err := p.dial(ctx); errors.Is(err, syscall.ECONNREFUSED) {
		s.count(1, 0)
	}
	return nil
}

// accept opens the proxy again, and measures that it takes a connection.
func (p *proxy) accept(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refused == 0 {
		return nil
	}
	if p.refused--; p.refused > 0 {
		return nil
	}
	if err := p.Start(); err != nil {
		p.refused++
		return fmt.Errorf("open the proxy to %s again: %w", p.Upstream, err)
	}
	return p.dial(ctx)
}

func (p *proxy) dial(ctx context.Context) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", p.Listen)
	if err != nil {
		return err
	}
	return conn.Close()
}

// close ends the proxy and its connections.
func (p *proxy) close() {
	p.Stop()
	p.up.close()
	p.down.close()
}
