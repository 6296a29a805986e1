package workload

import (
	"context"
	"io"
	"iter"
	"testing"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// nothing is a Consensus and a Blob without a cost of its own.
type nothing struct{}

func (nothing) Head(context.Context, string) (v location.VersionedData, found bool, err error) {
	return
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

func discard(b testing.TB, object history.Object) *history.Recorder {
	w, err := history.NewWriter(io.Discard, history.Header{Object: object})
	if err != nil {
		b.Fatal(err)
	}
	return history.NewRecorder(w, 0)
}

func BenchmarkHarness(b *testing.B) {
	ctx := context.Background()
	for _, clients := range []int{1, 2, 10} {
		b.Run("consensus/clients="+string(rune('0'+clients/10))+string(rune('0'+clients%10)), func(b *testing.B) {
			rec := discard(b, history.Consensus)
			r, err := NewConsensusRunner(func(context.Context, int) (location.Consensus, error) { return nothing{}, nil }, rec,
				Options{Clients: clients, Ops: int64(b.N) * int64(clients), Seed: 1})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			if _, err := r.Run(ctx); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			rec.Close()
		})
		b.Run("blob/clients="+string(rune('0'+clients/10))+string(rune('0'+clients%10)), func(b *testing.B) {
			rec := discard(b, history.Blob)
			r, err := NewBlobRunner(func(context.Context, int) (location.Blob, error) { return nothing{}, nil }, rec,
				Options{Clients: clients, Ops: int64(b.N) * int64(clients), Seed: 1})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			if _, err := r.Run(ctx); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			rec.Close()
		})
	}
}
