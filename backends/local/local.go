package local

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/assay-dev/assay/backends/internal/params"
	"github.com/assay-dev/assay/backends/servers"
)

const (
	scheme = "local"
	// startTimeout leaves time to build a server that is built from source.
	startTimeout = 10 * time.Minute
	// stopTimeout is how long a server may take to end before it is killed.
	stopTimeout = 10 * time.Second
)

// A Server is what was started for one URL: one server, or a primary and its replica.
type Server struct {
	// URL is the store's, with its secrets.
	URL string

	parts []part
}

// A part is one server of several.
type part struct {
	instance servers.Instance
	end      func(context.Context) error
	cut      func(context.Context) (int, error)
}

// Is reports whether rawURL asks for a server.
func Is(rawURL string) bool { return strings.HasPrefix(rawURL, scheme+":") }

// CanCut reports whether [Server.CutConnections] works on the server that rawURL asks
// for.
func CanCut(rawURL string) bool {
	name, _, _ := strings.Cut(rawURL, "?")
	return name == scheme+":postgres"
}

// Start starts the server that rawURL asks for and waits until it answers. A URL that
// can never be right is refused as an invalid argument before anything is
// started; a program that is missing is a [servers.ErrUnavailable] that says how to get it.
func Start(ctx context.Context, rawURL string) (*Server, error) {
	plan, err := parse(rawURL)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	s := &Server{}
	if err := plan(ctx, s); err != nil {
		return nil, errors.Join(fmt.Errorf("start the server of %s: %w", rawURL, err), s.Close())
	}
	return s, nil
}

// A plan starts servers, of which it tells s one by one.
type plan func(ctx context.Context, s *Server) error

func parse(rawURL string) (plan, error) {
	u, query, err := params.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	switch u.Opaque {
	case "postgres":
		return parsePostgres(query)
	case "s3":
		return parseS3(query)
	}
	return nil, params.Invalid("store URL %s: write local:postgres or local:s3", params.Redact(rawURL))
}

// Log returns the last lines that each server printed.
func (s *Server) Log() string {
	var log strings.Builder
	for _, p := range s.parts {
		fmt.Fprintf(&log, "== %v\n%s", p.instance, p.instance.Log())
	}
	return log.String()
}

// CutConnections cuts off all clients, in the middle of what they are doing, and
// returns how many connections that were. They may connect again at once.
func (s *Server) CutConnections(ctx context.Context) (count int, err error) {
	for _, p := range s.parts {
		n, failed := p.cut(ctx)
		count, err = count+n, errors.Join(err, failed)
	}
	return count, err
}

// Close ends the servers and removes their data.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	var errs []error
	for _, p := range slices.Backward(s.parts) {
		errs = append(errs, p.end(ctx))
	}
	return errors.Join(errs...)
}

// extended returns rawURL with more parameters.
func extended(rawURL string, more url.Values) (string, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return "", params.Scrub(err, rawURL)
	}
	query := u.Query()
	for name, values := range more {
		query[name] = values
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// oneOf refuses a parameter's value that is none of those known.
func oneOf(name, value string, known ...string) error {
	if slices.Contains(known, value) {
		return nil
	}
	return params.Invalid("local: parameter %s is %q: known are %s", name, value, strings.Join(known, ", "))
}
