//go:build unix

package workload

import (
	"context"
	"fmt"
	"io"
	"iter"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
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

// BenchmarkClient shows, side by side, what an operation costs its client: bare are the
// calls of a run in a plain loop, harness is the run, from its first request to its
// last. It shows processor time too, which a busy machine distorts less.
func BenchmarkClient(b *testing.B) {
	for _, store := range []string{"nothing", "mem"} {
		for _, object := range []history.Object{history.Consensus, history.Blob} {
			for _, clients := range []int{1, 2} {
				b.Run(fmt.Sprintf("%s/%s/clients=%d", store, object, clients), func(b *testing.B) {
					benchmark(b, store, object, clients)
				})
			}
		}
	}
}

func benchmark(b *testing.B, store string, object history.Object, clients int) {
	// Garbage is collected between the turns, not in one of the two at random.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var bare, harness spent
	turns := 0
	for b.Loop() {
		rec := newRecorder(b, io.Discard, object)
		runner := func() *Runner {
			return benchRunner(b, store, object, rec, Options{Clients: clients, Ops: int64(clients * burst), Seed: uint64(turns)})
		}
		rehearsal := &collector{calls: make([][]call, clients)}
		drive(b, runner(), rehearsal)
		bare.add(replay(b, runner(), rehearsal.calls))
		harness.add(drive(b, runner(), nil))
		check(b, rec.Close())
		turns++
	}
	operations := float64(turns * burst * clients)
	b.ReportMetric(float64(bare.wall.Nanoseconds())*float64(clients)/operations, "bare-ns")
	b.ReportMetric(float64(harness.wall.Nanoseconds())*float64(clients)/operations, "harness-ns")
	b.ReportMetric(float64(bare.cpu.Nanoseconds())/operations, "bare-cpu-ns")
	b.ReportMetric(float64(harness.cpu.Nanoseconds())/operations, "harness-cpu-ns")
	b.ReportMetric(0, "ns/op") // a turn as a whole means nothing
}

// benchRunner returns a runner on a fresh store.
func benchRunner(b *testing.B, store string, object history.Object, rec *history.Recorder, opts Options) *Runner {
	var blob location.Blob = nothing{}
	var consensus location.Consensus = nothing{}
	if store == "mem" {
		var err error
		blob, err = mem.OpenBlob(b.Context(), "mem:")
		check(b, err)
		consensus, err = mem.OpenConsensus(b.Context(), "mem:")
		check(b, err)
	}
	r, err := NewBlobRunner(func(context.Context, int) (location.Blob, error) { return blob, nil }, rec, opts)
	if object == history.Consensus {
		r, err = NewConsensusRunner(func(context.Context, int) (location.Consensus, error) { return consensus, nil }, rec, opts)
	}
	check(b, err)
	return r
}

// spent is the time that all clients took, by the clock and of the processors.
type spent struct{ wall, cpu time.Duration }

func (s *spent) add(t spent) { s.wall, s.cpu = s.wall+t.wall, s.cpu+t.cpu }

func now() spent {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return spent{time.Duration(time.Now().UnixNano()), time.Duration(usage.Utime.Nano() + usage.Stime.Nano())}
}

func since(start spent) spent {
	end := now()
	return spent{end.wall - start.wall, end.cpu - start.cpu}
}

// drive measures a run from its first request to where healing would begin. Its calls
// are collected where a collector is given.
func drive(b *testing.B, r *Runner, collected *collector) spent {
	runtime.GC()
	var start, total spent
	var once sync.Once
	r.object = watchedObject{r.object, func() { once.Do(func() { start = now() }) }, collected}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	r.opts.Heal = func(context.Context) error {
		total = since(start)
		cancel() // no quiet phase
		return nil
	}
	_, _ = r.Run(ctx)
	return total
}

// A collector keeps the calls of each client.
type collector struct{ calls [][]call }

// A watchedObject tells of requests, and keeps the calls if a collector is given.
type watchedObject struct {
	object
	started   func()
	collected *collector
}

func (o watchedObject) worker(ctx context.Context, client int) (worker, error) {
	w, err := o.object.worker(ctx, client)
	return &watchedWorker{w, o, client}, err
}

type watchedWorker struct {
	worker
	object watchedObject
	client int
}

func (w *watchedWorker) next() (call, bool) {
	w.object.started()
	c, ok := w.worker.next()
	if w.object.collected != nil {
		w.worker.abandon() // each call keeps its value
		calls := &w.object.collected.calls[w.client]
		*calls = append(*calls, c)
	}
	return c, ok
}

// replay measures the calls of a run in a plain loop.
func replay(b *testing.B, r *Runner, calls [][]call) spent {
	workers := make([]worker, len(calls))
	for i := range workers {
		var err error
		workers[i], err = r.object.worker(b.Context(), i)
		check(b, err)
	}
	runtime.GC()
	var done sync.WaitGroup
	start := now()
	for i, w := range workers {
		done.Go(func() {
			for _, c := range calls[i] {
				_ = w.send(b.Context(), c, func() bool { return false })
			}
		})
	}
	done.Wait()
	return since(start)
}
