package property

import (
	"bytes"
	"context"
	"fmt"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
)

// label is the name of the label on the goroutines of a run in real time. A goroutine has
// the labels of the one that started it, so that those of other tests are told apart.
const label = "locationtest"

// labelled runs f and puts a label on all that it starts.
func labelled(ctx context.Context, value string, f func()) {
	pprof.Do(ctx, pprof.Labels(label, value), func(context.Context) { f() })
}

// How long goroutines may take to end, and how long when some have not once before.
const (
	longGrace  = 2 * time.Second
	shortGrace = 100 * time.Millisecond
)

// leaked returns the stacks of the goroutines with a label that are still there after some
// time to end; empty when there are none.
func leaked(value string, grace time.Duration) string {
	const pause = 5 * time.Millisecond
	for end := time.Now().Add(grace); ; time.Sleep(pause) {
		stacks := running(value)
		if stacks == "" || time.Now().After(end) {
			return stacks
		}
	}
}

// running returns the stacks of the goroutines with a label.
func running(value string) string {
	var all bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&all, 1); err != nil {
		return err.Error()
	}
	var found []string
	for stack := range strings.SplitSeq(all.String(), "\n\n") {
		if strings.Contains(stack, fmt.Sprintf("%q:%q", label, value)) {
			found = append(found, frames(stack))
		}
	}
	return strings.Join(found, "\n")
}

// frames are the functions and places of a stack, without their addresses.
func frames(stack string) string {
	var b strings.Builder
	for line := range strings.Lines(stack) {
		if frame := strings.Split(line, "\t"); len(frame) > 2 {
			b.WriteString(strings.Join(slices.DeleteFunc(frame[2:], func(s string) bool { return s == "" }), " "))
		}
	}
	return b.String()
}
