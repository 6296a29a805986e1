package defective

import (
	"context"
	"sync/atomic"

	"github.com/assay-dev/assay/backends/internal/embedded"
	"github.com/assay-dev/assay/backends/mem"
	"github.com/assay-dev/assay/location"
)

// The layers that handles share.
var (
	consensuses embedded.Registry[*sharedConsensus]
	blobs       embedded.Registry[*sharedBlob]
)

// A sharedConsensus is a layer with a handle of its own on the correct store, so that
// it does not depend on whose handle is closed first.
type sharedConsensus struct {
	location.Consensus
	below *mem.Consensus
	name  string
}

type sharedBlob struct {
	location.Blob
	below *mem.Blob
	name  string
}

// consensusLayer returns the layer of one more handle.
func consensusLayer(ctx context.Context, d Defect, inner *mem.Consensus, place string) (location.Consensus, error) {
	if !d.shared {
		return d.consensus(inner, place), nil
	}
	name := d.memURL(place)
	return consensuses.Acquire(name, func() (*sharedConsensus, error) {
		below, err := mem.OpenConsensus(ctx, name)
		return &sharedConsensus{d.consensus(below, place), below, name}, err
	})
}

func blobLayer(ctx context.Context, d Defect, inner *mem.Blob, place string) (location.Blob, error) {
	if !d.shared {
		return d.blob(inner, place), nil
	}
	name := d.memURL(place)
	return blobs.Acquire(name, func() (*sharedBlob, error) {
		below, err := mem.OpenBlob(ctx, name)
		return &sharedBlob{d.blob(below, place), below, name}, err
	})
}

// release gives up a handle's share of its layer.
func release(layer any) error {
	switch l := layer.(type) {
	case *sharedConsensus:
		return consensuses.Release(l.name, func(l *sharedConsensus) error { return l.below.Close() })
	case *sharedBlob:
		return blobs.Release(l.name, func(l *sharedBlob) error { return l.below.Close() })
	}
	return nil
}

// An occasion comes once in so many operations: by counting, so that it neither hits
// nor misses by luck.
type occasion struct {
	every int64
	count *atomic.Int64
}

func every(n int64) occasion { return occasion{n, new(atomic.Int64)} }

func (o occasion) now() bool { return o.count.Add(1)%o.every == 0 }
