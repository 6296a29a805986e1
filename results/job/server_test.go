package job_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/serverstest"
	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/job"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// onPostgres is a run on a Postgres of its own.
func onPostgres(t *testing.T) job.Spec {
	t.Helper()
	_, err := servers.PostgresBinaries()
	serverstest.Check(t, "postgres", err)
	// Server files appear where they can be seen.
	t.Setenv("TMPDIR", openDir(t))
	spec := small(t)
	spec.Targets = []job.Target{{Object: history.Consensus, URL: "local:postgres?fsync=off"}}
	return spec
}

// openDir is a directory that the server's user can reach.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "assay-test-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func wantNothingLeft(t *testing.T) {
	t.Helper()
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "assay-postgres-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestARunOnAServerOfItsOwnKeepsTheLogAndNoPassword(t *testing.T) {
	spec := onPostgres(t)
	spec.Ops, spec.Duration = 0, time.Second
	spec.Faults = plan(t, "cut-connections=100ms")
	r := run(t, t.Context(), spec)[0]
	if r.Verdict != checker.Valid || r.Outcomes.Info == 0 || r.Store != spec.Targets[0].URL {
		t.Errorf("%+v", r)
	}
	_, h, err := job.Check(t.Context(), r.History, job.CheckOptions{})
	if err != nil || len(h.Faults) == 0 || !strings.HasSuffix(h.Faults[0].Effect, "connections cut") {
		t.Errorf("%v, faults %+v", err, h.Faults)
	}
	log, err := os.ReadFile(filepath.Join(r.Dir, results.ServerLogFile))
	if err != nil || !strings.Contains(string(log), "ready to accept connections") {
		t.Errorf("%s: %q, %v", results.ServerLogFile, log, err)
	}
	wantNoSecret(t, r.Dir)
	wantNothingLeft(t)
}

func TestARunUnderTroubleOnTheNetworkOfAServerThatIsSomebodyElses(t *testing.T) {
	spec := onPostgres(t)
	server, err := servers.StartPostgres(t.Context(), servers.PostgresOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	spec.Targets[0].URL = server.URL(servers.PostgresDatabase)
	spec.Ops, spec.Duration, spec.Clients = 0, 2*time.Second, 6
	spec.Faults = plan(t, "net reset clients every 200ms for 20ms", "net latency=1ms down client 5")
	r := run(t, t.Context(), spec)[0]
	if r.Verdict != checker.Valid && r.Verdict != checker.Insufficient || r.Outcomes.Info == 0 || r.Evidence.Healed.Answered == 0 {
		t.Errorf("%+v", r)
	}
	kinds := map[string]bool{}
	for _, f := range r.Evidence.Faults {
		if f.Effect != "" {
			kinds[f.Name+" of "+f.Target] = true
		}
	}
	if !kinds["net reset of clients"] || !kinds["net latency=1ms down of client 5"] {
		t.Errorf("seen were %v", kinds)
	}
	if text, err := os.ReadFile(filepath.Join(r.Dir, results.FaultsFile)); err != nil || !strings.HasSuffix(string(text), "\n"+spec.Faults.String()) {
		t.Errorf("%s: %q, %v", results.FaultsFile, text, err)
	}
	wantNoSecret(t, r.Dir)
}

// wantNoSecret looks for a part of the password that is the same in every spelling.
func wantNoSecret(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil || strings.Contains(string(content), "8Nq2") {
			t.Errorf("%s holds the password, or: %v", entry.Name(), err)
		}
	}
}

func TestAServerEndsWithARunThatIsInterrupted(t *testing.T) {
	spec := onPostgres(t)
	spec.Ops = 0 // without an end of its own
	ctx, cancel := context.WithCancel(t.Context())
	var all []results.Result
	progress := workload.Progress{To: writer(cancel), Terminal: true}
	if err := job.Run(ctx, spec, progress, func(r results.Result) { all = append(all, r) }); err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || !all[0].Interrupted {
		t.Errorf("results %+v", all)
	}
	wantNothingLeft(t)
}

func TestAServerEndsWithARunThatFails(t *testing.T) {
	spec := onPostgres(t)
	spec.Targets[0].URL += "&isolation=none"
	err := job.Run(t.Context(), spec, quiet(t), func(results.Result) { t.Error("there is a result") })
	if !errors.Is(err, location.ErrInvalidArgument) {
		t.Errorf("error %v", err)
	}
	wantNothingLeft(t)
}

func TestConnectionsAreCutOnAServerOfTheRunsOwnOnly(t *testing.T) {
	for _, targets := range [][]job.Target{
		nil,
		{{history.Consensus, "mem:"}},
		{{history.Consensus, "local:postgres"}, {history.Blob, "mem:"}},
		{{history.Blob, "local:s3"}},
	} {
		spec := small(t)
		spec.Targets, spec.Faults = targets, plan(t, "cut-connections")
		err := job.Run(t.Context(), spec, quiet(t), func(results.Result) { t.Error("there is a result") })
		if !errors.Is(err, location.ErrInvalidArgument) || exists(spec.Store) {
			t.Errorf("%v: error %v", targets, err)
		}
	}
}
