package local

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"

	"github.com/assay-dev/assay/backends/disk"
	"github.com/assay-dev/assay/backends/hosted"
	"github.com/assay-dev/assay/location"
)

// set writes a value and fails the test when it cannot.
func set(t *testing.T, b location.Blob, value string) {
	t.Helper()
	if err := b.Set(t.Context(), "k", []byte(value)); err != nil {
		t.Fatal(err)
	}
}

func TestAnEmbeddedStoreKeepsWhatItHasOverTheEndOfItsProcess(t *testing.T) {
	for _, rawURL := range []string{"local:file", "local:file?disk=fuse&restore=false"} {
		t.Run(rawURL, func(t *testing.T) {
			s := start(t, rawURL, "fuse")
			b, err := hosted.OpenBlob(t.Context(), s.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			set(t, b, "kept")
			node := s.Node("file")
			if err := node.Kill(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := node.Probe(t.Context()); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("a dead process answers %v", err)
			}
			if _, _, err := b.Get(t.Context(), "k"); err == nil {
				t.Error("the handle answers for a dead process")
			}
			if err := errors.Join(node.Start(t.Context()), node.WaitReady(t.Context())); err != nil {
				t.Fatal(err)
			}
			if value, _, err := b.Get(t.Context(), "k"); string(value) != "kept" || err != nil {
				t.Errorf("it has %q, %v", value, err)
			}
			if noRestore := b.Capabilities().NoRestore; noRestore != strings.Contains(rawURL, "restore=false") || HasDisk(rawURL) != (node.Disk != nil) {
				t.Errorf("restores nothing: %t, disk: %v", noRestore, node.Disk)
			}
		})
	}
}

func TestWithoutSyncsALossOfPowerTakesWhatWasAcknowledged(t *testing.T) {
	for rawURL, want := range map[string]string{"local:file?disk=fuse": "new", "local:file?disk=fuse&sync=false": "old"} {
		s := start(t, rawURL, "fuse")
		b, err := hosted.OpenBlob(t.Context(), s.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		node := s.Node("")
		set(t, b, "old")
		if err := node.Disk.WriteBack(); err != nil {
			t.Fatal(err)
		}
		set(t, b, "new")
		crash(t, node, nil)
		if _, _, err := b.Get(t.Context(), "k"); err == nil {
			t.Error("the connection outlived the process")
		}
		if value, _, err := b.Get(t.Context(), "k"); string(value) != want || err != nil {
			t.Errorf("%s: it has %q, %v, want %q", rawURL, value, err, want)
		}
	}
}

// crash lets the power go, if it is not gone, and starts the server on what is left.
func crash(t *testing.T, node *Node, draw *rand.Rand) {
	t.Helper()
	if _, err := node.Disk.Crash(t.Context(), node.Kill, draw); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(node.Start(t.Context()), node.WaitReady(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func TestACommitWhoseLastSyncFailsIsShownWhenItIsDurable(t *testing.T) {
	s := start(t, "local:bolt?disk=fuse", "fuse")
	node := s.Node("")
	c := openConsensus(t, s.URL)
	if err := commit(c, 0, 1); err != nil {
		t.Fatal(err)
	}
	// The first sync is of the pages, the second one makes them those that count.
	node.Disk.Fail(disk.Sync, syscall.EIO, 1, 1)
	if err := commit(c, 1, 2); location.Classify(err) != location.Indeterminate || err == nil || node.Disk.Mend(disk.Sync) != 1 {
		t.Fatalf("the commit whose sync failed: %v", err)
	}
	seen, _, err := c.Head(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	crash(t, node, nil)
	if head, _, err := openConsensus(t, s.URL).Head(t.Context(), "k"); head.SeqNo != seen.SeqNo || err != nil {
		t.Errorf("head %v was seen, and after the loss of power it is %v, %v", seen.SeqNo, head.SeqNo, err)
	}
}

// openConsensus opens a handle that the test closes.
func openConsensus(t *testing.T, rawURL string) hosted.Consensus {
	t.Helper()
	c, err := hosted.OpenConsensus(t.Context(), rawURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// commit moves the key k from one version, 0 for none, to the next.
func commit(c hosted.Consensus, from, to location.SeqNo) error {
	expected := &from
	if from == 0 {
		expected = nil
	}
	result, err := c.CompareAndSet(context.Background(), "k", expected, location.VersionedData{SeqNo: to})
	if err == nil && result != location.Committed {
		return fmt.Errorf("from %v to %v: %v", from, to, result)
	}
	return err
}

// lastCommit commits until it fails, and returns the last version that was acknowledged.
func lastCommit(c hosted.Consensus, from location.SeqNo, most int) location.SeqNo {
	for range most {
		if commit(c, from, from+1) != nil {
			break
		}
		from++
	}
	return from
}

func TestWhereverThePowerGoesNoCommitIsLost(t *testing.T) {
	s := start(t, "local:bolt?disk=fuse", "fuse")
	node, random := s.Node(""), rand.New(rand.NewPCG(1, 2))
	acknowledged := location.SeqNo(0)
	for n := 1; n <= 24; n++ {
		draw := random
		if n%2 == 0 {
			draw = nil // keeps nothing
		}
		gone := node.Disk.PowerOffAt(n)
		acknowledged = lastCommit(openConsensus(t, s.URL), acknowledged, n)
		<-gone
		crash(t, node, draw)
		head, found, err := openConsensus(t, s.URL).Head(t.Context(), "k")
		if err != nil || found != (head.SeqNo > 0) || head.SeqNo < acknowledged || head.SeqNo > acknowledged+1 {
			t.Fatalf("at change %d: v%d was acknowledged, and the head is %v, %v", n, acknowledged, head.SeqNo, err)
		}
		acknowledged = head.SeqNo
	}
}

// setUntilItFails sets ever longer values, and deletes and restores each. It returns how
// long the value is that was acknowledged last, 0 for none, and what the operation that
// failed would have made of that.
func setUntilItFails(b hosted.Blob, present, longest int) (acknowledged, underWay int) {
	ctx := context.Background()
	for {
		longest++
		if b.Set(ctx, "k", make([]byte, longest)) != nil {
			return present, longest
		}
		if _, _, err := b.Delete(ctx, "k"); err != nil {
			return longest, 0
		}
		if b.Restore(ctx, "k") != nil {
			return 0, longest
		}
		present = longest
	}
}

func TestWhereverThePowerGoesNoValueIsLost(t *testing.T) {
	s := start(t, "local:file?disk=fuse", "fuse")
	node, random := s.Node(""), rand.New(rand.NewPCG(1, 2))
	present, longest := 0, 0
	for n := 1; n <= 40; n++ {
		draw := random
		if n%2 == 0 {
			draw = nil // keeps nothing
		}
		gone := node.Disk.PowerOffAt(n)
		acknowledged, underWay := present, present
		if b, err := hosted.OpenBlob(t.Context(), s.URL); err == nil {
			acknowledged, underWay = setUntilItFails(b, present, longest)
			b.Close()
		}
		<-gone
		crash(t, node, draw)
		b, err := hosted.OpenBlob(t.Context(), s.URL)
		if err != nil {
			t.Fatal(err)
		}
		value, _, err := b.Get(t.Context(), "k")
		if present = len(value); err != nil || present != acknowledged && present != underWay {
			t.Fatalf("at change %d: %d bytes were acknowledged, %d under way, and there are %d, %v", n, acknowledged, underWay, present, err)
		}
		longest = max(longest, acknowledged, underWay)
		b.Close()
	}
}
