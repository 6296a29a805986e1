package local

import (
	"context"

	"github.com/assay-dev/assay/backends/servers"
)

// A Cluster is a primary and the replica that can take its place. Clients know the
// addresses of both, and connect to the first that takes writes.
type Cluster struct {
	primary, replica *servers.Postgres
	nodes            map[*servers.Postgres]*Node
	options          servers.PostgresOptions // of a replica
	synchronous      bool
}

// HasCluster reports whether [Server.Cluster] of the server that rawURL asks for is not
// nil.
func HasCluster(rawURL string) bool {
	p, err := parse(rawURL)
	asked, isPostgres := p.(*postgresPlan)
	return err == nil && isPostgres && asked.replica != none && asked.read == onPrimary
}

// Primary returns the server that takes the writes, or did until it went away.
func (c *Cluster) Primary() *Node { return c.nodes[c.primary] }

func (c *Cluster) node(role string) *Node {
	switch role {
	case "", "postgres":
		return c.nodes[c.primary]
	case "replica":
		return c.nodes[c.replica]
	}
	return nil
}

// Promote makes the replica the primary, and returns when it takes writes. Nobody tells
// the old primary, which is no part of the cluster until it rejoins.
func (c *Cluster) Promote(ctx context.Context) error {
	if err := c.replica.Promote(ctx); err != nil {
		return err
	}
	c.primary, c.replica = c.replica, c.primary
	return nil
}

// Rejoin makes the old primary the replica of the new one, on a copy of its data. It is
// killed first if it runs.
func (c *Cluster) Rejoin(ctx context.Context) error {
	if err := c.replica.Rejoin(ctx, c.primary, c.options); err != nil {
		return err
	}
	if !c.synchronous {
		return nil
	}
	return c.primary.DemandReplica(ctx)
}
