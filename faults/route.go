package faults

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// onNetwork reports whether clients reach the store of a URL over connections that can
// be led elsewhere: those to Postgres that do not go to a socket of this machine, and those
// to an S3 endpoint without TLS, whose certificate would be another's.
func onNetwork(storeURL string) bool {
	u, err := url.Parse(storeURL)
	switch {
	case err != nil:
		return false
	case u.Scheme == "local":
		return u.Opaque == "postgres" || u.Opaque == "s3"
	case u.Scheme == "postgres":
		host := cmp.Or(u.Query().Get("host"), u.Hostname())
		return host != "" && !strings.Contains(host, "/")
	}
	return u.Scheme == "s3" && strings.HasPrefix(u.Query().Get("endpoint"), "http://")
}

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

// postgresPort is where Postgres listens when nothing is said.
const postgresPort = "5432"

// postgres has a host, perhaps others in its place (host and port, as libpq has it), and
// perhaps another for reads.
func (r *router) postgres(u *url.URL) {
	query := u.Query()
	if hosts := query.Get("host"); hosts != "" {
		near, ports := strings.Split(hosts, ","), strings.Split(query.Get("port"), ",")
		for i, host := range near {
			port := cmp.Or(ports[min(i, len(ports)-1)], postgresPort)
			near[i] = r.via(net.JoinHostPort(host, port))
		}
		nearHosts, nearPorts := split(near)
		query.Set("host", nearHosts)
		query.Set("port", nearPorts)
	} else {
		u.Host = r.via(net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), postgresPort)))
	}
	if read := query.Get("read"); read != "" {
		query.Set("read", r.via(read))
	}
	u.RawQuery = query.Encode()
}

// split returns the hosts and the ports of addresses, with commas between them.
func split(addresses []string) (hosts, ports string) {
	var h, p []string
	for _, address := range addresses {
		host, port, _ := net.SplitHostPort(address) // of a route, or "" when there is none
		h, p = append(h, host), append(p, port)
	}
	return strings.Join(h, ","), strings.Join(p, ",")
}

// s3 has an endpoint.
func (r *router) s3(u *url.URL) {
	query := u.Query()
	endpoint, err := url.Parse(query.Get("endpoint"))
	if err != nil || endpoint.Host == "" {
		r.err = errors.Join(r.err, errors.New("the store's URL has no endpoint"))
		return
	}
	endpoint.Host = r.via(net.JoinHostPort(endpoint.Hostname(), cmp.Or(endpoint.Port(), "80")))
	query.Set("endpoint", endpoint.String())
	u.RawQuery = query.Encode()
}
