package local

import "context"

// A Cluster is a primary and the replica that can take its place. Clients know the
// addresses of both, and connect to the first that takes writes.
type Cluster struct {
	Primary, Replica *Node
	// Promote makes the replica a primary, and returns when it takes writes.
	Promote func(context.Context) error
}

// HasCluster reports whether [Server.Cluster] of the server that rawURL asks for is not
// nil.
func HasCluster(rawURL string) bool {
	p, err := parse(rawURL)
	asked, isPostgres := p.(*postgresPlan)
	return err == nil && isPostgres && asked.replica != none && asked.read == onPrimary
}
