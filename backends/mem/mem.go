// Package mem keeps a Consensus and a Blob in the memory of this process.
//
//	mem:       a store of the handle's own
//	mem:name   the store of that name, shared by all handles on it that are open;
//	           it is gone with the last of them
//
// A Blob knows the parameter restore: mem:name?restore=false brings nothing back.
//
// Each key has a lock of its own, so that clients of different keys do not meet. The
// bytes of a stored value never change, so that they are read outside the locks.
package mem

import (
	"github.com/assay-dev/assay/backends/internal/embedded"
	"github.com/assay-dev/assay/backends/internal/params"
	"github.com/assay-dev/assay/location"
)

const maxKeyBytes = 4096

// The named stores that are open.
var (
	consensuses embedded.Registry[*logs]
	blobs       embedded.Registry[*registers]
)

// A lease is a handle's claim on a store, which others may share.
type lease[S any] struct {
	embedded.Handle
	registry *embedded.Registry[S]
	name     string // empty for a private store
	store    S
}

func (l *lease[S]) acquire(registry *embedded.Registry[S], name string, create func() S) {
	l.registry, l.name = registry, name
	if name == "" {
		l.store = create()
		return
	}
	l.store, _ = registry.Acquire(name, func() (S, error) { return create(), nil })
}

// Close gives up the handle.
func (l *lease[S]) Close() error {
	if !l.Handle.Close() || l.name == "" {
		return nil
	}
	return l.registry.Release(l.name, func(S) error { return nil })
}

// parse returns the store's name in a mem: URL.
func parse(rawURL string) (name string, q *params.Query, err error) {
	u, q, err := params.Parse(rawURL)
	if err != nil {
		return "", nil, err
	}
	if u.Host != "" || u.Path != "" {
		return "", nil, params.Invalid("store URL %s: write mem: or mem:name", params.Redact(rawURL))
	}
	return u.Opaque, q, nil
}

// copied returns bytes that are not shared; never nil, since an empty value is a value.
func copied(data []byte) []byte { return append([]byte{}, data...) }

func copiedVersion(v location.VersionedData) location.VersionedData {
	return location.VersionedData{SeqNo: v.SeqNo, Data: copied(v.Data)}
}
