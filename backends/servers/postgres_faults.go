package servers

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// CutConnections ends every connection of a client, whatever it is doing (57P01), and
// returns how many.
func (p *Postgres) CutConnections(ctx context.Context) (count int, err error) {
	conn, err := pgx.Connect(ctx, p.URL(PostgresDatabase))
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, `SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`).Scan(&count)
	return count, err
}

// KillBackend kills (SIGKILL) the process that serves one of the clients, the one that
// pick chooses of n, and returns what became of another connection then: the server
// cannot know what the dead process has done to the memory that all of them share, ends
// every other one too and recovers as from a crash. With no client to kill, effect is "".
func (p *Postgres) KillBackend(ctx context.Context, pick func(n int) int) (effect string, err error) {
	witness, err := pgx.Connect(ctx, p.URL(PostgresDatabase))
	if err != nil {
		return "", err
	}
	defer witness.Close(ctx)
	rows, err := witness.Query(ctx, `SELECT pid FROM pg_stat_activity
		WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY backend_start, pid`)
	if err != nil {
		return "", err
	}
	backends, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil || len(backends) == 0 {
		return "", err
	}
	pid := backends[pick(len(backends))]
	if err := p.KillOne(ctx, pid); err != nil {
		return "", err
	}
	// Nobody notifies it of anything: it waits until its connection ends.
	witness.WaitForNotification(ctx) // always fails
	if ctx.Err() != nil {
		return "", fmt.Errorf("backend %d was killed, and others live on: %w", pid, ctx.Err())
	}
	return fmt.Sprintf("backend %d killed, one of %d; the others ended with it", pid, len(backends)), nil
}
