package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/assay-dev/assay/backends/hosted"
	"github.com/assay-dev/assay/backends/servers/serverstest"
)

// TestMain lets this binary be the command assay for the processes that tests start.
func TestMain(m *testing.M) {
	if hosted.IsChild() {
		os.Exit(host())
	}
	testscript.Main(checked{m}, map[string]func(){"assay": main})
}

// checked are tests that leave nothing behind.
type checked struct{ *testing.M }

// Run is what testscript runs.
func (c checked) Run() int { return serverstest.Main(c.M) }

func TestTheCommandLine(t *testing.T) {
	examples, err := filepath.Abs("../../docs/examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(env *testscript.Env) error {
			env.Setenv("EXAMPLES", examples)
			return nil
		},
	})
}

// exits is the script command "exits CODE PROGRAM ARGS…": the program ends with the
// code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code program [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}
