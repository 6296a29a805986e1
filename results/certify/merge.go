package certify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/suite"
)

// ErrShards: what is to be merged is not each shard of one suite, once.
var ErrShards = errors.New("these are not the shards of one suite")

// A shard is a share of a matrix that was carried out somewhere.
type shard struct {
	*certificate.Certificate
	from source
	at   string // where in it the certificate is
}

func (s shard) String() string {
	if s.at == "." {
		return s.from.String()
	}
	return s.from.String() + "/" + s.at
}

// Merge makes one certificate of those of all shards, in dir, where it copies the files that
// they rest on. Each source is a directory or the URL of a Blob, with one shard or several
// in it. Shards that are missing or there twice are an error that names them.
func Merge(ctx context.Context, dir string, from []string, progress io.Writer) (*certificate.Certificate, error) {
	var shards []shard
	for _, name := range from {
		src, err := openSource(ctx, name, progress)
		if err != nil {
			return nil, fmt.Errorf("--merge: %w", err)
		}
		defer src.Close()
		found, err := shardsIn(ctx, src)
		if err != nil {
			return nil, err
		}
		shards = append(shards, found...)
	}
	if err := complete(shards); err != nil {
		return nil, err
	}
	demanded := &shards[0].Suite
	unlock, err := occupy(dir, demanded)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var runs []certificate.Run
	for _, s := range shards {
		if err := s.copyTo(ctx, dir); err != nil {
			return nil, err
		}
		runs = append(runs, s.Runs...)
		fmt.Fprintf(progress, "shard %v: %d runs from %v\n", *s.Shard, len(s.Runs), s)
	}
	c := certificate.New(*demanded, suite.Shard{}, runs, time.Now())
	return c, c.Save(dir)
}

// shardsIn finds the certificates of shards in a source.
func shardsIn(ctx context.Context, from source) ([]shard, error) {
	names, err := from.names(ctx)
	if err != nil {
		return nil, err
	}
	var shards []shard
	for _, name := range names {
		if path.Base(name) != certificate.File {
			continue
		}
		text, err := from.read(ctx, name)
		if err != nil {
			return nil, err
		}
		c, err := certificate.Decode(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path.Join(from.String(), name), err)
		}
		shards = append(shards, shard{c, from, path.Dir(name)})
	}
	if len(shards) == 0 {
		return nil, fmt.Errorf("no %s in %v: %w", certificate.File, from, ErrShards)
	}
	return shards, nil
}

// complete finds shards that are missing, there twice, or of something else.
func complete(shards []shard) error {
	first := shards[0]
	by := map[int]shard{}
	for _, s := range shards {
		switch {
		case s.Shard == nil:
			return fmt.Errorf("%v is of a whole suite: %w", s, ErrShards)
		case s.SuiteSum != first.SuiteSum:
			return fmt.Errorf("%v is of suite %q and %v of suite %q as it demands something else: %w", first, first.Suite.Name, s, s.Suite.Name, ErrShards)
		case s.Shard.Count != first.Shard.Count:
			return fmt.Errorf("%v is shard %v and %v is shard %v: %w", first, first.Shard, s, s.Shard, ErrShards)
		}
		if other, twice := by[s.Shard.Index]; twice {
			return fmt.Errorf("shard %v is there twice, in %v and in %v: %w", s.Shard, other, s, ErrShards)
		}
		by[s.Shard.Index] = s
	}
	var missing []string
	for i := range first.Shard.Count {
		if _, there := by[i]; !there {
			missing = append(missing, suite.Shard{Index: i, Count: first.Shard.Count}.String())
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("missing is shard %s: %w", strings.Join(missing, ", "), ErrShards)
	}
	return nil
}

// copyTo copies the files of the shard's runs, and finds those that are not what its
// certificate says.
func (s shard) copyTo(ctx context.Context, dir string) error {
	for _, run := range s.Runs {
		if !filepath.IsLocal(filepath.FromSlash(run.Dir)) {
			return fmt.Errorf("%v: run %s is outside of its directory: %w", s, run.ID, ErrShards)
		}
		into := filepath.Join(dir, filepath.FromSlash(run.Dir))
		if err := os.MkdirAll(into, 0o755); err != nil {
			return err
		}
		for _, name := range append(slices.Sorted(maps.Keys(run.Files)), recordFile) {
			content, err := s.from.read(ctx, path.Join(s.at, run.Dir, name))
			if err != nil {
				return err
			}
			if sum := run.Files[name]; sum != "" && certificate.Sum(content) != sum {
				return fmt.Errorf("%v: %s was altered: its SHA-256 is not that of the certificate", s, path.Join(run.Dir, name))
			}
			if err := os.WriteFile(filepath.Join(into, name), content, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}
