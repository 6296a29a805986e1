package postgres

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"github.com/assay-dev/assay/backends/servers/serverstest"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest"
)

// linearizable looks for programs whose histories are not, each in a schema of its own.
func linearizable(t *testing.T, base string, options ...locationtest.Option) {
	locationtest.LinearizableConsensus(t, func(t testing.TB, place string) location.Consensus {
		return open(t, with(t, base, "schema", place, "pool_max_conns", "2"))
	}, append(options, locationtest.RealTime())...)
}

func TestPostgresIsLinearizable(t *testing.T) {
	linearizable(t, newDatabase(t, serverstest.Postgres(t, quick()), "linearizable"), locationtest.Time(5*time.Second))
}

// forkingURL is the environment variable with the database of [TestForking].
const forkingURL = "ASSAY_TEST_FORKING_URL"

// TestForking is run, and expected to fail, by the test below.
func TestForking(t *testing.T) {
	base := os.Getenv(forkingURL)
	if base == "" {
		t.Skip("for a test that runs this binary again")
	}
	linearizable(t, with(t, base, "isolation", "read-committed"))
}

// At a level at which logs fork the property fails, and says how often the program fails
// that it made small: real time decides.
func TestAtReadCommittedAProgramIsFoundThatFailsNowAndThen(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as luck has it")
	}
	base := newDatabase(t, serverstest.Postgres(t, quick()), "forking")
	binary, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), binary, "-test.run=^TestForking$", "-rapid.nofailfile", "-rapid.checks=2000", "-rapid.shrinktime=2s")
	cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), forkingURL+"="+base)
	output, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("it passed:\n%s", output)
	}
	rate := regexp.MustCompile(`Run again 10 times, the program failed [0-9]+ times`).Find(output)
	if rate == nil {
		t.Errorf("nothing says how often it fails:\n%s", output)
	}
	t.Logf("%s", output)
}
