package workload_test

import (
	"context"
	"fmt"
	"log"
	"sync"
	"sync/atomic"

	"github.com/assay-dev/assay/backends/mem"
	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// A counter is a client of one's own: it increments a number by compare-and-set, and keeps
// a record of each call.
type counter struct {
	store   location.Consensus
	process int
	steps   *atomic.Int64 // a clock that only counts: enough where all share it
	record  []history.Operation
}

// increment reads the number and writes the next one; false when another one was faster.
func (c *counter) increment(ctx context.Context) (bool, error) {
	read := &history.Head{}
	call := c.steps.Add(1)
	head, found, err := c.store.Head(ctx, "counter")
	if err != nil {
		return false, err // a read that failed need not be recorded
	}
	if found {
		read.Found, read.Version = true, history.Version{SeqNo: head.SeqNo, Value: string(head.Data)}
	}
	c.keep(read, call)

	write := &history.CompareAndSet{HasExpected: found, Expected: head.SeqNo}
	var expected *location.SeqNo
	if found {
		expected, write.New.SeqNo = &head.SeqNo, head.SeqNo.Next()
	}
	// Values have names of their own, so that each read tells whose value it saw.
	write.New.Value = fmt.Sprintf("%v by %d", write.New.SeqNo, c.process)
	call = c.steps.Add(1)
	result, err := c.store.CompareAndSet(ctx, "counter", expected, location.VersionedData{SeqNo: write.New.SeqNo, Data: []byte(write.New.Value)})
	if err != nil {
		return false, err // a write that failed has to be recorded: as Fail or as Info
	}
	write.Committed = result == location.Committed
	c.keep(write, call)
	return write.Committed, nil
}

func (c *counter) keep(action history.Action, call int64) {
	c.record = append(c.record, history.Operation{Process: c.process, Key: "counter", Call: call, Return: c.steps.Add(1), Action: action})
}

// A workload of one's own, recorded by the client itself, and checked without any file.
func Example_customWorkload() {
	ctx := context.Background()
	store, err := mem.OpenConsensus(ctx, "mem:")
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	const clients, each = 5, 10
	var steps atomic.Int64
	var all sync.WaitGroup
	counters := make([]*counter, clients)
	for i := range counters {
		counters[i] = &counter{store: store, process: i, steps: &steps}
		all.Go(func() {
			for done := 0; done < each; {
				incremented, err := counters[i].increment(ctx)
				if err != nil {
					log.Print(err)
					return
				}
				if incremented {
					done++
				}
			}
		})
	}
	all.Wait()

	h := &history.History{Header: history.Header{Assay: history.FormatVersion, Object: history.Consensus}}
	for _, c := range counters {
		h.Operations = append(h.Operations, c.record...)
	}
	result, err := checker.Check(ctx, h, checker.Options{})
	if err != nil {
		log.Fatal(err)
	}
	head, _, err := store.Head(ctx, "counter")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(head.SeqNo, "after", clients*each, "increments:", result.Verdict)
	// Output: v49 after 50 increments: valid
}
