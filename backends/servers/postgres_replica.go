package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// StartReplica starts a second server that streams from p and answers reads, and waits
// until it does. It is asynchronous: what p acknowledges shows up there later. The
// setting recovery_min_apply_delay, or pg_wal_replay_pause there, makes that certain;
// synchronous_standby_names on p ends it, see [Postgres.DemandReplica].
func (p *Postgres) StartReplica(ctx context.Context, options PostgresOptions) (*Postgres, error) {
	if p.local == nil {
		return nil, Unavailable("a replica of a server in a container")
	}
	files, err := newPostgresFiles()
	if err != nil {
		return nil, err
	}
	r := &Postgres{local: files}
	err = r.copyFrom(ctx, p, options.Distance)
	if err == nil {
		err = r.launch(ctx, options)
	}
	if err != nil {
		return nil, errors.Join(err, r.Close(ctx))
	}
	return r, nil
}

// Rejoin makes p, which has lost its place to primary, a replica of primary on a copy of
// its data, and waits until it streams. It is killed first if it runs. Its address
// stays, and options are those of [Postgres.StartReplica].
func (p *Postgres) Rejoin(ctx context.Context, primary *Postgres, options PostgresOptions) error {
	if p.local == nil || p.release != nil {
		return Unavailable("a replica in a container, or on a disk of its own")
	}
	_, port, err := net.SplitHostPort(p.Address)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	if err := p.Kill(ctx); err != nil {
		return err
	}
	if err := errors.Join(releaseMemory(p.local.data()), os.RemoveAll(p.local.data())); err != nil {
		return err
	}
	if err := p.copyFrom(ctx, primary, options.Distance); err != nil {
		return err
	}
	if err := p.local.configure(number, options); err != nil {
		return err
	}
	if err := p.Start(ctx); err != nil {
		return err
	}
	return p.WaitReady(ctx)
}

// copyFrom makes the data directory of a replica of primary.
func (p *Postgres) copyFrom(ctx context.Context, primary *Postgres, distance time.Duration) (err error) {
	if p.link != nil {
		if err := p.link.Close(); err != nil {
			return err
		}
		p.link = nil
	}
	if err := p.local.copyFrom(ctx, primary.Address); err != nil || distance == 0 {
		return err
	}
	if p.link, err = NewLink(primary.Address, distance); err != nil {
		return err
	}
	return p.local.streamFrom(p.link.Address())
}

// DemandReplica sets synchronous_standby_names so that p acknowledges nothing from now
// on that a replica does not have, and waits until one is there.
func (p *Postgres) DemandReplica(ctx context.Context) error {
	for _, statement := range []string{"ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"} {
		if err := p.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return p.AwaitSynchronous(ctx)
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
