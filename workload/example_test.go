package workload_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"time"

	"github.com/assay-dev/assay/backends/mem"
	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// A workload of one's own mix, recorded in memory and checked.
func Example() {
	ctx := context.Background()
	store, err := mem.OpenBlob(ctx, "mem:")
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	var file bytes.Buffer
	writer, err := history.NewWriter(&file, history.Header{Object: history.Blob})
	if err != nil {
		log.Fatal(err)
	}
	recorder := history.NewRecorder(writer, time.Second)
	open := func(context.Context, int) (location.Blob, error) { return store, nil }
	runner, err := workload.NewBlobRunner(open, recorder, workload.Options{
		Clients: 3, Ops: 300, Seed: 1,
		Weights: map[string]int{"delete": 30, "list": 0}, // the others keep theirs
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := runner.Run(ctx); err != nil {
		log.Fatal(err)
	}
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
	fmt.Println(result.Verdict)
	// Output: valid
}
