package checker_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/workload/history"
)

// A history that came from elsewhere: any program can write JSON lines.
func ExampleCheck() {
	const recorded = `{"assay":1,"object":"consensus"}
{"process":0,"op":"compare_and_set","key":"k","call":10,"return":20,"outcome":"ok","expected":null,"new":{"seqno":1,"value":"a"},"committed":true}
{"process":1,"op":"head","key":"k","call":30,"return":40,"outcome":"ok","head":null}
`
	h, err := history.Read(strings.NewReader(recorded))
	if err != nil {
		log.Fatal(err)
	}
	result, err := checker.Check(context.Background(), h, checker.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Verdict)
	for _, v := range result.Violations {
		fmt.Printf("key %s breaks %s, lines %v\n", v.Key, v.Clause, v.Lines)
	}
	// Output:
	// invalid
	// key k breaks C1, lines [2 3]
}

// What a client of one's own did, recorded by hand: stamp before and after each call, on
// one clock, and give every value that is written a name of its own.
func ExampleCheck_ownClient() {
	h := &history.History{
		Header: history.Header{Assay: history.FormatVersion, Object: history.Blob},
		Operations: []history.Operation{
			{Process: 0, Key: "k", Call: 1, Return: 4, Action: &history.Set{Value: "first", Size: 100}},
			// The set below timed out: it may have happened, at any time from its call on.
			{Process: 1, Key: "k", Call: 2, Return: 6, Outcome: history.Info, Error: "timeout", Action: &history.Set{Value: "second", Size: 101}},
			{Process: 0, Key: "k", Call: 7, Return: 8, Action: &history.Get{Found: true, Value: "second", Size: 101}},
		},
	}
	result, err := checker.Check(context.Background(), h, checker.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Verdict)
	// Output: valid
}
