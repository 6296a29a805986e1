package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/serverstest"
	"github.com/assay-dev/assay/location"
)

type unsentError struct{ error }

func (unsentError) SafeToRetry() bool { return true }

func TestOnlyWhatIsOnTheListIsDeterminate(t *testing.T) {
	state := func(code string) error { return &pgconn.PgError{Severity: "ERROR", Code: code} }
	for _, c := range []struct {
		name string
		err  error
		want location.Class
	}{
		{"serialization failure", state("40001"), location.Determinate},
		{"deadlock", state("40P01"), location.Determinate},
		{"nothing was sent", unsentError{io.ErrClosedPipe}, location.Determinate},
		{"statement completion unknown", state("40003"), location.Indeterminate},
		{"statement timeout or cancel", state("57014"), location.Indeterminate},
		{"administrator's shutdown", state("57P01"), location.Indeterminate},
		{"connection failure", state("08006"), location.Indeterminate},
		{"full disk", state("53100"), location.Indeterminate},
		{"read-only transaction", state("25006"), location.Indeterminate},
		{"unique violation", state("23505"), location.Indeterminate},
		{"an unknown state", state("XX123"), location.Indeterminate},
		{"end of the connection", io.ErrUnexpectedEOF, location.Indeterminate},
		{"deadline", context.DeadlineExceeded, location.Indeterminate},
		{"refused by a later hop", syscall.ECONNREFUSED, location.Indeterminate},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := classify("head", "k", c.err)
			if got := location.Classify(err); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
			if !errors.Is(err, c.err) || !strings.Contains(err.Error(), `head "k"`) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// stuckInserts makes every insert into the table count itself and then hang. The count
// is a sequence, which no rollback takes back.
func stuckInserts(t *testing.T, s *Consensus) {
	t.Helper()
	for _, sql := range []string{
		`CREATE SEQUENCE attempts`,
		`CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN PERFORM nextval('attempts'); PERFORM pg_sleep(1000); RETURN NULL; END $$`,
		`CREATE TRIGGER hang AFTER INSERT ON ` + s.table + ` EXECUTE FUNCTION hang()`,
	} {
		_, err := s.write.Exec(t.Context(), sql)
		must(t, err)
	}
}

const stuck = `FROM pg_stat_activity WHERE wait_event = 'PgSleep'`

// awaitStuck returns when an insert hangs.
func awaitStuck(t *testing.T, server *servers.Postgres) {
	t.Helper()
	must(t, servers.WaitReady(t.Context(), server, func(ctx context.Context) error {
		return server.Exec(ctx, `SELECT 1 / count(*) `+stuck) // an error when there is none
	}))
}

func TestABrokenStatementIsIndeterminateAndSentOnce(t *testing.T) {
	for _, c := range []struct {
		name  string
		crash func(server *servers.Postgres, giveUp context.CancelFunc) error
	}{
		{"its session is terminated", func(server *servers.Postgres, _ context.CancelFunc) error {
			return server.Exec(context.Background(), `SELECT pg_terminate_backend(pid) `+stuck)
		}},
		{"the statement is cancelled", func(server *servers.Postgres, _ context.CancelFunc) error {
			return server.Exec(context.Background(), `SELECT pg_cancel_backend(pid) `+stuck)
		}},
		{"the caller gives up", func(_ *servers.Postgres, giveUp context.CancelFunc) error {
			giveUp()
			return nil
		}},
		{"the server is killed and comes back", func(server *servers.Postgres, _ context.CancelFunc) error {
			ctx := context.Background()
			return errors.Join(server.Kill(ctx), server.Start(ctx), server.WaitReady(ctx))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := serverstest.Postgres(t, quick())
			s := open(t, server.URL(servers.PostgresDatabase))
			stuckInserts(t, s)
			ctx, giveUp := context.WithCancel(t.Context())
			defer giveUp()
			failed := make(chan error, 1)
			go func() {
				_, err := s.CompareAndSet(ctx, "k", nil, location.VersionedData{})
				failed <- err
			}()
			awaitStuck(t, server)
			must(t, c.crash(server, giveUp))
			if err := <-failed; err == nil || location.Classify(err) != location.Indeterminate {
				t.Errorf("error %v", err)
			}
			// A sequence may skip numbers in a crash, but hands out none twice.
			if !strings.Contains(c.name, "killed") {
				must(t, server.Exec(t.Context(), `SELECT 1 / (last_value = 1)::int FROM attempts`))
			}
		})
	}
}

func TestAnOperationOnAPausedServerTimesOutIndeterminately(t *testing.T) {
	server := serverstest.Postgres(t, quick())
	s := open(t, server.URL(servers.PostgresDatabase))
	must(t, server.Pause(t.Context()))
	defer server.Resume(context.Background())
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := s.CompareAndSet(ctx, "k", nil, location.VersionedData{})
	if location.Classify(err) != location.Indeterminate || !location.IsTimeout(err) {
		t.Errorf("error %v", err)
	}
}

func TestWaitingInVainForAConnectionIsDeterminate(t *testing.T) {
	server := serverstest.Postgres(t, quick())
	s := open(t, with(t, server.URL(servers.PostgresDatabase), "pool_max_conns", "1", "pool_acquire_timeout", "50ms"))
	held, err := s.write.Acquire(t.Context())
	must(t, err)
	defer held.Release()
	for name, call := range operations(s) {
		if err := call(t.Context()); location.Classify(err) != location.Determinate || !location.IsTimeout(err) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestARefusedConnectionIsDeterminate(t *testing.T) {
	server := serverstest.Postgres(t, quick())
	s := open(t, server.URL(servers.PostgresDatabase))
	must(t, server.Stop(t.Context()))
	// The first operation may meet a connection that was good when it was last used.
	_, _, _ = s.Head(t.Context(), "k")
	for name, call := range operations(s) {
		err := call(t.Context())
		if location.Classify(err) != location.Determinate || !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	must(t, server.Start(t.Context()))
	must(t, server.WaitReady(t.Context()))
	commit(t, s, "k", nil, 1)
}

func TestACancelledCallerSendsNothing(t *testing.T) {
	server := serverstest.Postgres(t, quick())
	s := open(t, server.URL(servers.PostgresDatabase))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range operations(s) {
		if err := call(ctx); location.Classify(err) != location.Determinate || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if _, found, err := s.Head(t.Context(), "k"); found || err != nil {
		t.Errorf("head: found %v, %v", found, err)
	}
}

// operations returns one call of each operation.
func operations(s *Consensus) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"head": func(ctx context.Context) error { _, _, err := s.Head(ctx, "k"); return err },
		"scan": func(ctx context.Context) error { _, err := s.Scan(ctx, "k", 0, 1); return err },
		"compare-and-set": func(ctx context.Context) error {
			_, err := s.CompareAndSet(ctx, "k", nil, location.VersionedData{})
			return err
		},
		"truncate": func(ctx context.Context) error { _, err := s.Truncate(ctx, "k", 0); return err },
		"list keys": func(ctx context.Context) error {
			for _, err := range s.ListKeys(ctx) {
				return err
			}
			return fmt.Errorf("an empty list")
		},
	}
}
