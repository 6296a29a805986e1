package workload

import (
	"context"
	"io"
	"time"
)

// A Progress shows where a run stands.
type Progress struct {
	// To is where it is written.
	To io.Writer
	// Terminal: one line is rewritten in place, several times a second. Otherwise a
	// plain line is written every few seconds.
	Terminal bool
	// Name begins each line.
	Name string
}

// Show writes until ctx ends, and then a last line.
func (p Progress) Show(ctx context.Context, counters func() Counters) {}

var _ = time.Second
