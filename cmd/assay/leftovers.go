package main

import (
	"context"
	"fmt"

	"github.com/assay-dev/assay/backends/local"
)

// cleanUp removes what programs that were killed have left behind of their servers, and
// says so. That something cannot be removed is no reason not to run.
func (o *output) cleanUp(ctx context.Context) {
	removed, err := local.CleanUp(ctx)
	for _, thing := range removed {
		fmt.Fprintf(o.stderr, "removed what process %d left behind: %v\n", thing.Owner, thing)
	}
	if err != nil {
		fmt.Fprintf(o.stderr, "warning: %v\n", err)
	}
}
