package local

import (
	"errors"
	"strings"
	"syscall"
	"testing"

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
		if _, err := node.Disk.Crash(t.Context(), node.Kill, nil); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(node.Start(t.Context()), node.WaitReady(t.Context())); err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.Get(t.Context(), "k"); err == nil {
			t.Error("the connection outlived the process")
		}
		if value, _, err := b.Get(t.Context(), "k"); string(value) != want || err != nil {
			t.Errorf("%s: it has %q, %v, want %q", rawURL, value, err, want)
		}
	}
}
