package servers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"net"
	"strconv"
	"strings"
	"time"
)

// ErrUnavailable: this machine cannot offer the server, because a program or an
// engine is missing. The error around it says which, and how to get it.
var ErrUnavailable = errors.New("server unavailable")

// Unavailable is an error that wraps [ErrUnavailable] and gives the reason.
func Unavailable(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, ErrUnavailable)...)
}

// An Instance is one server on which faults can act. Its data and its address
// outlive Stop and Kill, so that Start brings the same server back.
type Instance interface {
	// Start starts the server again after Stop or Kill. It does not wait until the
	// server is ready.
	Start(ctx context.Context) error
	// Stop ends the server in order and waits for it. When ctx ends first the server
	// is killed, and the error says so.
	Stop(ctx context.Context) error
	// Kill ends every process of the server at once (SIGKILL) and returns when none of
	// them is left.
	Kill(ctx context.Context) error
	// KillOne ends one process of the server (SIGKILL), by the number that the server
	// itself knows it by. It does not wait.
	KillOne(ctx context.Context, pid int) error
	// Pause stops every process of the server in its tracks (SIGSTOP), with its
	// connections open.
	Pause(ctx context.Context) error
	// Resume continues a paused server.
	Resume(ctx context.Context) error
	// Running returns nil while the server runs or is paused, else an error that
	// tells how it ended.
	Running(ctx context.Context) error
	// Log returns the last lines that the server printed.
	Log() string
	// String tells how the server runs, as in "process /usr/bin/x (pid 7)".
	String() string
}

// pollInterval is how long WaitReady rests between two probes.
const pollInterval = 20 * time.Millisecond

// WaitReady probes the server until a probe succeeds. It fails when the server
// ends or ctx does, with the last error of the probe and the end of the server's log.
func WaitReady(ctx context.Context, server Instance, probe func(context.Context) error) error {
	for {
		last := probe(ctx)
		if last == nil {
			return nil
		}
		if err := Ended(ctx, server); err != nil {
			return fmt.Errorf("%v did not get ready: %w", server, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%v did not get ready: %w: %w\n%s", server, ctx.Err(), last, endOfLog(server))
		case <-time.After(pollInterval):
		}
	}
}

// Ended says how a server ended, with the end of its log; nil while it runs.
func Ended(ctx context.Context, server Instance) error {
	err := server.Running(ctx)
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, endOfLog(server))
	}
	return err
}

// maxTold is how many lines of a server's log an error repeats.
const maxTold = 10

// endOfLog is where a log tells why the server ended: Go programs that crash say first
// why and then where.
func endOfLog(server Instance) string {
	lines := strings.Split(strings.TrimSpace(server.Log()), "\n")
	from := max(0, len(lines)-maxTold)
	for i, line := range lines {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			from = i
		}
	}
	return strings.Join(lines[from:min(len(lines), from+maxTold)], "\n")
}

// ProbeTCP is a probe for [WaitReady] that succeeds when address takes a connection.
func ProbeTCP(address string) func(context.Context) error {
	return func(ctx context.Context) error {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			conn.Close()
		}
		return err
	}
}

// Ports are drawn from below the range from which Linux takes the local ports of
// outgoing connections, so that a server which is down finds its port free again.
const (
	firstPort = 15000
	lastPort  = 32000
)

// FreePort returns a TCP port of 127.0.0.1 on which nothing listens now.
func FreePort() (int, error) {
	var last error
	for range 100 {
		// Drawn at random, so that programs which look at the same time seldom meet.
		n, err := rand.Int(rand.Reader, big.NewInt(lastPort-firstPort))
		if err != nil {
			return 0, err
		}
		port := firstPort + int(n.Int64())
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			last = err
			continue
		}
		return port, listener.Close()
	}
	return 0, fmt.Errorf("no free port between %d and %d: %w", firstPort, lastPort, last)
}
