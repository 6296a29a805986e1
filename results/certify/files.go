package certify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/suite"
)

// attempts is how often a file is put into a Blob, or taken out of one, before it is given
// up. Each failure is told. Both may be repeated: the content is the same each time.
const attempts = 4

// Upload puts a certificate, and all files that it rests on, into the Blob at rawURL; a
// shard's under a key of its own. The certificate comes last: whoever sees it sees all.
func Upload(ctx context.Context, dir, rawURL string, c *certificate.Certificate, progress io.Writer) error {
	blob, err := backends.OpenBlob(ctx, rawURL)
	if err != nil {
		return fmt.Errorf("--upload: %w", err)
	}
	defer blob.Close()
	names := append(filesOf(c), certificate.File)
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return fmt.Errorf("upload: %w", err)
		}
		key := path.Join(shardKey(c.Shard), name)
		if err := again(progress, "upload "+key, func() error { return blob.Set(ctx, key, content) }); err != nil {
			return err
		}
	}
	fmt.Fprintf(progress, "uploaded %d files to %s\n", len(names), backends.Redact(rawURL))
	return nil
}

// shardKey begins the keys of a shard's files.
func shardKey(s *suite.Shard) string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf("shard-%d-of-%d", s.Index, s.Count)
}

// filesOf names the files that a certificate rests on, and its other forms; with slashes.
func filesOf(c *certificate.Certificate) []string {
	var names []string
	for _, run := range c.Runs {
		names = append(names, path.Join(run.Dir, recordFile))
		for name := range run.Files {
			names = append(names, path.Join(run.Dir, name))
		}
	}
	for name := range c.Files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// again does something until it succeeds, a few times at most.
func again(progress io.Writer, what string, do func() error) error {
	var err error
	for n := 1; n <= attempts; n++ {
		if err = do(); err == nil || errors.Is(err, location.ErrInvalidArgument) {
			return err
		}
		fmt.Fprintf(progress, "%s: attempt %d of %d: %v\n", what, n, attempts, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// A source is where the files of shards are.
type source interface {
	io.Closer
	// names returns the names of all files, with slashes.
	names(ctx context.Context) ([]string, error)
	read(ctx context.Context, name string) ([]byte, error)
	String() string
}

// openSource opens a directory, or a Blob by its URL.
func openSource(ctx context.Context, from string, progress io.Writer) (source, error) {
	if scheme, _, found := strings.Cut(from, ":"); !found || len(scheme) < 2 {
		info, err := os.Stat(from)
		if err == nil && !info.IsDir() {
			err = fmt.Errorf("%s is no directory", from)
		}
		return directory(from), err
	}
	blob, err := backends.OpenBlob(ctx, from)
	if err != nil {
		return nil, err
	}
	return &bucket{blob, from, progress}, nil
}

// directory is a source of files.
type directory string

func (d directory) String() string { return string(d) }
func (d directory) Close() error   { return nil }

func (d directory) names(context.Context) ([]string, error) {
	var names []string
	err := fs.WalkDir(os.DirFS(string(d)), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

func (d directory) read(_ context.Context, name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(d), filepath.FromSlash(name)))
}

// bucket is a source in a Blob.
type bucket struct {
	backends.Blob
	url      string
	progress io.Writer
}

func (b *bucket) String() string { return backends.Redact(b.url) }

func (b *bucket) names(ctx context.Context) ([]string, error) {
	var names []string
	err := again(b.progress, "list "+b.String(), func() error {
		names = nil
		for entry, err := range b.ListKeysAndMetadata(ctx, "") {
			if err != nil {
				return err
			}
			names = append(names, entry.Key)
		}
		return nil
	})
	return names, err
}

func (b *bucket) read(ctx context.Context, name string) (content []byte, err error) {
	err = again(b.progress, "download "+name, func() error {
		var found bool
		if content, found, err = b.Get(ctx, name); err == nil && !found {
			err = fmt.Errorf("%s in %v: %w", name, b, fs.ErrNotExist)
		}
		return err
	})
	return content, err
}
