//go:build unix

package workload

import (
	"context"
	"fmt"
	"io"
	"iter"
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
// calls of a plain loop, harness is everything from the first request of a run to the
// last. It shows processor time too, which a busy machine does not distort.
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
func benchmark(b *testing.B, store string, object history.Object, clients int, drive func(*testing.B, *Runner) spent) {
	var total spent
	turns := 0
	for b.Loop() {
		rec := newRecorder(b, io.Discard, object)
		opts := Options{Clients: clients, Ops: int64(clients * burst), Seed: uint64(turns)}
		r, err := benchRunner(store, object, rec, opts)
		check(b, err)
		s := drive(b, r)
		total.wall, total.cpu = total.wall+s.wall, total.cpu+s.cpu
		check(b, rec.Close())
		turns++
	}
	operations := float64(turns * burst * clients)
	b.ReportMetric(float64(total.wall.Nanoseconds())*float64(clients)/operations, "ns/operation")
	b.ReportMetric(float64(total.cpu.Nanoseconds())/operations, "cpu-ns/operation")
	b.ReportMetric(0, "ns/op") // a turn with its opening and closing means nothing
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

// spent is the time that all clients took, by the clock and of the processors.
type spent struct{ wall, cpu time.Duration }

func now() spent {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return spent{time.Duration(time.Now().UnixNano()), time.Duration(usage.Utime.Nano() + usage.Stime.Nano())}
}

func since(start spent) spent {
	end := now()
	return spent{end.wall - start.wall, end.cpu - start.cpu}
}

// harness measures a run from its first request to where healing would begin.
func harness(b *testing.B, r *Runner) spent {
	var start, total spent
	var once sync.Once
	r.object = startedObject{r.object, func() { once.Do(func() { start = now() }) }}
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

// startedObject tells of the first request.
type startedObject struct {
	object
	started func()
}

func (o startedObject) worker(ctx context.Context, client int) (worker, error) {
	w, err := o.object.worker(ctx, client)
	return startedWorker{w, o.started}, err
}

type startedWorker struct {
	worker
	started func()
}

func (w startedWorker) next() (call, bool) {
	w.started()
	return w.worker.next()
}

// bare measures the calls of the same requests, settled beforehand, in a plain loop.
func bare(b *testing.B, r *Runner) spent {
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
