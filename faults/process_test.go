package faults

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/assay-dev/assay/backends/local"
	"github.com/assay-dev/assay/backends/servers/serverstest"
)

// started is a server of a test's own, as the target of faults.
func started(t *testing.T, rawURL, needs string) *Target {
	t.Helper()
	server, err := local.Start(t.Context(), rawURL)
	serverstest.Check(t, needs, err)
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Target{Server: server, Timeout: time.Second}
}

// injector brings about what a line says.
func injector(t *testing.T, target *Target, line string) Injector {
	t.Helper()
	fault, err := parseLine(line)
	if err != nil {
		t.Fatal(err)
	}
	kind, err := kindNamed(fault.Kind)
	if err != nil {
		t.Fatal(err)
	}
	i, err := kind.New(target, fault)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestFaultsOfServersStandForLines(t *testing.T) {
	for spec, want := range map[string]string{
		"kill":           "kill every 2s",
		"kill=backend":   "kill backend every 2s",
		"pause=replica":  "pause replica every 2s",
		"failover":       "failover after 2s",
		"failover=pause": "failover pause after 2s",
	} {
		if plan, err := Parse([]string{spec}); err != nil || len(plan) != 1 || plan[0].String() != want {
			t.Errorf("%s: %q, %v", spec, plan, err)
		}
	}
	for spec, says := range map[string]string{
		"kill=oracle":               "known are postgres, replica, s3",
		"pause=backend":             "known are postgres, replica, s3",
		"failover=later":            `"later" is not pause`,
		"failover pause every 2s":   "it happens once",
		"failover primary after 2s": "does not strike anybody in particular",
	} {
		if _, err := Parse([]string{spec}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, which does not say %q", spec, err, says)
		}
	}
}

func TestServersThatAreKilledOrPausedAreMeasuredAndComeBack(t *testing.T) {
	refused := func(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
	silent := func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }
	for _, server := range []struct{ url, needs string }{
		{"local:postgres", "postgres"},
		{"local:postgres?replica=async", "postgres"},
		{"local:s3", "s3"},
		{"local:postgres?container=true", "docker"},
		{"local:s3?container=true", "docker"},
	} {
		t.Run(strings.ReplaceAll(server.url, "?", " "), func(t *testing.T) {
			target := started(t, server.url, server.needs)
			for _, c := range []struct {
				line, effect string
				shows        func(error) bool
			}{
				{"kill", "killed, connection refused", refused},
				{"pause", "paused, no answer within", silent},
			} {
				i := injector(t, target, c.line)
				random := rand.New(rand.NewPCG(1, 1))
				if effect, err := i.Heal(t.Context()); effect != "" || err != nil {
					t.Errorf("healing what is not broken: %q, %v", effect, err)
				}
				for range 2 {
					effect, err := i.Inject(t.Context(), random)
					if err != nil || !strings.Contains(effect, c.effect) {
						t.Errorf("%s: effect %q, %v", c.line, effect, err)
					}
					ctx, cancel := context.WithTimeout(t.Context(), silence)
					if err := target.Server.Node("").Probe(ctx); !c.shows(err) {
						t.Errorf("%s: a probe says %v", c.line, err)
					}
					cancel()
					if _, err := i.Heal(t.Context()); err != nil {
						t.Fatal(err)
					}
					if err := target.Server.Node("").Probe(t.Context()); err != nil {
						t.Errorf("%s: healed, but %v", c.line, err)
					}
				}
			}
		})
	}
}

// connect opens a connection to the store as a client does.
func connect(t *testing.T, target *Target) *pgx.Conn {
	t.Helper()
	config, err := pgx.ParseConfig(target.Server.URL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func TestTheDeathOfOneClientsProcessEndsTheOthers(t *testing.T) {
	target := started(t, "local:postgres?fsync=off", "postgres")
	i := injector(t, target, "kill backend")
	random := rand.New(rand.NewPCG(1, 1))
	if effect, err := i.Inject(t.Context(), random); effect != "" || err != nil {
		t.Errorf("without clients: %q, %v", effect, err)
	}
	conns := []*pgx.Conn{connect(t, target), connect(t, target)}
	effect, err := i.Inject(t.Context(), random)
	if err != nil || !strings.Contains(effect, "; the others ended with it") {
		t.Errorf("effect %q, %v", effect, err)
	}
	if _, err := i.Heal(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, conn := range conns {
		if conn.Ping(t.Context()) == nil {
			t.Error("a connection outlived it")
		}
	}
	connect(t, target)
}

func TestAfterAFailoverClientsFindTheNewPrimaryAndTheOldOneFollowsIt(t *testing.T) {
	target := started(t, "local:postgres?replica=sync&fsync=off", "postgres")
	i := injector(t, target, "failover every 1s")
	run := func(sql string) {
		t.Helper()
		if _, err := connect(t, target).Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	run("CREATE TABLE kept ()")
	for range 2 {
		effect, err := i.Inject(t.Context(), nil)
		if err != nil || !strings.Contains(effect, "killed, connection refused; the other one promoted, takes writes") {
			t.Errorf("effect %q, %v", effect, err)
		}
		run("INSERT INTO kept DEFAULT VALUES")
		if _, err := i.Heal(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	run("SELECT 1 / ((SELECT count(*) FROM kept) = 2)::int")
}

func TestAPrimaryThatWakesUpAfterTheFailoverStillTakesWrites(t *testing.T) {
	target := started(t, "local:postgres?replica=async&fsync=off", "postgres")
	old := connect(t, target)
	i := injector(t, target, "failover pause after 1s")
	effect, err := i.Inject(t.Context(), nil)
	if err != nil || !strings.Contains(effect, "paused, no answer within 100ms; the other one promoted") {
		t.Errorf("effect %q, %v", effect, err)
	}
	young := connect(t, target)
	effect, err = i.Heal(t.Context())
	if err != nil || !strings.Contains(effect, "the old primary is back") {
		t.Errorf("effect %q, %v", effect, err)
	}
	for name, conn := range map[string]*pgx.Conn{"old": old, "new": young} {
		if _, err := conn.Exec(t.Context(), "CREATE TABLE split ()"); err != nil {
			t.Errorf("the %s primary: %v", name, err)
		}
	}
}

func TestAFaultForAServerThatIsNotThereSaysSo(t *testing.T) {
	target := started(t, "local:s3", "s3")
	for _, line := range []string{"kill postgres", "pause replica", "kill backend"} {
		fault, err := parseLine(line)
		if err != nil {
			t.Fatal(err)
		}
		kind, err := kindNamed(fault.Kind)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := kind.New(target, fault); err == nil {
			t.Errorf("%s at an S3 server", line)
		}
	}
}
