package locationtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/assay-dev/assay/location"
)

// A probe is what the checks of both objects have in common: where they run, what
// the store declared, and how they fail. Its methods may be called from any
// goroutine started by together.
type probe struct {
	ctx     context.Context
	variant variant
	place   string // of this check alone
	caps    location.Capabilities
	largest int64 // value that is tried, in bytes
	errors  *witness
	rivals  *atomic.Int32 // callers that may be at work at the same time, if any
}

// A broken promise is panicked by failf and caught by attempt, so that a check
// reads as a straight line and needs no testing.T, whose failures could not be
// inspected from outside.
type broken struct{ error }

func (p *probe) failf(format string, args ...any) { panic(broken{fmt.Errorf(format, args...)}) }

// attempt runs f and returns why it failed.
func attempt(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case broken:
			err = r.error
		default:
			panic(r)
		}
	}()
	f()
	return nil
}

// together runs f(0) … f(n-1) in n goroutines, released at the same moment, and
// waits for all of them.
func (p *probe) together(n int, f func(i int)) {
	p.rivals.Add(int32(n))
	defer p.rivals.Add(int32(-n))
	var all sync.WaitGroup
	release := make(chan struct{})
	errs := make([]error, n)
	for i := range n {
		all.Go(func() {
			<-release
			errs[i] = attempt(func() { f(i) })
		})
	}
	close(release)
	all.Wait()
	for _, err := range errs {
		p.ok(err, "")
	}
}

// each runs f for every i below n, a few at a time: many operations on a server
// cost their latency only now and then.
func (p *probe) each(n int, f func(i int)) {
	const workers = 16
	p.together(min(workers, n), func(worker int) {
		for i := worker; i < n; i += workers {
			f(i)
		}
	})
}

// maxTries bounds how often a call is made that is not answered; between two of them the
// caller leaves its rivals some time.
const (
	maxTries = 1000
	retreat  = time.Millisecond
)

// answered makes a call and, where it has rivals, makes it again as long as it fails for
// certain: a store that cannot put callers in order may refuse to, and says by a
// determinate error that nothing happened. A caller without rivals has to be answered.
func (p *probe) answered(call func() error) error {
	err := call()
	for tries := 1; tries < maxTries && p.rivals.Load() > 0 && isFailure(err); tries++ {
		select {
		case <-time.After(retreat):
			err = call()
		case <-p.ctx.Done():
			return err
		}
	}
	return err
}

// isFailure tells a call that certainly did not happen from an answer.
func isFailure(err error) bool {
	if err == nil || location.Classify(err) != location.Determinate {
		return false
	}
	for _, refusal := range []error{
		location.ErrInvalidArgument, location.ErrTruncationRefused, location.ErrRestoreRefused, location.ErrUnsupported,
	} {
		if errors.Is(err, refusal) {
			return false
		}
	}
	return true
}

// ok fails on an error.
func (p *probe) ok(err error, call string, args ...any) {
	if err == nil {
		return
	}
	if call == "" {
		panic(broken{err})
	}
	p.failf("%s failed: %w", fmt.Sprintf(call, args...), err)
}

// refused demands an error.
func (p *probe) refused(err error, call string, args ...any) {
	if err == nil {
		p.failf("%s succeeded, but has to be an error", fmt.Sprintf(call, args...))
	}
}

// answeredBy demands the refusal why, which is an answer and hence determinate (E6).
func (p *probe) answeredBy(err, why error, call string, args ...any) {
	p.refused(err, call, args...)
	if !errors.Is(err, why) || location.Classify(err) != location.Determinate {
		p.failf("%s: %q is not the determinate refusal %q", fmt.Sprintf(call, args...), err, why)
	}
}

// until repeats look until it has nothing to complain about. Only a store that
// declared stale reads gets a second look.
func (p *probe) until(look func() error) {
	err := look()
	deadline := time.Now().Add(10 * time.Second)
	for err != nil && p.caps.StaleReads && time.Now().Before(deadline) {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-p.ctx.Done():
			p.ok(p.ctx.Err(), "waiting for a stale read to catch up")
		}
		err = look()
	}
	p.ok(err, "")
}

// maxKey is the longest key in bytes that the check may use.
func (p *probe) maxKey() int {
	longest := p.caps.MaxKeyBytes
	if longest == 0 {
		longest = location.MinMaxKeyBytes
	}
	return longest - len(p.variant.prefix)
}

// show prints a value without flooding the page.
func show(data []byte) string {
	if len(data) <= 40 {
		return fmt.Sprintf("%q", data)
	}
	return fmt.Sprintf("%q… (%d bytes)", data[:20], len(data))
}

// pattern returns n bytes in which every byte value occurs and no block of 4 KiB
// repeats its neighbour.
func pattern(n int) []byte {
	const block, shifts = 4 << 10, 251
	base := make([]byte, block+shifts)
	for i := range base {
		base[i] = byte(i)
	}
	data := make([]byte, n)
	for i := 0; i < n; i += block {
		copy(data[i:min(i+block, n)], base[i/block*31%shifts:])
	}
	return data
}

// uniform reports whether all bytes of data are the same.
func uniform(data []byte) bool {
	return len(data) == 0 || bytes.Count(data, data[:1]) == len(data)
}

// A witness sees every error that leaves the store and remembers the first one
// that is not of exactly one class (E1).
type witness struct {
	mu    sync.Mutex
	wrong error
}

// see passes err on.
func (w *witness) see(err error) error {
	if err == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.wrong == nil && !classed(err) {
		w.wrong = fmt.Errorf("not a *location.Error of one class: %T %q", err, err)
	}
	return err
}

func classed(err error) bool {
	e, outside := err.(*location.Error)
	return outside && e.Cause != nil && (e.Class == location.Determinate || e.Class == location.Indeterminate)
}

func (w *witness) verdict() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.wrong
}
