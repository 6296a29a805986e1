//go:build unix

package workload

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/serverstest"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// throughputClients work at the same time in BenchmarkThroughput.
const throughputClients = 16

// BenchmarkThroughput shows, side by side, how many operations per second a Consensus
// answers: bare in a plain loop for each client, harness in a run that is recorded into
// a file. Both draw the same requests and take turns on fresh stores. Give it several
// turns, -benchtime 10x; kept is the median of what the harness leaves of the bare rate.
func BenchmarkThroughput(b *testing.B) {
	b.Run("mem", func(b *testing.B) {
		benchmarkThroughput(b, 20_000, func(n int) string { return fmt.Sprint("mem:bench", n) })
	})
	b.Run("postgres", func(b *testing.B) {
		base := serverstest.Postgres(b, servers.PostgresOptions{}).URL(servers.PostgresDatabase)
		benchmarkThroughput(b, 1000, func(n int) string {
			return base + "?" + url.Values{"schema": {fmt.Sprint("bench", n)}}.Encode()
		})
	})
}

// benchmarkThroughput has each client make the given number of operations per turn.
func benchmarkThroughput(b *testing.B, operations int, place func(n int) string) {
	var bare, harness spent
	var kept []float64
	places := 0
	measure := func(run func(*testing.B, backends.Consensus, Options) spent, seed int) spent {
		store, err := backends.OpenConsensus(b.Context(), place(places))
		check(b, err)
		places++
		defer store.Close()
		runtime.GC()
		return run(b, store, Options{Clients: throughputClients, Ops: int64(throughputClients * operations), Seed: uint64(seed)})
	}
	turns := 0
	for b.Loop() {
		var plain, recorded spent
		if turns%2 == 0 { // neither is always the first
			plain, recorded = measure(loopPlainly, turns), measure(record, turns)
		} else {
			recorded, plain = measure(record, turns), measure(loopPlainly, turns)
		}
		bare.add(plain)
		harness.add(recorded)
		kept = append(kept, 100*plain.wall.Seconds()/recorded.wall.Seconds())
		turns++
	}
	slices.Sort(kept)
	total := float64(turns * operations * throughputClients)
	b.ReportMetric(total/bare.wall.Seconds(), "bare-ops/s")
	b.ReportMetric(total/harness.wall.Seconds(), "harness-ops/s")
	b.ReportMetric(float64(bare.cpu.Nanoseconds())/total, "bare-cpu-ns")
	b.ReportMetric(float64(harness.cpu.Nanoseconds())/total, "harness-cpu-ns")
	b.ReportMetric(kept[len(kept)/2], "%kept")
	b.ReportMetric(0, "ns/op") // a turn as a whole means nothing
}

// loopPlainly has each client make its calls one after the other, and nothing else.
func loopPlainly(b *testing.B, store backends.Consensus, opts Options) spent {
	object := newConsensusObject(opening(store), opts.withDefaults(history.Consensus))
	var clients sync.WaitGroup
	start := now()
	for i := range opts.Clients {
		w, err := object.worker(b.Context(), i)
		check(b, err)
		clients.Go(func() {
			for range opts.Ops / int64(opts.Clients) {
				c, _ := w.next()
				if err := w.send(b.Context(), c, func() bool { return true }); err == nil {
					w.learn(c.action)
				} else {
					w.abandon()
				}
			}
		})
	}
	clients.Wait()
	return since(start)
}

// record lets a runner do the same and records it, up to where healing would begin.
func record(b *testing.B, store backends.Consensus, opts Options) (took spent) {
	writer, err := history.Create(filepath.Join(b.TempDir(), "history.jsonl.zst"), history.Header{Object: history.Consensus})
	check(b, err)
	rec := history.NewRecorder(writer, 0)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	start := now()
	opts.Heal = func(context.Context) error {
		took = since(start)
		cancel() // no quiet phase
		return nil
	}
	r, err := NewConsensusRunner(opening(store), rec, opts)
	check(b, err)
	_, _ = r.Run(ctx)
	check(b, rec.Close())
	return took
}

func opening(store location.Consensus) OpenConsensus {
	return func(context.Context, int) (location.Consensus, error) { return store, nil }
}
