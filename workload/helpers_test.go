package workload

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"slices"
	"testing"

	"github.com/assay-dev/assay/backends/mem"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A hook is called before each operation of a store; when it fails the store does.
type hook func(ctx context.Context, op string) error

func noHook(context.Context, string) error { return nil }

// hookedConsensus is a Consensus behind a hook.
type hookedConsensus struct {
	location.Consensus
	hook hook
}

func (h hookedConsensus) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	if err := h.hook(ctx, "head"); err != nil {
		return location.VersionedData{}, false, err
	}
	return h.Consensus.Head(ctx, key)
}

func (h hookedConsensus) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (location.CompareAndSetResult, error) {
	if err := h.hook(ctx, "compare_and_set"); err != nil {
		return 0, err
	}
	return h.Consensus.CompareAndSet(ctx, key, expected, next)
}

func (h hookedConsensus) Scan(ctx context.Context, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	if err := h.hook(ctx, "scan"); err != nil {
		return nil, err
	}
	return h.Consensus.Scan(ctx, key, from, limit)
}

func (h hookedConsensus) Truncate(ctx context.Context, key string, upTo location.SeqNo) (int64, error) {
	if err := h.hook(ctx, "truncate"); err != nil {
		return 0, err
	}
	return h.Consensus.Truncate(ctx, key, upTo)
}

// hookedBlob is a Blob behind a hook.
type hookedBlob struct {
	location.Blob
	hook hook
}

func (h hookedBlob) Get(ctx context.Context, key string) ([]byte, bool, error) {
	if err := h.hook(ctx, "get"); err != nil {
		return nil, false, err
	}
	return h.Blob.Get(ctx, key)
}

func (h hookedBlob) Set(ctx context.Context, key string, value []byte) error {
	if err := h.hook(ctx, "set"); err != nil {
		return err
	}
	// What was not stopped by the hook takes effect, however late.
	return h.Blob.Set(context.WithoutCancel(ctx), key, value)
}

func (h hookedBlob) Delete(ctx context.Context, key string) (int64, bool, error) {
	if err := h.hook(ctx, "delete"); err != nil {
		return 0, false, err
	}
	return h.Blob.Delete(ctx, key)
}

func (h hookedBlob) Restore(ctx context.Context, key string) error {
	if err := h.hook(ctx, "restore"); err != nil {
		return err
	}
	return h.Blob.Restore(ctx, key)
}

// A trial is a runner on a store in memory whose history can be read afterwards.
type trial struct {
	*Runner
	rec  *history.Recorder
	file bytes.Buffer
	open []int         // the clients whose handles were opened
	blob location.Blob // the store, without its hook
}

func newTrial(t *testing.T, object history.Object, opts Options, h hook) *trial {
	t.Helper()
	tr := &trial{}
	tr.rec = newRecorder(t, &tr.file, object)
	var err error
	if object == history.Consensus {
		store, openErr := mem.OpenConsensus(t.Context(), "mem:")
		check(t, openErr)
		tr.Runner, err = NewConsensusRunner(func(_ context.Context, client int) (location.Consensus, error) {
			tr.open = append(tr.open, client)
			return hookedConsensus{store, h}, nil
		}, tr.rec, opts)
	} else {
		store, openErr := mem.OpenBlob(t.Context(), "mem:")
		check(t, openErr)
		tr.blob = store
		tr.Runner, err = NewBlobRunner(func(_ context.Context, client int) (location.Blob, error) {
			tr.open = append(tr.open, client)
			return hookedBlob{store, h}, nil
		}, tr.rec, opts)
	}
	check(t, err)
	return tr
}

func newRecorder(t testing.TB, to io.Writer, object history.Object) *history.Recorder {
	t.Helper()
	w, err := history.NewWriter(to, history.Header{Object: object})
	check(t, err)
	return history.NewRecorder(w, 0)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// operations returns what was recorded, by the time of the call. The run has to be over.
func (tr *trial) operations(t *testing.T) []history.Operation {
	t.Helper()
	check(t, tr.rec.Close())
	h, err := history.Read(&tr.file)
	check(t, err)
	slices.SortStableFunc(h.Operations, func(a, b history.Operation) int { return cmp.Compare(a.Call, b.Call) })
	return h.Operations
}

// run carries out a whole run that nothing may disturb.
func run(t *testing.T, object history.Object, opts Options, h hook) []history.Operation {
	t.Helper()
	tr := newTrial(t, object, opts, h)
	summary, err := tr.Run(t.Context())
	check(t, err)
	if !summary.Quiet || summary.Phase != Done || summary.HealError != nil {
		t.Fatalf("the run did not come to its end: %+v", summary)
	}
	return tr.operations(t)
}

// clientOf is the client that an operation is of: Clients and above in the quiet phase.
func clientOf(op *history.Operation, opts Options) int { return op.Process % (2 * opts.Clients) }
