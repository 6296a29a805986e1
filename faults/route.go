package faults

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// StoreURL returns the URL by which a handle opens the store: its servers are at the near
// end of the handle's own routes where the plan strikes the network.
func (t *Target) StoreURL(handle int, rawURL string) (string, error) {
	if t.network == nil {
		return rawURL, nil
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return "", errors.New("the store's URL cannot be read") // without its secrets
	}
	r := router{target: t, handle: handle}
	switch u.Scheme {
	case "postgres":
		r.postgres(u)
	case "s3":
		r.s3(u)
	default:
		return "", fmt.Errorf("no network leads to a store of scheme %s", u.Scheme)
	}
	return u.String(), r.err
}

// A router puts routes into a URL.
type router struct {
	target *Target
	handle int
	err    error
}

// via returns the near end of the route to a server at host:port.
func (r *router) via(upstream string) string {
	near, err := r.target.network.Address(r.handle, upstream)
	r.err = errors.Join(r.err, err)
	return near
}

// postgres has a host, perhaps others in its place (host and port, as libpq has it), and
// perhaps another for reads.
func (r *router) postgres(u *url.URL) {
	query := u.Query()
	hosts, ports := query.Get("host"), query.Get("port")
	if hosts != "" && ports != "" {
		near := r.viaAll(strings.Split(hosts, ","), strings.Split(ports, ","))
		query.Set("host", near.hosts)
		query.Set("port", near.ports)
	} else {
		u.Host = r.via(u.Host)
	}
	if read := query.Get("read"); read != "" {
		query.Set("read", r.via(read))
	}
	u.RawQuery = query.Encode()
}

// lists are hosts and their ports, with commas between them.
type lists struct{ hosts, ports string }

func (r *router) viaAll(hosts, ports []string) lists {
	for i := range min(len(hosts), len(ports)) {
		near := r.via(net.JoinHostPort(hosts[i], ports[i]))
		hosts[i], ports[i], _ = net.SplitHostPort(near)
	}
	return lists{strings.Join(hosts, ","), strings.Join(ports, ",")}
}

// s3 has an endpoint.
func (r *router) s3(u *url.URL) {
	query := u.Query()
	endpoint, err := url.Parse(query.Get("endpoint"))
	if err != nil || endpoint.Host == "" {
		r.err = errors.Join(r.err, errors.New("the store's URL has no endpoint"))
		return
	}
	endpoint.Host = r.via(endpoint.Host)
	query.Set("endpoint", endpoint.String())
	u.RawQuery = query.Encode()
}
