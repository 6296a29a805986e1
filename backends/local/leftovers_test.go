package local

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/assay-dev/assay/backends/servers/ledger"
	"github.com/assay-dev/assay/backends/servers/serverstest"
)

// startAndDie starts a server in another program, pauses it, and kills the program.
func startAndDie(t *testing.T, rawURL string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LOCAL_TEST_URL="+rawURL)
	output, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(output).ReadString('\n')
	if err = errors.Join(err, cmd.Process.Kill()); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() // it was killed
	if said != "started <nil>\n" {
		t.Fatalf("it said %q", said)
	}
}

func TestWhatAKilledRunLeftBehindIsRemoved(t *testing.T) {
	for rawURL, c := range map[string]struct{ needs, kind string }{
		"local:postgres?replica=sync":   {"postgres", ledger.Directory},
		"local:postgres?container=true": {"docker", ledger.Container},
		"local:postgres?disk=fuse":      {"fuse", ledger.Directory},
		"local:bolt?disk=fuse":          {"fuse", ledger.Directory},
	} {
		t.Run(strings.ReplaceAll(rawURL, "?", " "), func(t *testing.T) {
			s, err := Start(t.Context(), rawURL) // this machine can
			serverstest.Check(t, c.needs, err)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			// Nobody else cleans this ledger.
			t.Setenv("XDG_CACHE_HOME", t.TempDir())
			startAndDie(t, rawURL)
			removed, err := CleanUp(t.Context())
			if err != nil || len(removed) == 0 {
				t.Errorf("removed %v, %v", removed, err)
			}
			for _, thing := range removed {
				if thing.Kind != c.kind {
					t.Errorf("removed %v", thing)
				}
			}
			if again, err := CleanUp(t.Context()); err != nil || len(again) > 0 {
				t.Errorf("removed again %v, %v", again, err)
			}
		})
	}
}
