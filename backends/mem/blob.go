package mem

import (
	"context"
	"iter"
	"maps"
	"strings"
	"sync"

	"github.com/assay-dev/assay/location"
)

// registers is what the handles on one Blob share: a register per key that was ever
// set.
type registers struct {
	mu   sync.RWMutex
	keys map[string]*register
}

// register holds the bytes of one key, also after they were deleted.
type register struct {
	mu      sync.Mutex
	value   []byte
	present bool
}

// A Blob is a handle on a Blob in memory.
type Blob struct {
	lease[*registers]
	noRestore bool
}

// OpenBlob opens the Blob that rawURL names.
func OpenBlob(_ context.Context, rawURL string) (*Blob, error) {
	name, q, err := parse(rawURL)
	if err != nil {
		return nil, err
	}
	b := &Blob{noRestore: !q.Bool("restore", true)}
	if err := q.Err(); err != nil {
		return nil, err
	}
	b.acquire(&blobs, name, func() *registers { return &registers{keys: map[string]*register{}} })
	return b, nil
}

// Capabilities are those of the strict contract, except for the parameter restore.
func (b *Blob) Capabilities() location.Capabilities {
	return location.Capabilities{MaxKeyBytes: maxKeyBytes, NoRestore: b.noRestore}
}

// Get implements [location.Blob].
func (b *Blob) Get(ctx context.Context, key string) ([]byte, bool, error) {
	if err := b.Start(ctx, "get", key, maxKeyBytes); err != nil {
		return nil, false, err
	}
	value, found := b.find(key).get()
	if !found {
		return nil, false, nil
	}
	return copied(value), true, nil
}

// Set implements [location.Blob].
func (b *Blob) Set(ctx context.Context, key string, value []byte) error {
	if err := b.Start(ctx, "set", key, maxKeyBytes); err != nil {
		return err
	}
	r := b.find(key)
	if r == nil {
		r = b.create(key)
	}
	value = copied(value)
	r.mu.Lock()
	r.value, r.present = value, true
	r.mu.Unlock()
	return nil
}

// Delete implements [location.Blob].
func (b *Blob) Delete(ctx context.Context, key string) (int64, bool, error) {
	if err := b.Start(ctx, "delete", key, maxKeyBytes); err != nil {
		return 0, false, err
	}
	r := b.find(key)
	if r == nil {
		return 0, false, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.present {
		return 0, false, nil
	}
	r.present = false
	return int64(len(r.value)), true, nil
}

// Restore implements [location.Blob].
func (b *Blob) Restore(ctx context.Context, key string) error {
	if err := b.Start(ctx, "restore", key, maxKeyBytes); err != nil {
		return err
	}
	r := b.find(key)
	if r == nil {
		return location.RefuseRestore(key)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	// A register was created by a Set that may not have stored its value yet.
	if !r.present && (b.noRestore || r.value == nil) {
		return location.RefuseRestore(key)
	}
	r.present = true
	return nil
}

// ListKeysAndMetadata implements [location.Blob].
func (b *Blob) ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[location.BlobMetadata, error] {
	return func(yield func(location.BlobMetadata, error) bool) {
		if err := b.StartListing(ctx, "list", prefix); err != nil {
			yield(location.BlobMetadata{}, err)
			return
		}
		b.store.mu.RLock()
		all := maps.Clone(b.store.keys)
		b.store.mu.RUnlock()
		for key, r := range all {
			value, found := r.get()
			if found && strings.HasPrefix(key, prefix) && !yield(location.BlobMetadata{Key: key, Size: int64(len(value))}, nil) {
				return
			}
		}
	}
}

// get returns the value, which nobody may change. A nil register holds none.
func (r *register) get() (value []byte, found bool) {
	if r == nil {
		return nil, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.value, r.present
}

// find returns the key's register, nil when the key was never set.
func (b *Blob) find(key string) *register {
	b.store.mu.RLock()
	defer b.store.mu.RUnlock()
	return b.store.keys[key]
}

// create returns the key's register, which somebody else may have created meanwhile.
func (b *Blob) create(key string) *register {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	r := b.store.keys[key]
	if r == nil {
		r = new(register)
		b.store.keys[key] = r
	}
	return r
}
