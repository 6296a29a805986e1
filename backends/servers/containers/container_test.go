package containers_test

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

func TestAPostgresInAContainerKeepsItsDataAndItsAddressOverEveryEnd(t *testing.T) {
	p := serverstest.PostgresInContainer(t, servers.PostgresOptions{Settings: map[string]string{"work_mem": "5MB"}})
	must(t, p.Exec(t.Context(), "CREATE TABLE kept AS SELECT 1 AS one"))
	for name, end := range map[string]func(context.Context) error{
		"stop": p.Stop,
		"kill": p.Kill,
		"stop while paused": func(ctx context.Context) error {
			return errors.Join(p.Pause(ctx), p.Stop(ctx))
		},
	} {
		t.Run(name, func(t *testing.T) {
			must(t, end(t.Context()))
			if p.Running(t.Context()) == nil {
				t.Error("still running")
			}
			if p.Exec(t.Context(), "SELECT 1") == nil {
				t.Error("it still answers")
			}
			must(t, p.Start(t.Context()))
			must(t, p.WaitReady(t.Context()))
			must(t, p.Exec(t.Context(), "SELECT 1 / (SELECT count(*) FROM kept)"))
		})
	}
	must(t, p.Exec(t.Context(), "SELECT 1 / (current_setting('work_mem') = '5MB')::int"))
	if !strings.Contains(p.Log(), "ready to accept connections") {
		t.Errorf("log:\n%s", p.Log())
	}
}

func TestAPausedContainerKeepsItsClientsWaiting(t *testing.T) {
	p := serverstest.PostgresInContainer(t, servers.PostgresOptions{})
	must(t, p.Pause(t.Context()))
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := p.Exec(ctx, "SELECT 1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a paused server: %v", err)
	}
	must(t, p.Running(t.Context()))
	must(t, p.Resume(t.Context()))
	must(t, p.Exec(t.Context(), "SELECT 1"))
}

func TestTheDeathOfOneBackendInAContainerEndsAllOthers(t *testing.T) {
	p := serverstest.PostgresInContainer(t, servers.PostgresOptions{})
	conn, err := pgx.Connect(t.Context(), p.URL(servers.PostgresDatabase))
	must(t, err)
	defer conn.Close(t.Context())
	effect, err := p.KillBackend(t.Context(), func(int) int { return 0 })
	if err != nil || !strings.Contains(effect, "killed, one of 1") {
		t.Errorf("effect %q, %v", effect, err)
	}
	must(t, p.WaitReady(t.Context()))
	if p.KillOne(t.Context(), 99999) == nil {
		t.Error("killed a process that is not there")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
