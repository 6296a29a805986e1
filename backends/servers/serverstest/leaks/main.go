//go:build linux

// Command leaks carries out a command, the whole test suite for example, and fails when
// anything is left behind by it: processes, mounts, temporary files, containers, or lines
// in the ledger.
//
//	go run ./backends/servers/serverstest/leaks go test ./...
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"

	"golang.org/x/sys/unix"

	"github.com/assay-dev/assay/backends/local"
	"github.com/assay-dev/assay/backends/servers/serverstest"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: leaks COMMAND [ARGUMENT…]")
		os.Exit(2)
	}
	code, err := watched(os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "leaks: after %q: %v\n", os.Args[1:], err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// watched carries out a command and tells what is left of it. What others have left
// behind before goes first.
func watched(name string, args []string) (code int, err error) {
	if _, err := local.CleanUp(context.Background()); err != nil {
		return 0, err
	}
	// Of processes that have ended: other programs may be at work meanwhile.
	watch, err := serverstest.NewWatch(func(pid int) bool { return errors.Is(unix.Kill(pid, 0), unix.ESRCH) })
	if err != nil {
		return 0, err
	}
	code, err = carryOut(name, args)
	return code, errors.Join(err, watch.End())
}

// carryOut returns the exit code of a command. Whatever it starts and leaves behind
// becomes a child of this program.
func carryOut(name string, args []string) (code int, err error) {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return 0, err
	}
	// An interrupt is the command's, which shares the terminal.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	cmd := exec.Command(name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	for {
		// Any child: those that ended are waited for, as init would.
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return 0, err
		case pid == cmd.Process.Pid && status.Signaled():
			return 128 + int(status.Signal()), nil
		case pid == cmd.Process.Pid:
			return status.ExitStatus(), nil
		}
	}
}
