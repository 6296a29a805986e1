package backends_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/serverstest"
)

func TestStoresTellWhatTheyRunOn(t *testing.T) {
	for name, c := range map[string]struct {
		url  func(t *testing.T) string
		says string
	}{
		"bolt": {func(t *testing.T) string { return "bolt://" + filepath.Join(t.TempDir(), "store") }, "bbolt"},
		"postgres": {func(t *testing.T) string {
			return serverstest.Postgres(t, servers.PostgresOptions{}).URL(servers.PostgresDatabase)
		}, "PostgreSQL 1"},
	} {
		t.Run(name, func(t *testing.T) {
			store, err := backends.OpenConsensus(t.Context(), c.url(t))
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			known, ok := store.(backends.Software)
			if !ok {
				t.Fatal("it does not tell")
			}
			software, err := known.Software(t.Context())
			if err != nil || !strings.HasPrefix(software, c.says) {
				t.Errorf("%q, %v, want %s…", software, err, c.says)
			}
		})
	}
}
