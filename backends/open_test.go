package backends

import (
	"context"
	"errors"
	"io"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-dev/assay/location"
)

func TestEveryEmbeddedStoreOpensFromItsURL(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	at := func(scheme, name string) string {
		return (&url.URL{Scheme: scheme, Path: filepath.Join(dir, name)}).String()
	}
	for _, rawURL := range []string{"mem:", "mem:name", at("bolt", "a b#?%")} {
		c, err := OpenConsensus(ctx, rawURL)
		if err != nil {
			t.Errorf("%s: %v", rawURL, err)
			continue
		}
		if _, found, err := c.Head(ctx, location.LivenessKey); found || err != nil {
			t.Errorf("%s: an empty store answers %t, %v", rawURL, found, err)
		}
		closeStore(t, c)
	}
	for _, rawURL := range []string{"mem:", "mem:name?restore=false", at("file", "c d#?%")} {
		b, err := OpenBlob(ctx, rawURL)
		if err != nil {
			t.Errorf("%s: %v", rawURL, err)
			continue
		}
		if _, found, err := b.Get(ctx, location.LivenessKey); found || err != nil {
			t.Errorf("%s: an empty store answers %t, %v", rawURL, found, err)
		}
		closeStore(t, b)
	}
}

func closeStore(t *testing.T, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestAURLThatOpensNothingIsExplained(t *testing.T) {
	openConsensus := func(rawURL string) error { _, err := OpenConsensus(context.Background(), rawURL); return err }
	openBlob := func(rawURL string) error { _, err := OpenBlob(context.Background(), rawURL); return err }
	for _, test := range []struct {
		open func(string) error
		url  string
		says []string
	}{
		{openConsensus, "etcd://host", []string{"unknown scheme", "etcd://host", "bolt:", "mem:"}},
		{openBlob, "etcd://me:hunter2@host", []string{"unknown scheme", "etcd://me:REDACTED@host", "file:", "mem:"}},
		{openBlob, "/just/a/path", []string{"unknown scheme", "/just/a/path", "file:"}},
		{openBlob, "", []string{"unknown scheme"}},
		{openConsensus, "file:///dir", []string{"file: opens the other object and no Consensus", "bolt:, "}},
		{openBlob, "bolt:///file", []string{"bolt: opens the other object and no Blob", "file:, "}},
		{openConsensus, "bolt:///f?nosync", []string{`unknown parameter "nosync"`, "known are sync"}},
		{openBlob, "file:///f?fsync=false", []string{`unknown parameter "fsync"`, "known are sync, restore"}},
		{openBlob, "file://relative/dir", []string{"write file:///absolute/directory"}},
		{openConsensus, "bolt:relative", []string{"write bolt:///absolute/file"}},
		{openBlob, "postgres://me:hunter/2@host/", []string{"cannot be parsed", "postgres:REDACTED"}},
	} {
		err := test.open(test.url)
		if !errors.Is(err, location.ErrInvalidArgument) {
			t.Errorf("%q: %v", test.url, err)
			continue
		}
		for _, say := range test.says {
			if !strings.Contains(err.Error(), say) {
				t.Errorf("%q: %v; it should say %q", test.url, err, say)
			}
		}
		if strings.Contains(err.Error(), "hunter") {
			t.Errorf("%q: the error gives the secret away: %v", test.url, err)
		}
	}
}

func TestAnErrorNamesOnlyStoresOfTheObject(t *testing.T) {
	_, err := OpenConsensus(context.Background(), "etcd://host")
	if strings.Contains(err.Error(), "file:") {
		t.Errorf("a Consensus is not kept in file:, but: %v", err)
	}
}
