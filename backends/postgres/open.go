package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/assay-dev/assay/location"
)

// The limits of a store.
const (
	// MaxKeyBytes leaves room in the primary key's index, where an entry may have 2,704.
	MaxKeyBytes = 1024
	// MaxValueBytes is far below the 1 GiB that a row can hold and a server's memory
	// cannot.
	MaxValueBytes = 64 << 20
)

// A Consensus is a handle on versions in a PostgreSQL database.
type Consensus struct {
	statements
	acquireTimeout time.Duration
	write, read    *pgxpool.Pool // the same one unless reads go elsewhere
}

var _ location.Consensus = (*Consensus)(nil)

// OpenConsensus opens the store that rawURL names, and creates its schema and its table
// where they are missing. When reads go to another server, it waits until the table
// is there too.
func OpenConsensus(ctx context.Context, rawURL string) (*Consensus, error) {
	c, err := parse(rawURL)
	if err != nil {
		return nil, err
	}
	s := &Consensus{statements: newStatements(c.schema), acquireTimeout: c.acquireTimeout}
	if err := s.connect(ctx, c); err != nil {
		s.Close()
		return nil, fmt.Errorf("open postgres database %q on %s:%d: %w", c.write.ConnConfig.Database,
			c.write.ConnConfig.Host, c.write.ConnConfig.Port, err)
	}
	return s, nil
}

func (s *Consensus) connect(ctx context.Context, c *config) (err error) {
	if s.write, err = pgxpool.NewWithConfig(ctx, c.write); err != nil {
		return err
	}
	s.read = s.write
	if err := s.prepare(ctx); err != nil || c.read == nil {
		return err
	}
	if s.read, err = pgxpool.NewWithConfig(ctx, c.read); err != nil {
		return err
	}
	return s.awaitTable(ctx)
}

// Close gives the connections back. What is stored stays.
func (s *Consensus) Close() error {
	for _, pool := range []*pgxpool.Pool{s.write, s.read} {
		if pool != nil {
			pool.Close()
		}
	}
	return nil
}

// Capabilities declares the limits, and that reads may be stale when they go to
// another server than writes.
func (s *Consensus) Capabilities() location.Capabilities {
	return location.Capabilities{
		MaxKeyBytes:   MaxKeyBytes,
		MaxValueBytes: MaxValueBytes,
		StaleReads:    s.read != s.write,
	}
}

// prepare creates what is missing. Several handles may do so at once.
func (s *Consensus) prepare(ctx context.Context) error {
	conn, err := s.write.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if encoding := conn.Conn().PgConn().ParameterStatus("server_encoding"); encoding != "UTF8" {
		return fmt.Errorf("the database is encoded in %s, and keys need UTF8", encoding)
	}
	// Who may only use the table could not create it, not even if it exists.
	if found, err := s.tableExists(ctx, conn); found || err != nil {
		return err
	}
	return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", creationLock); err != nil {
			return err
		}
		for _, statement := range s.create {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Consensus) tableExists(ctx context.Context, conn *pgxpool.Conn) (found bool, err error) {
	err = conn.QueryRow(ctx, s.exists, s.table).Scan(&found)
	return found, err
}

// awaitTable waits until a replica has heard of the table.
func (s *Consensus) awaitTable(ctx context.Context) error {
	for {
		var found bool
		err := s.read.AcquireFunc(ctx, func(conn *pgxpool.Conn) (err error) {
			found, err = s.tableExists(ctx, conn)
			return err
		})
		if found || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(errors.New("the server for reads does not have the table yet"), ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}
