package certify_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/backends/servers/serverstest"
	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify"
	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/suite"
)

// shards carries out a suite in so many shares.
func shards(t *testing.T, text string, n int) (dirs []string, issued []*certificate.Certificate) {
	t.Helper()
	for i := range n {
		o := options(t, text)
		o.Shard = suite.Shard{Index: i, Count: n}
		issued = append(issued, run(t, o))
		dirs = append(dirs, o.Dir)
	}
	return dirs, issued
}

func TestShardsAreMergedIntoOneCertificate(t *testing.T) {
	dirs, issued := shards(t, small, 2)
	place := "file://" + t.TempDir()
	for i, dir := range dirs {
		if err := certify.Upload(t.Context(), dir, place, issued[i], t.Output()); err != nil {
			t.Fatal(err)
		}
	}
	for name, from := range map[string][]string{"directories": dirs, "a Blob": {place}} {
		into := filepath.Join(t.TempDir(), "merged")
		c, err := certify.Merge(t.Context(), into, from, t.Output())
		if err != nil {
			t.Errorf("from %s: %v", name, err)
			continue
		}
		if c.Verdict != checker.Valid || c.Shard != nil || len(c.Runs) != 8 || c.Statement != certificate.StatementStrict {
			t.Errorf("from %s: %s, %d runs, %s", name, c.Verdict, len(c.Runs), c.Statement)
		}
		if err := verify(into); err != nil {
			t.Errorf("from %s: %v", name, err)
		}
	}
}

func TestABucketTakesShardsAndGivesThemBack(t *testing.T) {
	server := serverstest.S3(t)
	if err := server.CreateBucket(t.Context(), "certificates", false); err != nil {
		t.Fatal(err)
	}
	place := server.URL("certificates", "nightly/monday")
	dirs, issued := shards(t, strings.Replace(small, "seeds: 2", "seeds: 1", 1), 2)
	for i, dir := range dirs {
		if err := certify.Upload(t.Context(), dir, place, issued[i], t.Output()); err != nil {
			t.Fatal(err)
		}
	}
	into := filepath.Join(t.TempDir(), "merged")
	c, err := certify.Merge(t.Context(), into, []string{place}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if c.Verdict != checker.Valid || len(c.Runs) != 4 {
		t.Errorf("%s, %q, %d runs", c.Verdict, c.Reasons, len(c.Runs))
	}
	if err := verify(into); err != nil {
		t.Error(err)
	}
}

func TestAPlaceThatTakesNothingIsAClearError(t *testing.T) {
	o := options(t, small)
	o.Budget = time.Nanosecond
	c := run(t, o)
	occupied := filepath.Join(t.TempDir(), "occupied")
	if err := os.WriteFile(occupied, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := certify.Upload(t.Context(), o.Dir, "file://"+occupied, c, t.Output()); err == nil {
		t.Error("a file takes an upload")
	}
	if err := certify.Upload(t.Context(), o.Dir, "gopher://x", c, t.Output()); !errors.Is(err, location.ErrInvalidArgument) {
		t.Errorf("an unknown scheme: %v", err)
	}
}

func TestShardsThatAreMissingTwiceOrForeignAreNamed(t *testing.T) {
	dirs, _ := shards(t, small, 3)
	whole := options(t, small)
	run(t, whole)
	foreign, _ := shards(t, strings.Replace(small, "1500", "1400", 1), 3)
	other, _ := shards(t, small, 2)
	for _, c := range []struct {
		from []string
		want string
	}{
		{dirs[:1], "missing is shard 1/3, 2/3"},
		{[]string{dirs[0], dirs[2]}, "missing is shard 1/3"},
		{[]string{dirs[0], dirs[1], dirs[2], dirs[1]}, "shard 1/3 is there twice"},
		{[]string{dirs[0], foreign[1], dirs[2]}, "demands something else"},
		{[]string{dirs[0], other[1]}, "is shard 1/2"},
		{[]string{whole.Dir}, "is of a whole suite"},
		{[]string{t.TempDir()}, "no certificate.json"},
	} {
		into := filepath.Join(t.TempDir(), "merged")
		_, err := certify.Merge(t.Context(), into, c.from, t.Output())
		if !errors.Is(err, certify.ErrShards) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, which lacks %q", err, c.want)
		}
		if _, err := os.Stat(into); err == nil {
			t.Errorf("%s: something was written", c.want)
		}
	}
}

func TestAFileOfAShardThatWasAlteredIsNotMerged(t *testing.T) {
	dirs, issued := shards(t, small, 2)
	path := filepath.Join(dirs[0], filepath.FromSlash(issued[0].Runs[0].Dir), results.HistoryFile)
	if err := os.WriteFile(path, []byte("something else"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := certify.Merge(t.Context(), filepath.Join(t.TempDir(), "merged"), dirs, t.Output())
	if err == nil || !strings.Contains(err.Error(), results.HistoryFile+" was altered") {
		t.Errorf("error %v", err)
	}
}
