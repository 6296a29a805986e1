package local

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/assay-dev/assay/backends/disk"
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

	nodes   []*Node
	cluster *Cluster // nil unless the replica can take over
}

// A Node is one server of a [Server], on which faults can act.
type Node struct {
	Instance
	// Role is what it was started as: "postgres", its "replica", "s3", "bolt" or "file".
	Role string
	// Disk is the one that its files are on; nil when that is the machine's.
	Disk *disk.Disk

	end func(context.Context) error
}

// An Instance is a server that can be asked whether it answers.
type Instance interface {
	servers.Instance
	// Probe asks the server once. A refused connection is [syscall.ECONNREFUSED].
	Probe(ctx context.Context) error
	// WaitReady probes it until it answers.
	WaitReady(ctx context.Context) error
}

func (s *Server) add(role string, instance Instance, end func(context.Context) error) *Node {
	node := &Node{Instance: instance, Role: role, end: end}
	s.nodes = append(s.nodes, node)
	return node
}

// Node returns the server with a role, nil when there is none. The role "" is that of
// the first one, which takes the writes. In a cluster, the roles are those of now.
func (s *Server) Node(role string) *Node {
	if s.cluster != nil {
		return s.cluster.node(role)
	}
	for _, n := range s.nodes {
		if role == "" || n.Role == role {
			return n
		}
	}
	return nil
}

// Cluster returns the primary and the replica that can take its place, nil when there
// is none that clients would follow there.
func (s *Server) Cluster() *Cluster { return s.cluster }

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
	if err := plan.start(ctx, s); err != nil {
		return nil, errors.Join(fmt.Errorf("start the server of %s: %w", rawURL, err), s.Close())
	}
	return s, nil
}

// A plan starts servers, which it adds to s one by one.
type plan interface {
	start(ctx context.Context, s *Server) error
}

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
	case "bolt":
		return parseEmbedded("bolt", query)
	case "file":
		return parseEmbedded("file", query, "restore")
	}
	return nil, params.Invalid("store URL %s: write local:postgres, local:s3, local:bolt or local:file", params.Redact(rawURL))
}

// Log returns the last lines that each server printed.
func (s *Server) Log() string {
	var log strings.Builder
	for _, n := range s.nodes {
		fmt.Fprintf(&log, "== %s: %v\n%s", n.Role, n, n.Log())
	}
	return log.String()
}

// CutConnections cuts off all clients, in the middle of what they are doing, and
// returns how many connections that were. They may connect again at once.
func (s *Server) CutConnections(ctx context.Context) (count int, err error) {
	for _, n := range s.nodes {
		server, cuts := n.Instance.(interface {
			CutConnections(context.Context) (int, error)
		})
		if !cuts || n.Running(ctx) != nil {
			continue // one that is dead has none
		}
		cut, failed := server.CutConnections(ctx)
		count, err = count+cut, errors.Join(err, failed)
	}
	return count, err
}

// Close ends the servers and removes their data.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	var errs []error
	for _, n := range slices.Backward(s.nodes) {
		errs = append(errs, n.end(ctx))
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
