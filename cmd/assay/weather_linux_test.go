package main

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// mountSmall mounts a file system of 4 MiB at dir, a quarter of it ballast.
func mountSmall(dir string) error {
	if err := unix.Mount("assay-test", dir, "tmpfs", 0, "size=4m"); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, 1<<20), 0o600)
}

func unmount(dir string) error { return unix.Unmount(dir, 0) }
