package hosted

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/rpc"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/assay-dev/assay/backends/bolt"
	"github.com/assay-dev/assay/backends/file"
	"github.com/assay-dev/assay/location"
)

// variable marks a process as one that is to host a store.
const variable = "ASSAY_HOST"

// IsChild reports whether this process was started to host a store: then its main
// function, or TestMain, has to call [Main] and end.
func IsChild() bool { return os.Getenv(variable) != "" }

// Command returns the arguments and the environment of a process of this program that
// hosts the store at storeURL, for its whole life, and serves it on a socket.
func Command(storeURL, socket string) (args, env []string) {
	return []string{"host", storeURL, socket}, append(os.Environ(), variable+"=1")
}

// Main hosts the store that the arguments, without the name of the program, ask for, see
// [Command], until it is told to end (SIGTERM).
func Main(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("host: want a store's URL and a socket, not %q", args)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	return serve(ctx, args[1], args[2])
}

// serve opens the store, so that one that cannot be opened is noticed at once, and then
// a handle for each connection.
func serve(ctx context.Context, storeURL, socket string) error {
	first, err := openStore(ctx, storeURL)
	if err != nil {
		return err
	}
	defer first.close()
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err // of a process that was killed
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	for {
		connection, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		go serveOne(ctx, connection, storeURL)
	}
}

func serveOne(ctx context.Context, connection net.Conn, storeURL string) {
	store, err := openStore(ctx, storeURL)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		connection.Close()
		return
	}
	defer store.close()
	server := rpc.NewServer()
	if err := server.RegisterName(service, &Store{store}); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	server.ServeConn(connection)
}

// An opened is a handle on the store: of one object or the other.
type opened struct {
	object       string
	consensus    location.Consensus
	blob         location.Blob
	capabilities func() location.Capabilities
	close        func() error
}

func openStore(ctx context.Context, storeURL string) (opened, error) {
	if scheme, _, _ := strings.Cut(storeURL, ":"); scheme == "bolt" {
		c, err := bolt.OpenConsensus(ctx, storeURL)
		if err != nil {
			return opened{}, err
		}
		return opened{object: aConsensus, consensus: c, capabilities: c.Capabilities, close: c.Close}, nil
	}
	b, err := file.OpenBlob(ctx, storeURL)
	if err != nil {
		return opened{}, err
	}
	return opened{object: aBlob, blob: b, capabilities: b.Capabilities, close: b.Close}, nil
}

// A Store carries out what is asked on one connection.
type Store struct{ opened }

// Do carries out one operation. Its error is in the response. A caller that has given
// up does not end it.
func (s *Store) Do(q Request, r *Response) error {
	var err error
	switch {
	case q.Op == opDescribe:
		r.Object, r.Capabilities = s.object, s.capabilities()
	case s.consensus != nil:
		err = s.onConsensus(context.Background(), q, r)
	default:
		err = s.onBlob(context.Background(), q, r)
	}
	r.Failure = failureOf(err)
	return nil
}

func (s *Store) onConsensus(ctx context.Context, q Request, r *Response) (err error) {
	switch q.Op {
	case opHead:
		r.Head, r.Found, err = s.consensus.Head(ctx, q.Key)
	case opCompareAndSet:
		var expected *location.SeqNo
		if q.HasExpected {
			expected = &q.Expected
		}
		r.Result, err = s.consensus.CompareAndSet(ctx, q.Key, expected, q.New)
	case opScan:
		r.Versions, err = s.consensus.Scan(ctx, q.Key, q.Number, q.Limit)
	case opTruncate:
		r.Count, err = s.consensus.Truncate(ctx, q.Key, q.Number)
	case opListKeys:
		for key, failure := range s.consensus.ListKeys(ctx) {
			if err = failure; err == nil {
				r.Keys = append(r.Keys, key)
			}
		}
	default:
		return unknown(q.Op)
	}
	return err
}

func (s *Store) onBlob(ctx context.Context, q Request, r *Response) (err error) {
	switch q.Op {
	case opGet:
		r.Value, r.Found, err = s.blob.Get(ctx, q.Key)
	case opSet:
		err = s.blob.Set(ctx, q.Key, q.Value)
	case opDelete:
		r.Count, r.Found, err = s.blob.Delete(ctx, q.Key)
	case opRestore:
		err = s.blob.Restore(ctx, q.Key)
	case opList:
		for entry, failure := range s.blob.ListKeysAndMetadata(ctx, q.Key) {
			if err = failure; err == nil {
				r.Entries = append(r.Entries, entry)
			}
		}
	default:
		return unknown(q.Op)
	}
	return err
}

func unknown(op string) error {
	return location.NewDeterminate(fmt.Errorf("%s: the store is no such object: %w", op, location.ErrInvalidArgument))
}
