package postgres

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/serverstest"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest"
)

// newDatabase makes a database on the server for one test and returns its URL with
// parameters added.
func newDatabase(t testing.TB, server *servers.Postgres, name string) string {
	t.Helper()
	if err := server.Exec(context.Background(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return server.URL(name)
}

// with adds parameters to a URL: name, value, name, value.
func with(t testing.TB, rawURL string, parameters ...string) string {
	t.Helper()
	u, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	for i := 0; i < len(parameters); i += 2 {
		query.Set(parameters[i], parameters[i+1])
	}
	u.RawQuery = query.Encode()
	return u.String()
}

func open(t testing.TB, rawURL string) *Consensus {
	t.Helper()
	store, err := OpenConsensus(context.Background(), rawURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

func commit(t testing.TB, s *Consensus, key string, expected *location.SeqNo, next location.SeqNo) {
	t.Helper()
	result, err := s.CompareAndSet(context.Background(), key, expected, location.VersionedData{SeqNo: next})
	if err != nil || result != location.Committed {
		t.Fatalf("compare-and-set %q to %v = %v, %v", key, next, result, err)
	}
}

func TestPostgresKeepsTheContract(t *testing.T) {
	var s Consensus
	all := s.Capabilities()
	// The longest value is no other in a container, and takes longer than all else.
	short := all
	short.MaxValueBytes = 0
	for name, c := range map[string]struct {
		start        func(testing.TB, servers.PostgresOptions) *servers.Postgres
		capabilities location.Capabilities
	}{
		"server":    {serverstest.Postgres, all},
		"container": {serverstest.PostgresInContainer, short},
	} {
		t.Run(name, func(t *testing.T) {
			base := newDatabase(t, c.start(t, quick()), "contract")
			openPlace := func(t testing.TB, place string) location.Consensus {
				return open(t, with(t, base, "schema", place, "pool_max_conns", "8"))
			}
			locationtest.TestConsensus(t, openPlace, c.capabilities)
		})
	}
}

// quick are the options of a server that need not survive a power failure. It does
// survive a kill.
func quick() servers.PostgresOptions {
	return servers.PostgresOptions{Settings: map[string]string{"fsync": "off"}}
}

func TestManyHandlesOpenAFreshDatabaseAtOnce(t *testing.T) {
	server := serverstest.Postgres(t, quick())
	for round := range 5 {
		base := newDatabase(t, server, fmt.Sprint("fresh", round))
		start := make(chan struct{})
		var handles sync.WaitGroup
		for range 10 {
			handles.Go(func() {
				<-start
				if store, err := OpenConsensus(t.Context(), base); err != nil {
					t.Error(err)
				} else {
					store.Close()
				}
			})
		}
		close(start)
		handles.Wait()
	}
}

func TestASchemaIsAPlaceOfItsOwnWhateverItsName(t *testing.T) {
	server := serverstest.Postgres(t, quick())
	base := newDatabase(t, server, "schemas")
	for _, schema := range []string{"plain", "Plain", `quo"ted`, "with space", "é/%", strings.Repeat("x", 63)} {
		s := open(t, with(t, base, "schema", schema))
		commit(t, s, "k", nil, 1)
	}
}

func TestAUserWithoutTheRightToCreateUsesWhatIsThere(t *testing.T) {
	server := serverstest.Postgres(t, quick())
	base := newDatabase(t, server, "rights")
	open(t, with(t, base, "schema", "public"))
	if err := server.Exec(t.Context(), "CREATE ROLE guest LOGIN PASSWORD 'guest'"); err != nil {
		t.Fatal(err)
	}
	guest := strings.Replace(base, url.UserPassword(servers.PostgresUser, servers.PostgresPassword).String(), "guest:guest", 1)
	open(t, with(t, guest, "schema", "public"))
	if _, err := OpenConsensus(t.Context(), with(t, guest, "schema", "other")); err == nil {
		t.Error("a schema was made without the right to")
	}
}

func TestADatabaseInAnotherEncodingIsRefused(t *testing.T) {
	server := serverstest.Postgres(t, quick())
	must(t, server.Exec(t.Context(), "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0"))
	_, err := OpenConsensus(t.Context(), server.URL("latin"))
	if err == nil || !strings.Contains(err.Error(), "LATIN1") {
		t.Errorf("OpenConsensus = %v", err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
