package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/serverstest"
	"github.com/assay-dev/assay/location"
)

// slowInserts makes every insert into the table rest between its look at the head and
// its commit, so that two of them certainly overlap.
func slowInserts(t *testing.T, s *Consensus) {
	t.Helper()
	for _, sql := range []string{
		`CREATE OR REPLACE FUNCTION rest() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END $$`,
		`CREATE TRIGGER rest AFTER INSERT ON ` + s.table + ` EXECUTE FUNCTION rest()`,
	} {
		_, err := s.write.Exec(t.Context(), sql)
		must(t, err)
	}
}

// fork has two clients go from the same head to different versions, and returns how
// often that committed and how often it failed with 40001.
func fork(t *testing.T, s *Consensus, key string, expected *location.SeqNo, next [2]location.SeqNo) (commits, failures int) {
	t.Helper()
	var mu sync.Mutex
	var clients sync.WaitGroup
	start := make(chan struct{})
	for _, n := range next {
		clients.Go(func() {
			<-start
			result, err := s.CompareAndSet(t.Context(), key, expected, location.VersionedData{SeqNo: n})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case isState(err, serializationFailure) && location.Classify(err) == location.Determinate:
				failures++
			case err != nil:
				t.Error(err)
			case result == location.Committed:
				commits++
			}
		})
	}
	close(start)
	clients.Wait()
	return commits, failures
}

func TestAKeyForksUnlessTheLevelIsSerializable(t *testing.T) {
	server := serverstest.Postgres(t, quick())
	base := newDatabase(t, server, "levels")
	one := location.SeqNo(1)
	for _, level := range []struct {
		name    string
		commits int
	}{{"serializable", 1}, {"repeatable-read", 2}, {"read-committed", 2}} {
		t.Run(level.name, func(t *testing.T) {
			s := open(t, with(t, base, "isolation", level.name, "schema", level.name))
			commit(t, s, "k", nil, one)
			slowInserts(t, s)
			commits, failures := fork(t, s, "k", &one, [2]location.SeqNo{2, 3})
			if commits != level.commits || commits+failures != 2 {
				t.Errorf("from v1 to v2 and v3: %d commits and %d failures", commits, failures)
			}
			commits, failures = fork(t, s, "new", nil, [2]location.SeqNo{5, 6})
			if commits != level.commits || commits+failures != 2 {
				t.Errorf("two creations: %d commits and %d failures", commits, failures)
			}
		})
	}
}

func TestTwoCommitsOfTheSameNumberAreOneAndAMismatchAtEveryLevel(t *testing.T) {
	server := serverstest.Postgres(t, quick())
	base := newDatabase(t, server, "numbers")
	one := location.SeqNo(1)
	for level := range levels() {
		t.Run(level, func(t *testing.T) {
			s := open(t, with(t, base, "isolation", level, "schema", level))
			commit(t, s, "k", nil, one)
			slowInserts(t, s)
			if commits, _ := fork(t, s, "k", &one, [2]location.SeqNo{2, 2}); commits != 1 {
				t.Errorf("%d commits", commits)
			}
		})
	}
}

// Truncations that overlap wait for each other's rows. What they count adds up.
func TestTruncationsThatOverlapCountEachVersionOnce(t *testing.T) {
	server := serverstest.Postgres(t, quick())
	base := newDatabase(t, server, "truncations")
	for level := range levels() {
		t.Run(level, func(t *testing.T) {
			s := open(t, with(t, base, "isolation", level, "schema", level))
			const versions, clients = 40, 8
			var head *location.SeqNo
			for n := range location.SeqNo(versions) {
				commit(t, s, "k", head, n)
				head = &n
			}
			var truncations sync.WaitGroup
			counts := make([]int64, clients)
			for client := range clients {
				truncations.Go(func() {
					for upTo := location.SeqNo(client); upTo < versions; upTo += 2 {
						n, err := s.Truncate(t.Context(), "k", upTo)
						if err != nil && location.Classify(err) != location.Determinate {
							t.Error(err)
						}
						counts[client] += n
					}
				})
			}
			truncations.Wait()
			left, err := s.Scan(t.Context(), "k", 0, location.ScanAll)
			must(t, err)
			var deleted int64
			for _, n := range counts {
				deleted += n
			}
			if deleted+int64(len(left)) != versions {
				t.Errorf("%d deleted, %d left of %d", deleted, len(left), versions)
			}
		})
	}
}

func TestReadsFromAReplicaAreStaleAndDeclaredSo(t *testing.T) {
	primary := serverstest.Postgres(t, quick())
	base := newDatabase(t, primary, "replicated")
	replica := serverstest.PostgresReplica(t, primary, quick())
	s := open(t, with(t, base, "read", replica.Address))
	if !s.Capabilities().StaleReads {
		t.Error("stale reads are not declared")
	}
	must(t, replica.Exec(t.Context(), "SELECT pg_wal_replay_pause()"))
	commit(t, s, "k", nil, 1)
	_, found, err := s.Head(t.Context(), "k")
	must(t, err)
	versions, err := s.Scan(t.Context(), "k", 0, location.ScanAll)
	must(t, err)
	if found || len(versions) > 0 {
		t.Error("a read came from the primary")
	}
	// Nothing else comes from there: no relaxation allows it.
	var listed []string
	for key, err := range s.ListKeys(t.Context()) {
		must(t, err)
		listed = append(listed, key)
	}
	if !slices.Equal(listed, []string{"k"}) {
		t.Errorf("listed %q", listed)
	}
	two := location.SeqNo(2)
	commit(t, s, "k", new(location.SeqNo(1)), two)
	if n, err := s.Truncate(t.Context(), "k", two); n != 1 || err != nil {
		t.Errorf("truncated %d, %v", n, err)
	}
	must(t, replica.Exec(t.Context(), "SELECT pg_wal_replay_resume()"))
	must(t, servers.WaitReady(t.Context(), replica, func(context.Context) error {
		head, found, err := s.Head(t.Context(), "k")
		if err == nil && (!found || head.SeqNo != two) {
			err = fmt.Errorf("the head is %v", head.SeqNo)
		}
		return err
	}))
}

func TestAStoreWithAReplicaOpensWhenTheReplicaHasItsTable(t *testing.T) {
	primary := serverstest.Postgres(t, quick())
	replica := serverstest.PostgresReplica(t, primary, quick())
	rawURL := with(t, primary.URL(servers.PostgresDatabase), "read", replica.Address)
	must(t, replica.Exec(t.Context(), "SELECT pg_wal_replay_pause()"))
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if s, err := OpenConsensus(ctx, rawURL); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("OpenConsensus = %v, %v", s, err)
	}
	must(t, replica.Exec(t.Context(), "SELECT pg_wal_replay_resume()"))
	s := open(t, rawURL)
	_, _, err := s.Head(t.Context(), "k")
	must(t, err)
}
