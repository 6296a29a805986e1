package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/serverstest"
	"github.com/assay-dev/assay/location"
)

// BenchmarkCompareAndSet has 16 clients read a head and move it forward. It reports
// which part of the compare-and-sets committed, mismatched and failed with 40001.
func BenchmarkCompareAndSet(b *testing.B) {
	server := serverstest.Postgres(b, servers.PostgresOptions{})
	base := newDatabase(b, server, "bench")
	for _, level := range []string{"serializable", "repeatable-read", "read-committed"} {
		for _, keys := range []int{1, 20, 1000} {
			b.Run(fmt.Sprintf("%s/keys=%d", level, keys), func(b *testing.B) {
				schema := fmt.Sprint(level, keys, b.N)
				s := open(b, with(b, base, "isolation", level, "schema", schema))
				benchmarkCompareAndSet(b, s, keys)
			})
		}
	}
}

const benchmarkClients = 16

func benchmarkCompareAndSet(b *testing.B, s *Consensus, keys int) {
	var next, committed, mismatched, failed atomic.Int64
	var clients sync.WaitGroup
	b.ResetTimer()
	for client := range benchmarkClients {
		clients.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(client)))
			for next.Add(1) <= int64(b.N) {
				switch result, err := increment(s, fmt.Sprint("key", random.IntN(keys))); {
				case err != nil && location.Classify(err) == location.Determinate:
					failed.Add(1)
				case err != nil:
					b.Error(err)
				case result == location.Committed:
					committed.Add(1)
				default:
					mismatched.Add(1)
				}
			}
		})
	}
	clients.Wait()
	percent := func(n int64) float64 { return 100 * float64(n) / float64(b.N) }
	b.ReportMetric(percent(committed.Load()), "%committed")
	b.ReportMetric(percent(mismatched.Load()), "%mismatched")
	b.ReportMetric(percent(failed.Load()), "%failed")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "increments/s")
	b.ReportMetric(float64(committed.Load())/b.Elapsed().Seconds(), "commits/s")
}

func increment(s *Consensus, key string) (location.CompareAndSetResult, error) {
	ctx := context.Background()
	head, found, err := s.Head(ctx, key)
	if err != nil {
		return location.ExpectationMismatch, err
	}
	if !found {
		return s.CompareAndSet(ctx, key, nil, location.VersionedData{})
	}
	return s.CompareAndSet(ctx, key, &head.SeqNo, location.VersionedData{SeqNo: head.SeqNo.Next()})
}
