package serverstest

import (
	"context"
	"testing"

	"github.com/assay-dev/assay/backends/servers"
)

// Postgres starts a Postgres for t, as a process.
func Postgres(t testing.TB, options servers.PostgresOptions) *servers.Postgres {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), StartTimeout)
	defer cancel()
	p, err := servers.StartPostgres(ctx, options)
	Check(t, "postgres", err)
	Register(t, p, p.Close)
	return p
}

// PostgresReplica starts a streaming replica of p for t.
func PostgresReplica(t testing.TB, p *servers.Postgres, options servers.PostgresOptions) *servers.Postgres {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), StartTimeout)
	defer cancel()
	r, err := p.StartReplica(ctx, options)
	Check(t, "postgres", err)
	Register(t, r, r.Close)
	return r
}
