package zoo

import (
	"context"
	"io"
	"slices"
	"sync"
	"testing"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/backends/defective"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest"
)

// suite returns the clauses that the contract suite finds broken, sorted.
func suite(ctx context.Context, d defective.Defect) ([]string, error) {
	places := handlesOn{ctx: ctx, url: "defective:" + d.Name}
	defer places.close()
	var failures []locationtest.Failure
	if d.Object == defective.OfBlob {
		open := func(_ testing.TB, place string) location.Blob { return opened(&places, place, backends.OpenBlob) }
		failures = locationtest.BlobFailures(nil, open, opened(&places, "caps", backends.OpenBlob).Capabilities())
	} else {
		open := func(_ testing.TB, place string) location.Consensus {
			return opened(&places, place, backends.OpenConsensus)
		}
		failures = locationtest.ConsensusFailures(nil, open, opened(&places, "caps", backends.OpenConsensus).Capabilities())
	}
	clauses := []string{}
	for _, f := range failures {
		clauses = append(clauses, f.Clause)
	}
	slices.Sort(clauses)
	return slices.Compact(clauses), ctx.Err()
}

// handlesOn are the handles that a suite opened.
type handlesOn struct {
	ctx context.Context
	url string
	mu  sync.Mutex
	all []io.Closer
}

func (h *handlesOn) close() {
	for _, handle := range h.all {
		_ = handle.Close()
	}
}

// opened opens a handle. The URL is one of ours: it cannot fail.
func opened[S io.Closer](h *handlesOn, place string, open func(context.Context, string) (S, error)) S {
	s, err := open(h.ctx, h.url+"?place=suite"+place)
	if err != nil {
		panic(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, s)
	return s
}
