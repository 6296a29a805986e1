package bolt

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"path/filepath"

	"go.etcd.io/bbolt"

	"github.com/assay-dev/assay/backends/internal/embedded"
	"github.com/assay-dev/assay/backends/internal/params"
	"github.com/assay-dev/assay/location"
)

const maxKeyBytes = 4096

// databases are the files that this process has open: bbolt cannot open one twice.
var databases embedded.Registry[*database]

// A Consensus is a handle on a Consensus in a bbolt file.
type Consensus struct {
	embedded.Handle
	name string // the file's, canonical
	db   *database
}

// OpenConsensus opens the Consensus that rawURL names. The file is created if need be;
// its directory has to exist. A file that another process has open is an error after
// a second.
func OpenConsensus(_ context.Context, rawURL string) (*Consensus, error) {
	u, q, err := params.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	noSync := !q.Bool("sync", true)
	if err := q.Err(); err != nil {
		return nil, err
	}
	if u.Host != "" || u.User != nil || !filepath.IsAbs(u.Path) {
		return nil, params.Invalid("store URL %s: write bolt:///absolute/file", params.Redact(rawURL))
	}
	name, err := canonical(u.Path)
	if err != nil {
		return nil, err
	}
	db, err := databases.Acquire(name, func() (*database, error) { return openDatabase(name, noSync) })
	if err != nil {
		return nil, err
	}
	c := &Consensus{name: name, db: db}
	if db.bolt.NoSync != noSync {
		c.Close()
		return nil, params.Invalid("%s is already open with the parameter sync=%t", name, noSync)
	}
	return c, nil
}

// Close gives up the handle.
func (c *Consensus) Close() error {
	if !c.Handle.Close() {
		return nil
	}
	return databases.Release(c.name, func(db *database) error { return db.bolt.Close() })
}

// Capabilities are those of the strict contract.
func (c *Consensus) Capabilities() location.Capabilities {
	return location.Capabilities{MaxKeyBytes: maxKeyBytes}
}

// Head implements [location.Consensus].
func (c *Consensus) Head(ctx context.Context, key string) (head location.VersionedData, found bool, err error) {
	if err := c.Start(ctx, "head", key, maxKeyBytes); err != nil {
		return head, false, err
	}
	err = c.db.read(func(b *bbolt.Bucket) {
		var n location.SeqNo
		var data []byte
		if n, data, found = headOf(b.Cursor(), key); found {
			head = version(n, data)
		}
	})
	return head, found, failed("head", key, err)
}

// CompareAndSet implements [location.Consensus].
func (c *Consensus) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (result location.CompareAndSetResult, err error) {
	if err := c.Start(ctx, "compare-and-set", key, maxKeyBytes); err != nil {
		return 0, err
	}
	if err := location.CheckCompareAndSet(key, expected, next.SeqNo); err != nil {
		return 0, err
	}
	err = c.db.write(ctx, func(b *bbolt.Bucket) (changed bool, err error) {
		head, _, found := headOf(b.Cursor(), key)
		if found != (expected != nil) || found && head != *expected {
			return false, nil
		}
		result = location.Committed
		return true, b.Put(address(key, next.SeqNo), next.Data)
	})
	if err != nil {
		return 0, failed("compare-and-set", key, err)
	}
	return result, nil
}

// Scan implements [location.Consensus].
func (c *Consensus) Scan(ctx context.Context, key string, from location.SeqNo, limit int64) (found []location.VersionedData, err error) {
	if err := c.Start(ctx, "scan", key, maxKeyBytes); err != nil {
		return nil, err
	}
	if err := location.CheckScan(key, limit); err != nil {
		return nil, err
	}
	err = c.db.read(func(b *bbolt.Bucket) {
		cursor := b.Cursor()
		at, data := cursor.Seek(address(key, from))
		for ; int64(len(found)) < limit && bytes.HasPrefix(at, prefix(key)); at, data = cursor.Next() {
			_, n := parse(at)
			found = append(found, version(n, data))
		}
	})
	return found, failed("scan", key, err)
}

// Truncate implements [location.Consensus].
func (c *Consensus) Truncate(ctx context.Context, key string, upTo location.SeqNo) (deleted int64, err error) {
	if err := c.Start(ctx, "truncate", key, maxKeyBytes); err != nil {
		return 0, err
	}
	var refusal error
	err = c.db.write(ctx, func(b *bbolt.Bucket) (changed bool, err error) {
		if refusal = refuse(b, key, upTo); refusal != nil {
			return false, nil
		}
		doomed := below(b.Cursor(), key, upTo)
		for _, at := range doomed {
			if err := b.Delete(at); err != nil {
				return false, err
			}
		}
		deleted = int64(len(doomed))
		return deleted > 0, nil
	})
	if err != nil {
		return 0, failed("truncate", key, err)
	}
	return deleted, refusal
}

// refuse returns the refusal of a bound above the head.
func refuse(b *bbolt.Bucket, key string, upTo location.SeqNo) error {
	head, _, found := headOf(b.Cursor(), key)
	switch {
	case !found:
		return location.RefuseTruncation(key, upTo, nil)
	case upTo > head:
		return location.RefuseTruncation(key, upTo, &head)
	}
	return nil
}

// ListKeys implements [location.Consensus]. The keys are read before the first is
// yielded: a caller that wrote while a read transaction was open could block itself.
func (c *Consensus) ListKeys(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := c.StartListing(ctx, "list keys", ""); err != nil {
			yield("", err)
			return
		}
		var keys []string
		err := c.db.read(func(b *bbolt.Bucket) {
			cursor := b.Cursor()
			for at, _ := cursor.First(); at != nil; {
				key, _ := parse(at)
				keys = append(keys, string(key))
				at, _ = cursor.Seek(append([]byte(string(key)), 1)) // behind all its versions
			}
		})
		for _, key := range keys {
			if !yield(key, nil) {
				return
			}
		}
		if err != nil {
			yield("", failed("list keys", "", err))
		}
	}
}

// version copies the bytes, which belong to the transaction.
func version(n location.SeqNo, data []byte) location.VersionedData {
	return location.VersionedData{SeqNo: n, Data: append([]byte{}, data...)}
}

// failed names the operation and the key in an error and keeps its class.
func failed(op, key string, err error) error {
	if err == nil {
		return nil
	}
	return location.Classified(fmt.Errorf("%s %q: %w", op, key, err))
}
