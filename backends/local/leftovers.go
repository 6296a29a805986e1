package local

import (
	"context"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/containers"
	"github.com/assay-dev/assay/backends/servers/ledger"
)

// CleanUp removes what programs that were killed have left behind of their servers, and
// returns what it was: processes with their directories, mounts and containers.
func CleanUp(ctx context.Context) ([]ledger.Thing, error) {
	return ledger.Clean(ctx, ledger.Removers{
		ledger.Directory: servers.Reclaim,
		ledger.Container: containers.Reclaim,
	})
}
