package job

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/assay-dev/assay/backends"
)

// Two clients share a handle, and no more: what goes wrong inside a handle shows, and
// what goes wrong between two.
const clientsPerHandle = 2

// probe is the handle that tells whether the store can be reached.
const probe = -1

// handleOf returns the number of the handle that a client uses. The clients of the
// quiet phase, numbered on from the others, use fresh ones.
func handleOf(client, clients int) int {
	if client < clients {
		return client / clientsPerHandle
	}
	return clients + client/clientsPerHandle
}

// handles are the handles opened on one store, by number. It is ready to use once it
// has a URL.
type handles struct {
	url string
	// route returns the URL by which a numbered handle is opened, given the store's.
	route func(number int, url string) (string, error)
	mu    sync.Mutex
	open  map[int]io.Closer
}

func (h *handles) consensus(ctx context.Context, number int) (backends.Consensus, error) {
	return handle(ctx, h, number, backends.OpenConsensus)
}

func (h *handles) blob(ctx context.Context, number int) (backends.Blob, error) {
	return handle(ctx, h, number, backends.OpenBlob)
}

// handle returns the handle of a number, which it opens when it is asked for first.
func handle[S io.Closer](ctx context.Context, h *handles, number int, open func(context.Context, string) (S, error)) (S, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if opened, ok := h.open[number]; ok {
		return opened.(S), nil
	}
	through := h.url
	if h.route != nil {
		var err error
		if through, err = h.route(number, h.url); err != nil {
			var none S
			return none, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	opened, err := open(ctx, through)
	if err != nil {
		return opened, err
	}
	if h.open == nil {
		h.open = map[int]io.Closer{}
	}
	h.open[number] = opened
	return opened, nil
}

// closeTimeout is how long handles may take to close: some wait for their calls, and a
// call may never return.
const closeTimeout = 10 * time.Second

func (h *handles) close() error {
	closed := make(chan error, 1)
	go func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		var errs []error
		for _, opened := range h.open {
			errs = append(errs, opened.Close())
		}
		closed <- errors.Join(errs...)
	}()
	select {
	case err := <-closed:
		return err
	case <-time.After(closeTimeout):
		return fmt.Errorf("the handles are not closed after %v: a call on them does not return", closeTimeout)
	}
}

// shareable gives a nameless place in memory a name of its own: without one, every
// handle would be another store.
func shareable(rawURL string) string {
	if u, err := url.Parse(rawURL); err != nil || u.Scheme != "mem" || u.Opaque != "" || u.Host != "" || u.Path != "" {
		return rawURL
	}
	return strings.Replace(rawURL, "mem:", "mem:"+strings.TrimSuffix(freshPrefix(), "/"), 1)
}
