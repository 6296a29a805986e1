package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/assay-dev/assay/location"
)

// listPage is how many keys one statement of ListKeys reads.
const listPage = 1000

// Head returns the newest version (C6).
func (s *Consensus) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	none := location.VersionedData{}
	if err := location.CheckKey(key, MaxKeyBytes); err != nil {
		return none, false, err
	}
	versions, err := query(ctx, s, s.read, "head", key, version, s.head, key)
	if err != nil || len(versions) == 0 {
		return none, false, err
	}
	return versions[0], true, nil
}

// Scan returns versions in one atomic read (C7).
func (s *Consensus) Scan(ctx context.Context, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	if err := errors.Join(location.CheckKey(key, MaxKeyBytes), location.CheckScan(key, limit)); err != nil {
		return nil, location.Classified(err)
	}
	if !from.Legal() {
		return nil, nil // above every head
	}
	return query(ctx, s, s.read, "scan", key, version, s.scan, key, int64(from), limit)
}

// CompareAndSet inserts a version if the head is the expected one (C2).
func (s *Consensus) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	if err := checkCompareAndSet(key, expected, next); err != nil {
		return location.ExpectationMismatch, err
	}
	var predecessor *int64
	if expected != nil {
		predecessor = new(int64(*expected))
	}
	data := next.Data
	if data == nil {
		data = []byte{} // nil would be NULL
	}
	result := location.ExpectationMismatch
	err := s.with(ctx, s.write, "compare-and-set", key, func(conn *pgxpool.Conn) error {
		tag, err := conn.Exec(ctx, s.compareAndSet, key, int64(next.SeqNo), data, predecessor)
		if isState(err, uniqueViolation) {
			return nil
		}
		if err == nil && tag.RowsAffected() == 1 {
			result = location.Committed
		}
		return err
	})
	return result, err
}

func checkCompareAndSet(key string, expected *location.SeqNo, next location.VersionedData) error {
	if err := location.CheckKey(key, MaxKeyBytes); err != nil {
		return err
	}
	if len(next.Data) > MaxValueBytes {
		return location.NewDeterminate(fmt.Errorf("compare-and-set %q: a value of %d bytes, longer than %d: %w",
			key, len(next.Data), MaxValueBytes, location.ErrInvalidArgument))
	}
	return location.CheckCompareAndSet(key, expected, next.SeqNo)
}

// Truncate deletes the versions below upTo and counts them (C8).
func (s *Consensus) Truncate(ctx context.Context, key string, upTo location.SeqNo) (int64, error) {
	if err := location.CheckKey(key, MaxKeyBytes); err != nil {
		return 0, err
	}
	if !upTo.Legal() {
		// No column holds such a bound: it is above every head.
		head, found, err := s.Head(ctx, key)
		if err != nil {
			return 0, err
		}
		return truncation{found, head.SeqNo, 0}.deleted(key, upTo)
	}
	answers, err := query(ctx, s, s.write, "truncate", key, truncated, s.truncate, key, int64(upTo))
	if err != nil {
		return 0, err
	}
	return answers[0].deleted(key, upTo)
}

// A truncation is what the statement answers: the head, if there is one, and how many
// versions it deleted.
type truncation struct {
	found bool
	head  location.SeqNo
	count int64
}

func truncated(row pgx.CollectableRow) (t truncation, err error) {
	var head *int64
	err = row.Scan(&head, &t.count)
	if head != nil {
		t.found, t.head = true, location.SeqNo(*head)
	}
	return t, err
}

func (t truncation) deleted(key string, upTo location.SeqNo) (int64, error) {
	switch {
	case !t.found:
		return 0, location.RefuseTruncation(key, upTo, nil)
	case t.head < upTo:
		return 0, location.RefuseTruncation(key, upTo, &t.head)
	default:
		return t.count, nil
	}
}

// ListKeys streams the keys in order, a thousand at a time, so that no connection is
// held while the caller works on them. They come from where writes go: that a key is
// missing which was created before is more than an old head (C9).
func (s *Consensus) ListKeys(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		after := "" // below every key
		for {
			keys, err := query(ctx, s, s.write, "list keys after", after, pgx.RowTo[string], s.listKeys, after, listPage)
			if err != nil {
				yield("", err)
				return
			}
			for _, key := range keys {
				if !yield(key, nil) {
					return
				}
			}
			if len(keys) < listPage {
				return
			}
			after = keys[len(keys)-1]
		}
	}
}

// with runs call on a connection from pool. Its error is classified; whatever keeps
// a connection from being had happens before anything is sent.
func (s *Consensus) with(ctx context.Context, pool *pgxpool.Pool, op, key string, call func(*pgxpool.Conn) error) error {
	acquiring, cancel := context.WithTimeout(ctx, s.acquireTimeout)
	defer cancel()
	conn, err := pool.Acquire(acquiring)
	if err != nil {
		return unsent(op, key, err)
	}
	defer conn.Release()
	if err := call(conn); err != nil {
		return classify(op, key, err)
	}
	return nil
}

// query returns the rows that a statement answers with.
func query[T any](ctx context.Context, s *Consensus, pool *pgxpool.Pool, op, key string, row pgx.RowToFunc[T], sql string, args ...any) (all []T, err error) {
	err = s.with(ctx, pool, op, key, func(conn *pgxpool.Conn) error {
		rows, err := conn.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, row)
		return err
	})
	return all, err
}

func version(row pgx.CollectableRow) (v location.VersionedData, err error) {
	var seqNo int64
	err = row.Scan(&seqNo, &v.Data)
	v.SeqNo = location.SeqNo(seqNo)
	return v, err
}
