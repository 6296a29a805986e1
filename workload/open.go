package workload

import (
	"context"

	"github.com/assay-dev/assay/location"
)

// OpenConsensus opens the handle of one client. A run calls it with 0 … Clients-1
// for the clients and, after healing, with Clients … 2·Clients-1 for those of the
// quiet phase, from one goroutine. The caller closes what it opened, after the run.
type OpenConsensus func(ctx context.Context, client int) (location.Consensus, error)

// OpenBlob does the same for a Blob.
type OpenBlob func(ctx context.Context, client int) (location.Blob, error)
