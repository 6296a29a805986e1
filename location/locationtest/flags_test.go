package locationtest_test

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/backends/defective"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest"
)

// Tests of what go test and rapid make of a property need a go test of their own: they
// run this test binary again, in another directory, with [TestChild] alone.

// child is the environment variable that says what TestChild does.
const child = "LOCATIONTEST_CHILD"

func TestChild(t *testing.T) {
	switch os.Getenv(child) {
	case "":
		t.Skip("for tests that run this binary again")
	case "correct":
		locationtest.LinearizableConsensus(t, openConsensus, locationtest.Cases(3))
	case "defective":
		locationtest.LinearizableConsensus(t, openRace)
	case "side by side":
		for _, name := range []string{"one", "two"} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				locationtest.LinearizableConsensus(t, openRace)
			})
		}
	case "leaky":
		locationtest.LinearizableBlob(t, openLeaky)
	case "leaky in real time":
		locationtest.LinearizableBlob(t, openLeaky, locationtest.RealTime())
	case "forgetful":
		locationtest.LinearizableBlob(t, openForgetful(false))
	case "forgetful in real time":
		locationtest.LinearizableBlob(t, openForgetful(false), locationtest.RealTime())
	case "deaf":
		locationtest.LinearizableBlob(t, openForgetful(true))
	}
}

func openRace(t testing.TB, place string) location.Consensus {
	s, err := defective.OpenConsensus(t.Context(), "defective:check-then-act?place="+place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// openLeaky leaves a goroutine behind with each handle.
func openLeaky(t testing.TB, place string) location.Blob {
	go func() { <-make(chan struct{}) }()
	return openBlob("")(t, place)
}

// A forgetful store leaves a goroutine behind where a set is given up, and one that is
// deaf never returns from that.
type forgetful struct {
	location.Blob
	deaf bool
}

func (s forgetful) Set(ctx context.Context, key string, value []byte) error {
	location.Yield(ctx)
	if ctx.Err() == nil {
		return s.Blob.Set(ctx, key, value)
	}
	never := make(chan struct{})
	if s.deaf {
		<-never
	}
	go func() { <-never }()
	return location.NewIndeterminate(ctx.Err())
}

func openForgetful(deaf bool) locationtest.OpenBlob {
	return func(t testing.TB, place string) location.Blob {
		return forgetful{openBlob("")(t, place), deaf}
	}
}

// again runs this binary in a directory.
func again(t *testing.T, dir, what string, flags ...string) (output string, failed bool) {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, append([]string{"-test.run=^TestChild$", "-rapid.seed=1"}, flags...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), child+"="+what)
	text, err := cmd.CombinedOutput()
	return string(text), err != nil
}

func TestFlagsSayHowManyProgramsAreRun(t *testing.T) {
	t.Parallel()
	for flags, want := range map[string]string{
		"-test.v":                              ": 300 programs, 300 interleavings",
		"-test.v -rapid.checks=7":              ": 21 programs, 21 interleavings",
		"-test.v -test.short":                  ": 60 programs, 60 interleavings",
		"-test.v -test.short -rapid.checks=50": ": 30 programs, 30 interleavings",
	} {
		if output, failed := again(t, t.TempDir(), "correct", strings.Fields(flags)...); failed || !strings.Contains(output, want) {
			t.Errorf("%s: want %q:\n%s", flags, want, output)
		}
	}
	if output, failed := again(t, t.TempDir(), "correct"); failed || strings.TrimSpace(output) != "PASS" {
		t.Errorf("something is said although nobody asked for it:\n%s", output)
	}
}

func TestAPropertyEndsBeforeItsTestTimesOut(t *testing.T) {
	t.Parallel()
	start := time.Now()
	output, failed := again(t, t.TempDir(), "correct", "-test.v", "-test.timeout=3s", "-rapid.checks=100000000")
	if failed || !strings.Contains(output, "programs") {
		t.Errorf("after %v:\n%s", time.Since(start), output)
	}
}

// times are the parts of an output that differ from run to run.
var times = regexp.MustCompile(`\([0-9.]+[mµn]?s\)`)

func TestTheSameSeedGivesTheSameReport(t *testing.T) {
	t.Parallel()
	want, failed := again(t, t.TempDir(), "defective", "-rapid.seed=4711", "-rapid.nofailfile")
	if !failed {
		t.Fatalf("it passed:\n%s", want)
	}
	got, _ := again(t, t.TempDir(), "defective", "-rapid.seed=4711", "-rapid.nofailfile")
	if times.ReplaceAllString(got, "") != times.ReplaceAllString(want, "") {
		t.Errorf("got\n%s\nand\n%s", got, want)
	}
}

func TestWhatFailedIsTriedFirstByTheNextRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, _ := again(t, dir, "defective")
	second, failed := again(t, dir, "defective")
	if !failed || !strings.Contains(second, "failed after 0 tests") {
		t.Errorf("after\n%s\nthe next run says\n%s", first, second)
	}
	program := func(report string) string {
		_, report, _ = strings.Cut(report, "What the clients saw")
		report, _, _ = strings.Cut(report, "To run it again")
		return report
	}
	if program(first) == "" || program(first) != program(second) {
		t.Errorf("got\n%s\nand then\n%s", first, second)
	}
}

func TestSubtestsSideBySideFailEachByItself(t *testing.T) {
	t.Parallel()
	output, _ := again(t, t.TempDir(), "side by side", "-rapid.nofailfile")
	for _, name := range []string{"one", "two"} {
		if !strings.Contains(output, "--- FAIL: TestChild/"+name) || !strings.Contains(output, "'^TestChild$/^"+name+"$'") {
			t.Errorf("%s does not fail:\n%s", name, output)
		}
	}
}

func TestAGoroutineThatIsLeftBehindFails(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"leaky", "leaky in real time"} {
		output, failed := again(t, t.TempDir(), what, "-rapid.nofailfile")
		if !failed || !strings.Contains(output, "a handle was only opened and closed") || !strings.Contains(output, "openLeaky") {
			t.Errorf("%s:\n%s", what, output)
		}
	}
}

// small is a program of one request.
var small = regexp.MustCompile(`client 1:\n +set .*\n *\n`)

func TestAProgramThatLeavesAGoroutineBehindIsMadeSmall(t *testing.T) {
	t.Parallel()
	for what, wrong := range map[string]string{
		"forgetful":              "goroutines are left behind although",
		"forgetful in real time": "goroutines are left behind although",
		"deaf":                   "calls never return, not even when they are given up",
	} {
		output, failed := again(t, t.TempDir(), what, "-rapid.nofailfile", "-rapid.shrinktime=10s")
		if !failed || !small.MatchString(output) {
			t.Errorf("%s: not made small:\n%s", what, output)
		}
		for _, want := range []string{wrong, "forgetful.Set", "To run it again"} {
			if !strings.Contains(output, want) {
				t.Errorf("%s: the report lacks %q:\n%s", what, want, output)
			}
		}
	}
}
