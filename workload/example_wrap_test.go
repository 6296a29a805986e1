package workload_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"log"
	"sync"
	"time"

	"github.com/assay-dev/assay/backends/mem"
	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A recorded Blob is a production client that writes down what it does. Each goroutine
// has one of its own: a process has one operation at a time.
type recorded struct {
	location.Blob
	journal *history.Log
	process int // changes after an operation of unknown outcome
	clients int
	clock   func() int64 // the same for all
}

func (r *recorded) Get(ctx context.Context, key string) ([]byte, bool, error) {
	answer := &history.Get{}
	call := r.clock()
	value, found, err := r.Blob.Get(ctx, key)
	if err == nil && found {
		answer.Found, answer.Value, answer.Size = true, name(value), int64(len(value))
	}
	r.record(key, answer, call, err)
	return value, found, err
}

func (r *recorded) Set(ctx context.Context, key string, value []byte) error {
	request := &history.Set{Value: name(value), Size: int64(len(value))}
	call := r.clock()
	err := r.Blob.Set(ctx, key, value)
	r.record(key, request, call, err)
	return err
}

// name names a value in the history, which holds no bytes. No value is written twice.
func name(value []byte) string { return fmt.Sprintf("%.4x", sha256.Sum256(value)) }

func (r *recorded) record(key string, action history.Action, call int64, err error) {
	op := history.Operation{Process: r.process, Key: key, Call: call, Return: r.clock(), Action: action}
	if err != nil {
		op.Outcome, op.Error = history.Fail, err.Error()
		if location.Classify(err) == location.Indeterminate {
			op.Outcome = history.Info
			r.process += r.clients
		}
	}
	r.journal.Append(op)
}

// A client as it is used in production, wrapped so that it records what it does: the
// history goes to a file, here in memory, and is checked afterwards.
func Example_wrappedClient() {
	ctx := context.Background()
	production, err := mem.OpenBlob(ctx, "mem:")
	if err != nil {
		log.Fatal(err)
	}
	defer production.Close()

	var file bytes.Buffer
	writer, err := history.NewWriter(&file, history.Header{Object: history.Blob})
	if err != nil {
		log.Fatal(err)
	}
	recorder := history.NewRecorder(writer, time.Second)

	const clients = 4
	start := time.Now()
	var all sync.WaitGroup
	for i := range clients {
		client := &recorded{production, recorder.Client(), i, clients, func() int64 { return int64(time.Since(start)) }}
		all.Go(func() {
			defer client.journal.End()
			for n := range 10 {
				if err := client.Set(ctx, "config", fmt.Appendf(nil, "client %d, version %d", i, n)); err != nil {
					log.Print(err)
				}
				if _, _, err := client.Get(ctx, "config"); err != nil {
					log.Print(err)
				}
			}
		})
	}
	all.Wait()
	if err := recorder.Close(); err != nil {
		log.Fatal(err)
	}

	h, err := history.Read(&file)
	if err != nil {
		log.Fatal(err)
	}
	result, err := checker.Check(ctx, h, checker.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(h.Operations), "operations:", result.Verdict)
	// Output: 80 operations: valid
}
