package serve

import (
	"cmp"
	"io"
	"io/fs"
	"path"
	"slices"
	"time"

	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify/certificate"
)

// An issued is what the first page says of a certificate.
type issued struct {
	Path      string // of its directory, in the store directory
	Page      string // of the certificate itself
	Badge     string
	Statement string
	Suite     string
	Made      time.Time
	Runs      int
	Left      int
	Problem   string // why it cannot be read

	seen version
}

// isCertificate reports whether a directory is that of a certificate.
func isCertificate(files fs.FS, dir string) bool {
	return isFile(files, path.Join(dir, certificate.File))
}

// newIssued reads a certificate. That its seal matches says that it is not damaged, and
// not that it is right: assay verify finds out.
func newIssued(files fs.FS, dir string) *issued {
	i := &issued{
		Path: dir, Page: path.Join(dir, certificate.PageFile), Badge: path.Join(dir, certificate.BadgeFile),
		seen: versionOf(files, path.Join(dir, certificate.File)),
	}
	c, err := readCertificate(files, path.Join(dir, certificate.File))
	if err != nil {
		i.Problem = results.OneLine(err)
		i.Made, _ = startOf(dir)
		return i
	}
	i.Statement, i.Suite, i.Made, i.Runs, i.Left = c.Statement, c.Suite.Name, c.Made, len(c.Runs), len(c.Left)
	return i
}

func readCertificate(files fs.FS, name string) (*certificate.Certificate, error) {
	file, err := openFile(files, name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxDescription))
	if err != nil {
		return nil, err
	}
	return certificate.Decode(text)
}

// newestFirst orders certificates.
func newestFirst(all []*issued) {
	slices.SortFunc(all, func(a, b *issued) int { return cmp.Or(b.Made.Compare(a.Made), cmp.Compare(a.Path, b.Path)) })
}
