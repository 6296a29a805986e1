package local

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/assay-dev/assay/backends/postgres"
	"github.com/assay-dev/assay/backends/s3"
	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/serverstest"
	"github.com/assay-dev/assay/location"
)

func TestAURLThatCannotBeRightIsExplainedBeforeAnythingStarts(t *testing.T) {
	for rawURL, says := range map[string]string{
		"local:":                                      "write local:postgres, local:s3, local:bolt or local:file",
		"local:oracle":                                "write local:postgres, local:s3, local:bolt or local:file",
		"local:///postgres":                           "write local:postgres, local:s3, local:bolt or local:file",
		"local:postgres?isolatoin=serializable":       "unknown parameter \"isolatoin\": known are isolation",
		"local:postgres?fsync=maybe":                  "known are on, off",
		"local:postgres?replica=quorum":               "known are none, async, sync",
		"local:postgres?replay_delay=5ms":             "comes with replica=async",
		"local:postgres?distance=5ms":                 "comes with replica=async",
		"local:postgres?read=replica":                 "comes with replica=async",
		"local:postgres?replica=sync&container=true":  "comes without a replica",
		"local:postgres?replica=async&replay_delay=5": "not a length of time",
		"local:s3?versioning=on":                      "neither true nor false",
		"local:postgres?disk=fuse&container=true":     "comes without disk=fuse",
		"local:bolt?disk=ext4":                        "known are none, fuse",
		"local:bolt?restore=false":                    "unknown parameter \"restore\": known are sync, disk",
		"local:file?sync=no":                          "neither true nor false",
		"local:s3?endpoint=x":                         "unknown parameter \"endpoint\": known are versioning, delete, container",
	} {
		s, err := Start(t.Context(), rawURL)
		if err == nil {
			s.Close()
		}
		if !errors.Is(err, location.ErrInvalidArgument) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, which does not say %q", rawURL, err, says)
		}
	}
}

func start(t *testing.T, rawURL, needs string) *Server {
	t.Helper()
	s, err := Start(t.Context(), rawURL)
	serverstest.Check(t, needs, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		for _, n := range s.nodes {
			// A container is gone, and nobody asks the engine any more.
			if strings.HasPrefix(n.String(), "process ") && n.Running(context.Background()) == nil {
				t.Errorf("%v still runs", n)
			}
		}
	})
	return s
}

func open(t *testing.T, s *Server) *postgres.Consensus {
	t.Helper()
	store, err := postgres.OpenConsensus(t.Context(), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

func TestPostgresStartsWithAReplicaThatServesTheReads(t *testing.T) {
	s := start(t, "local:postgres?replica=async&read=replica&replay_delay=1ms&fsync=off&isolation=read-committed", "postgres")
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	if read := u.Query().Get("read"); len(s.nodes) != 2 || read == "" || read == u.Host || u.Query().Get("isolation") != "read-committed" {
		t.Errorf("%d servers, %s", len(s.nodes), u.Redacted())
	}
	if s.Cluster() != nil {
		t.Error("clients would not follow the replica when it takes over, but there is a cluster")
	}
	store := open(t, s)
	if _, _, err := store.Head(t.Context(), location.LivenessKey); err != nil || !store.Capabilities().StaleReads {
		t.Errorf("head: %v, %+v", err, store.Capabilities())
	}
	if n, err := s.CutConnections(t.Context()); n < 2 || err != nil {
		t.Errorf("%d connections cut, %v", n, err)
	}
	if log := s.Log(); strings.Count(log, "ready to accept") < 2 || strings.Contains(log, "8Nq2") {
		t.Errorf("log %q", log)
	}
}

func TestClientsFollowTheReplicaThatTakesOver(t *testing.T) {
	for _, kind := range []string{"async&distance=1ms", "sync"} {
		t.Run(kind, func(t *testing.T) {
			s := start(t, "local:postgres?fsync=off&replica="+kind, "postgres")
			store := open(t, s)
			if store.Capabilities().StaleReads {
				t.Error("reads are declared stale, but go where writes go")
			}
			set := func(at location.SeqNo) error {
				_, err := store.CompareAndSet(t.Context(), "key", nil, location.VersionedData{SeqNo: at})
				return err
			}
			if err := set(1); err != nil {
				t.Fatal(err)
			}
			// What a replica has not heard of by then is lost, the table itself for one.
			replica := s.Node("replica").Instance.(*servers.Postgres)
			if err := servers.WaitReady(t.Context(), replica, func(ctx context.Context) error {
				return replica.Exec(ctx, "SELECT 1 / count(*) FROM assay.consensus")
			}); err != nil {
				t.Fatal(err)
			}
			c := s.Cluster()
			for at := range location.SeqNo(3) {
				old := s.Node("postgres")
				if err := errors.Join(old.Kill(t.Context()), c.Promote(t.Context())); err != nil {
					t.Fatal(err)
				}
				if s.Node("") == old || s.Node("replica") != old || old.Probe(t.Context()) == nil {
					t.Error("the old primary still has its place")
				}
				// The connections to the dead server fail first, each of them once.
				if err := set(at + 2); err != nil {
					if err = set(at + 2); err != nil {
						t.Error(err)
					}
				}
				if _, found, err := store.Head(t.Context(), "key"); err != nil || kind == "sync" && !found {
					t.Errorf("head: %t, %v", found, err)
				}
				if err := c.Rejoin(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestWhatCanTakeOverIsKnownFromTheURL(t *testing.T) {
	for rawURL, want := range map[string]bool{
		"local:postgres":                            false,
		"local:postgres?replica=async":              true,
		"local:postgres?replica=sync":               true,
		"local:postgres?replica=async&read=replica": false,
		"local:postgres?replica=quorum":             false,
		"local:s3":                                  false,
		"postgres://127.0.0.1/db":                   false,
	} {
		if got := HasCluster(rawURL); got != want {
			t.Errorf("%s: %t", rawURL, got)
		}
	}
}

func TestServersStartInContainersIfTheyAreAskedTo(t *testing.T) {
	for rawURL, role := range map[string]string{"local:postgres?container=true": "postgres", "local:s3?container=true": "s3"} {
		t.Run(role, func(t *testing.T) {
			s := start(t, rawURL, "docker")
			if n := s.Node(role); n == nil || n != s.Node("") || !strings.HasPrefix(n.String(), "container ") {
				t.Errorf("started %v", n)
			}
			if err := s.Node("").Probe(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestS3StartsWithABucketThatKeepsVersionsIfItIsAskedTo(t *testing.T) {
	for _, versioning := range []string{"true", "false"} {
		s, err := Start(t.Context(), "local:s3?delete=lookup&versioning="+versioning)
		serverstest.Check(t, "s3", err)
		store, err := s3.OpenBlob(t.Context(), s.URL)
		if err != nil {
			t.Fatal(err)
		}
		if c := store.Capabilities(); !c.InexactDelete || c.NoRestore != (versioning == "false") {
			t.Errorf("versioning=%s: %+v", versioning, c)
		}
		store.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAProgramThatIsMissingIsAnErrorThatSaysSo(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("PATH", "")
	_, err := Start(t.Context(), "local:s3")
	if !errors.Is(err, servers.ErrUnavailable) || !strings.Contains(err.Error(), "go build") {
		t.Errorf("error %v", err)
	}
}
