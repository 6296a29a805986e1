package hosted

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/rpc"
	"path/filepath"
	"sync"

	"github.com/assay-dev/assay/backends/internal/embedded"
	"github.com/assay-dev/assay/backends/internal/params"
	"github.com/assay-dev/assay/location"
)

// A handle sends operations to the process that has the store, on one connection at a
// time: when that is broken, the next operation opens another.
type handle struct {
	embedded.Handle
	socket       string
	capabilities location.Capabilities

	mu         sync.Mutex
	connection *rpc.Client // nil when there is none
}

// Ping asks the process at rawURL whether it is there. A refused connection is
// [syscall.ECONNREFUSED].
func Ping(ctx context.Context, rawURL string) error {
	h, _, err := connect(ctx, rawURL)
	if err != nil {
		return err
	}
	return h.Close()
}

// open opens a handle on an object: the process has to be there, and to have it.
func open(ctx context.Context, rawURL, object string) (*handle, error) {
	h, answer, err := connect(ctx, rawURL)
	if err != nil {
		return nil, err
	}
	if answer.Object != object {
		return nil, errors.Join(params.Invalid("store URL %s: it is a %s and no %s", rawURL, answer.Object, object), h.Close())
	}
	h.capabilities = answer.Capabilities
	return h, nil
}

// connect asks the process what it has.
func connect(ctx context.Context, rawURL string) (*handle, Response, error) {
	u, query, err := params.Parse(rawURL)
	if err != nil {
		return nil, Response{}, err
	}
	if err := query.Err(); err != nil {
		return nil, Response{}, err
	}
	if u.Host != "" || u.User != nil || !filepath.IsAbs(u.Path) {
		return nil, Response{}, params.Invalid("store URL %s: write hosted:///socket", params.Redact(rawURL))
	}
	h := &handle{socket: u.Path}
	answer, err := h.send(ctx, Request{Op: opDescribe})
	if err != nil {
		return nil, Response{}, errors.Join(err, h.Close())
	}
	return h, answer, nil
}

// Close gives up the handle.
func (h *handle) Close() error {
	if !h.Handle.Close() {
		return nil
	}
	h.drop(h.connection)
	return nil
}

// Capabilities are those that the store declared when the handle was opened.
func (h *handle) Capabilities() location.Capabilities { return h.capabilities }

// do carries out an operation. What is wrong with its key the store itself says.
func (h *handle) do(ctx context.Context, q Request) (Response, error) {
	if err := h.StartListing(ctx, q.Op, q.Key); err != nil {
		return Response{}, err
	}
	return h.send(ctx, q)
}

// send sends a request, in a goroutine of its own, since a process that is paused
// takes nothing. The caller must not change the request any more.
func (h *handle) send(ctx context.Context, q Request) (Response, error) {
	connection, err := h.dial(ctx)
	if err != nil {
		return Response{}, location.NewDeterminate(fmt.Errorf("%s %q: not sent: %w", q.Op, q.Key, err))
	}
	var answer Response
	done := make(chan error, 1)
	go func() { done <- connection.Call(method, q, &answer) }()
	select {
	case err = <-done:
	case <-ctx.Done():
		return Response{}, location.NewIndeterminate(fmt.Errorf("%s %q: %w", q.Op, q.Key, ctx.Err()))
	}
	if err != nil {
		h.drop(connection)
		return Response{}, location.NewIndeterminate(fmt.Errorf("%s %q: %w", q.Op, q.Key, err))
	}
	return answer, answer.Failure.err()
}

// dial returns the connection, opened first if there is none. Nothing was sent
// when it fails.
func (h *handle) dial(ctx context.Context) (*rpc.Client, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.connection != nil {
		return h.connection, nil
	}
	var dialer net.Dialer
	stream, err := dialer.DialContext(ctx, "unix", h.socket)
	if err != nil {
		return nil, err
	}
	h.connection = rpc.NewClient(stream)
	return h.connection, nil
}

// drop gives up a connection, nil for none, if it is still the one in use.
func (h *handle) drop(connection *rpc.Client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if connection != nil && h.connection == connection {
		connection.Close() // it says that it is broken
		h.connection = nil
	}
}
