package servers

import (
	"context"
	"fmt"
	"time"

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
	for {
		backends, err := clientBackends(ctx, witness)
		if err != nil || len(backends) == 0 {
			return "", err
		}
		pid := backends[pick(len(backends))]
		if err := p.KillOne(ctx, pid); err != nil {
			return "", err
		}
		switch err := awaitEnd(ctx, witness); {
		case err == nil:
			return fmt.Sprintf("backend %d killed, one of %d; the others ended with it", pid, len(backends)), nil
		case ctx.Err() != nil:
			return "", fmt.Errorf("backend %d was killed, and others live on: %w", pid, err)
		}
		// Its client had left, and it ended by itself before it was killed.
	}
}

// clientBackends returns the processes that serve clients other than conn.
func clientBackends(ctx context.Context, conn *pgx.Conn) ([]int, error) {
	rows, err := conn.Query(ctx, `SELECT pid FROM pg_stat_activity
		WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY backend_start, pid`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int])
}

// crashPatience is how long a server may take to notice that one of its processes has
// been killed.
const crashPatience = 2 * time.Second

// awaitEnd waits until the server ends a connection, and returns an error if it does not.
func awaitEnd(ctx context.Context, conn *pgx.Conn) error {
	patient, cancel := context.WithTimeout(ctx, crashPatience)
	defer cancel()
	conn.WaitForNotification(patient) // nobody notifies it of anything
	if patient.Err() == nil || conn.Ping(ctx) != nil {
		return nil
	}
	return patient.Err()
}
