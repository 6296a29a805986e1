package serve_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/suite"
)

// certify leaves a certificate of nothing.
func certify(t *testing.T, dir, name string, day int) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	c := certificate.New(suite.Suite{Name: name}, suite.Shard{}, nil, time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC))
	if err := c.Save(dir); err != nil {
		t.Fatal(err)
	}
}

func TestCertificatesAreListedNewestFirst(t *testing.T) {
	store := t.TempDir()
	older, newer := filepath.Join(store, "quick", "20261101T000000Z"), filepath.Join(store, "mine "+evil)
	certify(t, older, "older", 1)
	certify(t, newer, evil, 2)
	put(t, filepath.Join(store, "damaged", certificate.File), "{"+evil)
	run := leave(t, filepath.Join(older, "runs"), 1, nil)
	s := open(t, store)

	_, _, body := ask(t, s, "/")
	if strings.Contains(body, evil) {
		t.Errorf("what a certificate says is markup:\n%s", body)
	}
	for _, wanted := range []string{"strictly linearizable", "suite older, 0 runs, 2026-11-01 00:00:00", ">damaged<", "1 of 1 runs", run} {
		if !strings.Contains(body, wanted) {
			t.Errorf("the page lacks %q:\n%s", wanted, body)
		}
	}
	if first, second := strings.Index(body, "2026-11-02 00"), strings.Index(body, "2026-11-01 00"); first < 0 || first > second {
		t.Errorf("the newer certificate stands at %d, the older one at %d", first, second)
	}
}

func TestTheFilesOfACertificateAreServedAndNothingBelow(t *testing.T) {
	store := t.TempDir()
	certify(t, filepath.Join(store, "quick"), "quick", 1)
	put(t, filepath.Join(store, "quick", "stores", "data"), "secret")
	put(t, filepath.Join(store, "quick", ".lock"), "secret")
	s := open(t, store)
	for path, want := range map[string]int{
		"/file/quick/" + certificate.PageFile:  200,
		"/file/quick/" + certificate.BadgeFile: 200,
		"/file/quick/" + certificate.File:      200,
		"/file/quick/stores/data":              404,
		"/file/quick/.lock":                    404,
	} {
		status, header, _ := ask(t, s, path)
		if status != want || status == 200 && !strings.HasPrefix(header.Get("Content-Security-Policy"), "sandbox ") {
			t.Errorf("%s: %d, want %d, in a sandbox: %q", path, status, want, header.Get("Content-Security-Policy"))
		}
	}
}

func TestACertificateMayLieInTheStoreDirectoryItselfAndBeReplaced(t *testing.T) {
	store := t.TempDir()
	certify(t, store, "before", 1)
	s := open(t, store)
	ask(t, s, "/")
	certify(t, store, "afterwards", 2)
	if _, _, body := ask(t, s, "/"); !strings.Contains(body, "suite afterwards") {
		t.Errorf("the page still has the old one:\n%s", body)
	}
	put(t, filepath.Join(store, "stores", "data"), "secret")
	for path, want := range map[string]int{"/file/" + certificate.PageFile: 200, "/file/stores/data": 404, "/file/": 404} {
		if status, _, _ := ask(t, s, path); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
}
