package serverstest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/containers"
)

// buildTimeout bounds how long the S3 server may take to start when it has to be built.
const buildTimeout = 8 * time.Minute

// S3 starts an S3 server for t: as a process, or in a container where only that works.
func S3(t testing.TB) *servers.S3 {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), buildTimeout)
	defer cancel()
	s, err := servers.StartS3(ctx)
	if err == nil {
		Register(t, s, s.Close)
		return s
	}
	if errors.Is(err, servers.ErrUnavailable) {
		s, remove, inContainer := containers.StartS3(ctx)
		if inContainer == nil {
			Register(t, s, remove)
			return s
		}
		err = errors.Join(err, inContainer)
	}
	Check(t, "s3", err)
	return nil
}

// S3InContainer starts an S3 server for t in a container.
func S3InContainer(t testing.TB) *servers.S3 {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), buildTimeout)
	defer cancel()
	s, remove, err := containers.StartS3(ctx)
	Check(t, "docker", err)
	Register(t, s, remove)
	return s
}
