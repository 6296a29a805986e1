package hosted

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest"
)

// host serves the store at storeURL in this process until the test ends.
func host(t testing.TB, storeURL string) (rawURL string, end func()) {
	t.Helper()
	// Of its own, as a socket's name must be short.
	dir, err := os.MkdirTemp("", "hosted")
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "socket")
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- serve(ctx, storeURL, socket) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		os.RemoveAll(dir)
	})
	for {
		if connection, err := net.Dial("unix", socket); err == nil {
			connection.Close()
			return "hosted://" + socket, cancel
		}
		select {
		case err := <-served:
			t.Fatal(err)
		default:
		}
	}
}

// hosts hosts one store for each place.
func hosts(t *testing.T, scheme string) func(t testing.TB, place string) string {
	dir := t.TempDir()
	var mu sync.Mutex
	known := map[string]string{}
	return func(_ testing.TB, place string) string {
		mu.Lock()
		defer mu.Unlock()
		if known[place] == "" {
			// Without syncs: how the store keeps its values is not what is tested here.
			known[place], _ = host(t, scheme+"://"+filepath.Join(dir, place)+"?sync=false")
		}
		return known[place]
	}
}

func TestConsensusKeepsTheContract(t *testing.T) {
	hosts := hosts(t, "bolt")
	locationtest.TestConsensus(t, func(t testing.TB, place string) location.Consensus {
		c, err := OpenConsensus(context.Background(), hosts(t, place))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}, location.Capabilities{MaxKeyBytes: 4096})
}

func TestBlobKeepsTheContract(t *testing.T) {
	hosts := hosts(t, "file")
	locationtest.TestBlob(t, func(t testing.TB, place string) location.Blob {
		b, err := OpenBlob(context.Background(), hosts(t, place))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { b.Close() })
		if b.Capabilities().MaxKeyBytes == 0 {
			t.Error("what the store declares is lost")
		}
		return b
	}, location.Capabilities{MaxKeyBytes: 1024})
}

func TestNothingIsSentWhereNobodyListens(t *testing.T) {
	_, err := OpenConsensus(t.Context(), "hosted://"+t.TempDir()+"/socket")
	if location.Classify(err) != location.Determinate || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("opening: %v", err)
	}
}

func TestACallerThatGivesUpIsToldAtOnceAndTheNextOneIsAnswered(t *testing.T) {
	rawURL, _ := host(t, "bolt://"+t.TempDir()+"/db")
	c, err := OpenConsensus(t.Context(), rawURL)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.send(ctx, Request{Op: opHead, Key: "k"}); !errors.Is(err, context.Canceled) && err != nil {
		t.Errorf("head: %v", err)
	}
	if _, found, err := c.Head(t.Context(), "k"); found || err != nil {
		t.Errorf("head: %t, %v", found, err)
	}
}

func TestAStoreIsOpenedAsTheObjectThatItIs(t *testing.T) {
	rawURL, _ := host(t, "bolt://"+t.TempDir()+"/db")
	if _, err := OpenBlob(t.Context(), rawURL); !errors.Is(err, location.ErrInvalidArgument) || !strings.Contains(err.Error(), "it is a Consensus and no Blob") {
		t.Errorf("%v", err)
	}
	if err := Ping(t.Context(), rawURL); err != nil {
		t.Error(err)
	}
}

func TestURLsThatCannotBeRightAreRefused(t *testing.T) {
	for _, rawURL := range []string{"hosted:", "hosted://host/socket", "hosted:///socket?sync=false"} {
		if _, err := OpenBlob(t.Context(), rawURL); !errors.Is(err, location.ErrInvalidArgument) {
			t.Errorf("%s: %v", rawURL, err)
		}
	}
}
