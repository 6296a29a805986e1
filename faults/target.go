package faults

import (
	"time"

	"github.com/assay-dev/assay/backends/local"
	"github.com/assay-dev/assay/faults/network"
	"github.com/assay-dev/assay/location"
)

// A Target is what faults can act on: the store of one run, the server that was
// started for it, and what stands between its clients and it.
type Target struct {
	// Server was started for the run; nil when the store is somebody else's.
	Server *local.Server
	// Clients is how many there are while requests are made.
	Clients int
	// HandleOf returns the number of the handle that a client uses.
	HandleOf func(client int) int
	// Timeout is how long a client waits for an operation.
	Timeout time.Duration
	Seed    uint64

	// unreliable stands between the clients and their handles; nil means that nothing does.
	unreliable *layering
	// network stands between the handles and the server; nil means that nothing does.
	network *network.Network
}

// Close ends what stands between the clients and the server, when all handles are
// closed.
func (t *Target) Close() {
	if t.network != nil {
		t.network.Close()
	}
}

// Consensus returns what a client is to use in place of its handle.
func (t *Target) Consensus(handle location.Consensus, client int) location.Consensus {
	if t.unreliable == nil {
		return handle
	}
	return t.unreliable.Consensus(handle, client)
}

// Blob does the same for a Blob.
func (t *Target) Blob(handle location.Blob, client int) location.Blob {
	if t.unreliable == nil {
		return handle
	}
	return t.unreliable.Blob(handle, client)
}
