package mem

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/assay-dev/assay/location"
)

// logs is what the handles on one Consensus share: a log per key. A key that is here
// has data, and stays (C9).
type logs struct {
	mu   sync.RWMutex
	keys map[string]*versions
}

// versions are those of one key, ascending, never none.
type versions struct {
	mu  sync.Mutex
	all []location.VersionedData
}

func (v *versions) head() location.VersionedData { return v.all[len(v.all)-1] }

// below returns how many versions are below the bound.
func (v *versions) below(bound location.SeqNo) int {
	n, _ := slices.BinarySearchFunc(v.all, bound, func(v location.VersionedData, bound location.SeqNo) int {
		return cmp.Compare(v.SeqNo, bound)
	})
	return n
}

// A Consensus is a handle on a Consensus in memory.
type Consensus struct{ lease[*logs] }

// OpenConsensus opens the Consensus that rawURL names.
func OpenConsensus(_ context.Context, rawURL string) (*Consensus, error) {
	name, q, err := parse(rawURL)
	if err != nil {
		return nil, err
	}
	if err := q.Err(); err != nil {
		return nil, err
	}
	c := new(Consensus)
	c.acquire(&consensuses, name, func() *logs { return &logs{keys: map[string]*versions{}} })
	return c, nil
}

// Capabilities are those of the strict contract.
func (c *Consensus) Capabilities() location.Capabilities {
	return location.Capabilities{MaxKeyBytes: maxKeyBytes}
}

// Head implements [location.Consensus].
func (c *Consensus) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	if err := c.Start(ctx, "head", key, maxKeyBytes); err != nil {
		return location.VersionedData{}, false, err
	}
	v := c.find(key)
	if v == nil {
		return location.VersionedData{}, false, nil
	}
	v.mu.Lock()
	head := v.head()
	v.mu.Unlock()
	return copiedVersion(head), true, nil
}

// CompareAndSet implements [location.Consensus].
func (c *Consensus) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	if err := c.Start(ctx, "compare-and-set", key, maxKeyBytes); err != nil {
		return 0, err
	}
	if err := location.CheckCompareAndSet(key, expected, next.SeqNo); err != nil {
		return 0, err
	}
	v := c.find(key)
	switch {
	case (expected == nil) != (v == nil):
		return location.ExpectationMismatch, nil
	case v == nil:
		return c.create(key, copiedVersion(next)), nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.head().SeqNo != *expected {
		return location.ExpectationMismatch, nil
	}
	v.all = append(v.all, copiedVersion(next))
	return location.Committed, nil
}

// create stores the first version of a key, unless somebody else has done so meanwhile.
func (c *Consensus) create(key string, first location.VersionedData) location.CompareAndSetResult {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	if c.store.keys[key] != nil {
		return location.ExpectationMismatch
	}
	c.store.keys[key] = &versions{all: []location.VersionedData{first}}
	return location.Committed
}

// Scan implements [location.Consensus].
func (c *Consensus) Scan(ctx context.Context, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	if err := c.Start(ctx, "scan", key, maxKeyBytes); err != nil {
		return nil, err
	}
	if err := location.CheckScan(key, limit); err != nil {
		return nil, err
	}
	v := c.find(key)
	if v == nil {
		return nil, nil
	}
	v.mu.Lock()
	found := v.all[v.below(from):]
	found = slices.Clone(found[:min(limit, int64(len(found)))])
	v.mu.Unlock()
	for i := range found {
		found[i] = copiedVersion(found[i])
	}
	return found, nil
}

// Truncate implements [location.Consensus].
func (c *Consensus) Truncate(ctx context.Context, key string, upTo location.SeqNo) (int64, error) {
	if err := c.Start(ctx, "truncate", key, maxKeyBytes); err != nil {
		return 0, err
	}
	v := c.find(key)
	if v == nil {
		return 0, location.RefuseTruncation(key, upTo, nil)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if head := v.head().SeqNo; upTo > head {
		return 0, location.RefuseTruncation(key, upTo, &head)
	}
	n := v.below(upTo)
	v.all = slices.Delete(v.all, 0, n)
	return int64(n), nil
}

// ListKeys implements [location.Consensus].
func (c *Consensus) ListKeys(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := c.StartListing(ctx, "list keys", ""); err != nil {
			yield("", err)
			return
		}
		c.store.mu.RLock()
		keys := slices.Collect(maps.Keys(c.store.keys))
		c.store.mu.RUnlock()
		for _, key := range keys {
			if !yield(key, nil) {
				return
			}
		}
	}
}

// find returns the key's versions, nil when it has none.
func (c *Consensus) find(key string) *versions {
	c.store.mu.RLock()
	defer c.store.mu.RUnlock()
	return c.store.keys[key]
}
