package serverstest

import (
	"context"
	"errors"
	"testing"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/containers"
)

// Postgres starts a Postgres for t: as a process, or in a container where PostgreSQL
// is not installed.
func Postgres(t testing.TB, options servers.PostgresOptions) *servers.Postgres {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), StartTimeout)
	defer cancel()
	p, err := servers.StartPostgres(ctx, options)
	if err == nil {
		Register(t, p, p.Close)
		return p
	}
	if errors.Is(err, servers.ErrUnavailable) {
		p, remove, inContainer := containers.StartPostgres(ctx, options)
		if inContainer == nil {
			Register(t, p, remove)
			return p
		}
		err = errors.Join(err, inContainer)
	}
	Check(t, "postgres", err)
	return nil
}

// PostgresInContainer starts a Postgres for t in a container.
func PostgresInContainer(t testing.TB, options servers.PostgresOptions) *servers.Postgres {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), StartTimeout)
	defer cancel()
	p, remove, err := containers.StartPostgres(ctx, options)
	Check(t, "docker", err)
	Register(t, p, remove)
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
