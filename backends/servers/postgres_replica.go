package servers

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// StartReplica starts a second server that streams from p and answers reads, and waits
// until it does. It is asynchronous: what p acknowledges shows up there later. The
// setting recovery_min_apply_delay, or pg_wal_replay_pause there, makes that certain;
// synchronous_standby_names on p ends it, see [Postgres.AwaitSynchronous].
func (p *Postgres) StartReplica(ctx context.Context, options PostgresOptions) (*Postgres, error) {
	if p.local == nil {
		return nil, Unavailable("a replica of a server in a container")
	}
	files, err := newPostgresFiles()
	if err != nil {
		return nil, err
	}
	r := &Postgres{local: files}
	if err := r.follow(ctx, p.Address, options); err != nil {
		return nil, errors.Join(err, r.Close(ctx))
	}
	return r, nil
}

func (p *Postgres) follow(ctx context.Context, primary string, options PostgresOptions) (err error) {
	if options.Distance > 0 {
		if p.link, err = NewLink(primary, options.Distance); err != nil {
			return err
		}
		primary = p.link.Address()
	}
	if err := p.local.copyFrom(ctx, primary); err != nil {
		return err
	}
	return p.launch(ctx, options)
}

// AwaitSynchronous waits until p acknowledges nothing that a replica does not have, as
// its setting synchronous_standby_names demands.
func (p *Postgres) AwaitSynchronous(ctx context.Context) error {
	return WaitReady(ctx, p, func(ctx context.Context) error {
		synchronous, err := queryBool(ctx, p, "SELECT count(*) > 0 FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')")
		if err == nil && !synchronous {
			err = errors.New("no replica is synchronous yet")
		}
		return err
	})
}

// Promote makes a replica a primary and waits until it takes writes.
func (p *Postgres) Promote(ctx context.Context) error {
	promoted, err := queryBool(ctx, p, "SELECT pg_promote(wait => true)")
	if err != nil {
		return fmt.Errorf("promote %v: %w", p, err)
	}
	if !promoted {
		return fmt.Errorf("%v was not promoted within a minute", p)
	}
	return p.ProbeWrite(ctx)
}

// ProbeWrite asks the server once whether it takes writes: a replica, and nobody else,
// has no number for a new transaction.
func (p *Postgres) ProbeWrite(ctx context.Context) error {
	return p.Exec(ctx, "SELECT pg_current_xact_id()")
}

// queryBool returns the one answer of a statement, on a connection of its own.
func queryBool(ctx context.Context, p *Postgres, sql string) (answer bool, err error) {
	conn, err := pgx.Connect(ctx, p.URL(PostgresDatabase))
	if err != nil {
		return false, err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, sql).Scan(&answer)
	return answer, err
}
