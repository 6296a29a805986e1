package local

import (
	"context"
	"errors"
	"net/url"

	"github.com/assay-dev/assay/backends/internal/params"
	"github.com/assay-dev/assay/backends/servers"
)

// bucket is the one that the store is in.
const bucket = "assay"

// parseS3 reads the parameters of local:s3.
func parseS3(query *params.Query) (plan, error) {
	versioned := query.Bool("versioning", false)
	store := url.Values{}
	if value := query.String("delete", ""); value != "" {
		store.Set("delete", value)
	}
	if err := query.Err(); err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *Server) error {
		server, err := servers.StartS3(ctx)
		if err != nil {
			return err
		}
		s.parts = append(s.parts, part{instance: server, end: func(ctx context.Context) error {
			// Asked to stop, it sometimes waits for clients that are gone. Nothing of it is kept.
			return errors.Join(server.Kill(ctx), server.Close(ctx))
		}})
		if err := server.CreateBucket(ctx, bucket, versioned); err != nil {
			return err
		}
		s.URL, err = extended(server.URL(bucket, ""), store)
		return err
	}, nil
}
