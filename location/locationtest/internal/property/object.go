package property

import (
	"testing"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// An object is one of the two abstractions.
type object struct {
	name history.Object
	open func(t testing.TB, place string, names []string) handle
	// write is a request that creates its key.
	write request
	// last are the requests that read everything in the end.
	last func(keys int) []request
}

func consensusObject(open OpenConsensus) object {
	return object{
		name: history.Consensus,
		open: func(t testing.TB, place string, names []string) handle {
			store := open(t, place)
			return &consensusHandle{store: store, names: names, limits: limits(store), known: make([]consensusKnown, len(names))}
		},
		write: request{op: "compare_and_set", by: 1},
		last: func(keys int) []request {
			all := []request{{op: "list_keys"}}
			for key := range keys {
				all = append(all, request{op: "head", key: key}, request{op: "scan", key: key, from: boundZero, limit: location.ScanAll})
			}
			return all
		},
	}
}

func blobObject(open OpenBlob) object {
	return object{
		name: history.Blob,
		open: func(t testing.TB, place string, names []string) handle {
			store := open(t, place)
			return &blobHandle{store: store, names: names, limits: limits(store)}
		},
		write: request{op: "set"},
		last: func(keys int) []request {
			all := []request{{op: "list"}}
			for key := range keys {
				all = append(all, request{op: "get", key: key})
			}
			return all
		},
	}
}
