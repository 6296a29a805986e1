package locationtest

import (
	"context"

	"github.com/assay-dev/assay/location"
)

// A gate holds a write back until it is opened, and tells when the write has
// arrived and when it has been carried out.
type gate struct {
	arrived, opened chan struct{}
	done            chan error
}

func newGate() *gate {
	return &gate{make(chan struct{}), make(chan struct{}), make(chan error, 1)}
}

func (g *gate) pass(write func() error) error {
	close(g.arrived)
	<-g.opened
	err := write()
	g.done <- err
	return err
}

// giveUp cancels write while g holds it, then lets it go on and waits for its end.
func (p *probe) giveUp(g *gate, what string, write func(ctx context.Context) error) {
	ctx, cancel := context.WithCancel(p.ctx)
	told := make(chan error, 1)
	go func() { told <- write(ctx) }()
	<-g.arrived
	cancel()
	err := <-told
	close(g.opened)
	carriedOut := <-g.done
	p.refused(err, "%s that was given up", what)
	if location.Classify(err) != location.Indeterminate {
		p.failf("%s that was given up: %q has to be indeterminate", what, err)
	}
	p.ok(carriedOut, "%s in flight when its caller gave up", what)
}

type gatedConsensus struct {
	location.Consensus
	gate *gate
}

func (g gatedConsensus) CompareAndSet(ctx context.Context, key string, expected *location.SeqNo, next location.VersionedData) (result location.CompareAndSetResult, err error) {
	err = g.gate.pass(func() error {
		result, err = g.Consensus.CompareAndSet(ctx, key, expected, next)
		return err
	})
	return result, err
}

type gatedBlob struct {
	location.Blob
	gate *gate
}

func (g gatedBlob) Set(ctx context.Context, key string, value []byte) error {
	return g.gate.pass(func() error { return g.Blob.Set(ctx, key, value) })
}
