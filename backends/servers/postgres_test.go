package servers_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/serverstest"
)

func ask(t *testing.T, p *servers.Postgres, sql string) (answer string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), p.URL(servers.PostgresDatabase))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), sql).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPostgresKeepsItsDataAndItsAddressOverEveryEnd(t *testing.T) {
	p := serverstest.Postgres(t, servers.PostgresOptions{})
	must(t, p.Exec(t.Context(), "CREATE TABLE kept AS SELECT 'text' AS column"))
	for name, end := range map[string]func(context.Context) error{"stop": p.Stop, "kill": p.Kill} {
		t.Run(name, func(t *testing.T) {
			must(t, end(t.Context()))
			if p.Exec(t.Context(), "SELECT 1") == nil {
				t.Error("it still answers")
			}
			must(t, p.Start(t.Context()))
			must(t, p.WaitReady(t.Context()))
			if got := ask(t, p, "SELECT * FROM kept"); got != "text" {
				t.Errorf("stored %q", got)
			}
		})
	}
}

func TestAPausedPostgresKeepsItsClientsWaiting(t *testing.T) {
	p := serverstest.Postgres(t, servers.PostgresOptions{})
	conn, err := pgx.Connect(t.Context(), p.URL(servers.PostgresDatabase))
	must(t, err)
	defer conn.Close(t.Context())
	must(t, p.Pause(t.Context()))
	answered := make(chan error, 1)
	go func() { answered <- conn.Ping(t.Context()) }()
	select {
	case err := <-answered:
		t.Errorf("a paused server answered: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	must(t, p.Resume(t.Context()))
	must(t, <-answered)
}

func TestTheDeathOfOneBackendEndsAllOthersAndLosesNothing(t *testing.T) {
	p := serverstest.Postgres(t, servers.PostgresOptions{})
	must(t, p.Exec(t.Context(), "CREATE TABLE kept AS SELECT 'text' AS column"))
	nobody := func(int) int { panic("there is nobody to pick") }
	if effect, err := p.KillBackend(t.Context(), nobody); effect != "" || err != nil {
		t.Errorf("without clients: %q, %v", effect, err)
	}
	var clients []*pgx.Conn
	for range 3 {
		conn, err := pgx.Connect(t.Context(), p.URL(servers.PostgresDatabase))
		must(t, err)
		defer conn.Close(t.Context())
		clients = append(clients, conn)
	}
	effect, err := p.KillBackend(t.Context(), func(n int) int { return n - 1 })
	if err != nil || !strings.Contains(effect, "killed, one of 3; the others ended with it") {
		t.Errorf("effect %q, %v", effect, err)
	}
	patient, cancel := context.WithTimeout(t.Context(), serverstest.StartTimeout)
	defer cancel()
	for _, conn := range clients {
		conn.WaitForNotification(patient) // there is none, only the end
		if patient.Err() != nil {
			t.Error("a client's connection outlived the crash")
		}
	}
	must(t, p.WaitReady(t.Context()))
	if got := ask(t, p, "SELECT * FROM kept"); got != "text" {
		t.Errorf("stored %q", got)
	}
}

func TestAPostgresDemandsItsPassword(t *testing.T) {
	p := serverstest.Postgres(t, servers.PostgresOptions{})
	config, err := pgx.ParseConfig(p.URL(servers.PostgresDatabase))
	must(t, err)
	config.Password = "another"
	if conn, err := pgx.ConnectConfig(t.Context(), config); err == nil {
		conn.Close(t.Context())
		t.Error("connected with a wrong password")
	}
}

func TestAReplicaFollowsItsPrimaryAndTakesOver(t *testing.T) {
	p := serverstest.Postgres(t, servers.PostgresOptions{})
	must(t, p.Exec(t.Context(), "CREATE TABLE kept (text text)"))
	r := serverstest.PostgresReplica(t, p, servers.PostgresOptions{})

	// Held back for certain …
	must(t, r.Exec(t.Context(), "SELECT pg_wal_replay_pause()"))
	must(t, p.Exec(t.Context(), "INSERT INTO kept VALUES ('new')"))
	if got := ask(t, r, "SELECT count(*)::text FROM kept"); got != "0" {
		t.Errorf("a paused replica has %s rows", got)
	}
	// … followed …
	must(t, r.Exec(t.Context(), "SELECT pg_wal_replay_resume()"))
	must(t, servers.WaitReady(t.Context(), r, func(context.Context) error {
		if ask(t, r, "SELECT count(*)::text FROM kept") != "1" {
			return errors.New("not there yet")
		}
		return nil
	}))
	// … waited for …
	must(t, p.Exec(t.Context(), "ALTER SYSTEM SET synchronous_standby_names = '*'"))
	must(t, p.Exec(t.Context(), "ALTER SYSTEM SET synchronous_commit = 'remote_apply'"))
	must(t, p.Exec(t.Context(), "SELECT pg_reload_conf()"))
	must(t, servers.WaitReady(t.Context(), p, func(context.Context) error {
		if ask(t, p, "SELECT sync_state FROM pg_stat_replication") != "sync" {
			return errors.New("not synchronous yet")
		}
		return nil
	}))
	must(t, p.Exec(t.Context(), "INSERT INTO kept VALUES ('newer')"))
	if got := ask(t, r, "SELECT count(*)::text FROM kept"); got != "2" {
		t.Errorf("a synchronous replica has %s rows", got)
	}
	// … and the new primary.
	must(t, p.Kill(t.Context()))
	must(t, r.Promote(t.Context()))
	must(t, r.Exec(t.Context(), "INSERT INTO kept VALUES ('newest')"))
}
