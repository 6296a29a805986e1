package local

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/assay-dev/assay/backends/disk"
	"github.com/assay-dev/assay/backends/internal/params"
	"github.com/assay-dev/assay/backends/servers"
)

// parseDisk reads the parameter disk: whether the files of the server are on a disk
// that loses power and fails.
func parseDisk(query *params.Query) (onDisk bool, problem error) {
	value := query.String("disk", none)
	return value == "fuse", oneOf("disk", value, none, "fuse")
}

// HasDisk reports whether [Node.Disk] of the first server that rawURL asks for is
// not nil.
func HasDisk(rawURL string) bool {
	p, err := parse(rawURL)
	if err != nil {
		return false
	}
	switch p := p.(type) {
	case *postgresPlan:
		return p.onDisk
	case *embeddedPlan:
		return p.onDisk
	}
	return false
}

// onDisk puts the files of a server that does not run yet on a disk.
func onDisk(dir string) (*disk.Disk, error) {
	d, err := disk.New(dir)
	if errors.Is(err, disk.ErrUnavailable) {
		return nil, servers.Unavailable("a disk that loses power: %w", err)
	}
	return d, err
}

// keepMemoryOff moves what the processes of a Postgres share, which are files as well,
// out of its data directory: when a disk fails, memory does not.
func keepMemoryOff(data string) error {
	const name = "pg_dynshmem"
	memory := filepath.Join(filepath.Dir(data), name)
	return errors.Join(os.Rename(filepath.Join(data, name), memory), os.Symlink(memory, filepath.Join(data, name)))
}
