// Package serverstest starts servers for tests and ends them with the test.
//
// A server that this machine cannot offer skips the test with the reason. The
// environment variable ASSAY_REQUIRE, a list such as "postgres,s3,docker", turns
// the skips of those it names into failures.
package serverstest

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/backends/servers"
)

// RequireVariable names the servers without which tests fail instead of skipping.
const RequireVariable = "ASSAY_REQUIRE"

// Check ends t when err is not nil: it is skipped when the server is unavailable and
// ASSAY_REQUIRE does not name it, and fails otherwise. Names are "postgres", "s3",
// "docker" and "fuse".
func Check(t testing.TB, name string, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, servers.ErrUnavailable) && !required(name):
		t.Skipf("no %s: %v", name, err)
	case errors.Is(err, servers.ErrUnavailable):
		t.Fatalf("no %s, which %s demands: %v", name, RequireVariable, err)
	default:
		t.Fatalf("%s: %v", name, err)
	}
}

func required(name string) bool {
	names := strings.Split(os.Getenv(RequireVariable), ",")
	return slices.Contains(names, name)
}

// StartTimeout bounds how long a server may take to start or stop in a test.
const StartTimeout = time.Minute

// awaitInterval is how long Await rests between two looks.
const awaitInterval = 10 * time.Millisecond

// Await waits until something holds that comes about elsewhere and is not told of, in
// another process for example, and fails t when it does not come.
func Await(t testing.TB, what string, holds func() bool) {
	t.Helper()
	patience := time.After(StartTimeout)
	ticker := time.NewTicker(awaitInterval)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-patience:
			t.Fatalf("not within %v: %s", StartTimeout, what)
		}
	}
}

// Register prints which server was used, and stops it at the end of t. When t has
// failed, the server's log is printed too.
func Register(t testing.TB, server servers.Instance, cleanUp func(context.Context) error) {
	t.Helper()
	t.Logf("server: %v", server)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), StartTimeout)
		defer cancel()
		if err := cleanUp(ctx); err != nil {
			t.Errorf("end of %v: %v", server, err)
		}
		if t.Failed() {
			t.Logf("log of %v:\n%s", server, server.Log())
		}
	})
}
