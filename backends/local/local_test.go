package local

import (
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
		"local:":                                      "write local:postgres or local:s3",
		"local:oracle":                                "write local:postgres or local:s3",
		"local:///postgres":                           "write local:postgres or local:s3",
		"local:postgres?isolatoin=serializable":       "unknown parameter \"isolatoin\": known are isolation",
		"local:postgres?fsync=maybe":                  "known are on, off",
		"local:postgres?replica=sync":                 "known are none, async",
		"local:postgres?replay_delay=5ms":             "comes with replica=async",
		"local:postgres?replica=async&replay_delay=5": "not a length of time",
		"local:s3?versioning=on":                      "neither true nor false",
		"local:s3?endpoint=x":                         "unknown parameter \"endpoint\": known are versioning, delete",
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

func TestPostgresStartsWithAReplicaThatServesTheReads(t *testing.T) {
	s, err := Start(t.Context(), "local:postgres?replica=async&replay_delay=1ms&fsync=off&isolation=read-committed")
	serverstest.Check(t, "postgres", err)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	if read := u.Query().Get("read"); len(s.parts) != 2 || read == "" || read == u.Host || u.Query().Get("isolation") != "read-committed" {
		t.Errorf("%d servers, %s", len(s.parts), u.Redacted())
	}
	store, err := postgres.OpenConsensus(t.Context(), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Head(t.Context(), location.LivenessKey); err != nil || !store.Capabilities().StaleReads {
		t.Errorf("head: %v, %+v", err, store.Capabilities())
	}
	if n, err := s.CutConnections(t.Context()); n < 2 || err != nil {
		t.Errorf("%d connections cut, %v", n, err)
	}
	if log := s.Log(); strings.Count(log, "ready to accept") < 2 || strings.Contains(log, "8Nq2") {
		t.Errorf("log %q", log)
	}
	store.Close()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for _, p := range s.parts {
		if p.instance.Running(t.Context()) == nil {
			t.Errorf("%v still runs", p.instance)
		}
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
