package workload

import (
	"context"
	"fmt"
	"io"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/assay-dev/assay/backends/mem"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// nothing is a Consensus and a Blob that cost nothing.
type nothing struct{}

func (nothing) Head(context.Context, string) (v location.VersionedData, found bool, err error) {
	return v, false, nil
}
func (nothing) CompareAndSet(context.Context, string, *location.SeqNo, location.VersionedData) (location.CompareAndSetResult, error) {
	return location.Committed, nil
}
func (nothing) Scan(context.Context, string, location.SeqNo, int64) ([]location.VersionedData, error) {
	return nil, nil
}
func (nothing) Truncate(context.Context, string, location.SeqNo) (int64, error) { return 0, nil }
func (nothing) ListKeys(context.Context) iter.Seq2[string, error] {
	return func(func(string, error) bool) {}
}
func (nothing) Get(context.Context, string) ([]byte, bool, error)   { return nil, false, nil }
func (nothing) Set(context.Context, string, []byte) error           { return nil }
func (nothing) Delete(context.Context, string) (int64, bool, error) { return 0, false, nil }
func (nothing) Restore(context.Context, string) error               { return nil }
func (nothing) ListKeysAndMetadata(context.Context, string) iter.Seq2[location.BlobMetadata, error] {
	return func(func(location.BlobMetadata, error) bool) {}
}

// burst is how many operations a client makes per turn of a benchmark: so few that its
// log takes them all, and encoding, which is another goroutine's work, is not measured.
const burst = 2000

// BenchmarkClient shows the time per operation and client, side by side: bare are the
// same calls from a plain loop, harness is a whole run without its opening.
func BenchmarkClient(b *testing.B) {
	for _, store := range []string{"nothing", "mem"} {
		for _, object := range []history.Object{history.Consensus, history.Blob} {
			for _, clients := range []int{1, 2} {
				name := fmt.Sprintf("%s/%s/clients=%d", store, object, clients)
				b.Run(name+"/bare", func(b *testing.B) { benchmark(b, store, object, clients, bare) })
				b.Run(name+"/harness", func(b *testing.B) { benchmark(b, store, object, clients, harness) })
			}
		}
	}
}

// benchmark reports what drive takes for burst operations of each client.
func benchmark(b *testing.B, store string, object history.Object, clients int, drive func(*testing.B, *Runner) time.Duration) {
	var spent time.Duration
	for i := range b.N {
		b.StopTimer()
		rec := newRecorder(b, io.Discard, object)
		opts := Options{Clients: clients, Ops: int64(clients * burst), Seed: uint64(i)}
		r, err := benchRunner(store, object, rec, opts)
		check(b, err)
		b.StartTimer()
		spent += drive(b, r)
		b.StopTimer()
		check(b, rec.Close())
		b.StartTimer()
	}
	b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N*burst), "ns/op+client")
}

func benchRunner(store string, object history.Object, rec *history.Recorder, opts Options) (*Runner, error) {
	if object == history.Blob {
		var blob location.Blob = nothing{}
		if store == "mem" {
			blob, _ = mem.OpenBlob(context.Background(), "mem:")
		}
		return NewBlobRunner(func(context.Context, int) (location.Blob, error) { return blob, nil }, rec, opts)
	}
	var consensus location.Consensus = nothing{}
	if store == "mem" {
		consensus, _ = mem.OpenConsensus(context.Background(), "mem:")
	}
	return NewConsensusRunner(func(context.Context, int) (location.Consensus, error) { return consensus, nil }, rec, opts)
}

// harness times the requests of a run: from the first to where healing would begin.
func harness(b *testing.B, r *Runner) time.Duration {
	var spent time.Duration
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	r.opts.Heal = func(context.Context) error {
		spent = r.Counters().Elapsed
		cancel() // no quiet phase
		return nil
	}
	_, _ = r.Run(ctx)
	return spent
}

// bare times the calls of the same requests, settled beforehand, from a plain loop.
func bare(b *testing.B, r *Runner) time.Duration {
	b.StopTimer()
	workers, calls := make([]worker, r.opts.Clients), make([][]call, r.opts.Clients)
	for i := range workers {
		var err error
		workers[i], err = r.object.worker(b.Context(), i)
		check(b, err)
		for range burst {
			c, _ := workers[i].next()
			workers[i].abandon() // every call keeps its value
			calls[i] = append(calls[i], c)
		}
	}
	b.StartTimer()
	var done sync.WaitGroup
	start := time.Now()
	for i, w := range workers {
		done.Go(func() {
			for _, c := range calls[i] {
				_ = w.send(b.Context(), c, func() bool { return false })
			}
		})
	}
	done.Wait()
	return time.Since(start)
}
