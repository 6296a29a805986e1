package local

import (
	"context"
	"errors"
	"net/url"

	"github.com/assay-dev/assay/backends/internal/params"
	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/containers"
)

// bucket is the one that the store is in.
const bucket = "assay"

// An s3Plan is what the parameters of local:s3 ask for.
type s3Plan struct {
	store     url.Values // what the store itself understands
	versioned bool
	container bool
}

// parseS3 reads the parameters of local:s3.
func parseS3(query *params.Query) (*s3Plan, error) {
	p := &s3Plan{versioned: query.Bool("versioning", false), store: url.Values{}}
	if value := query.String("delete", ""); value != "" {
		p.store.Set("delete", value)
	}
	p.container = query.Bool("container", false)
	if err := query.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *s3Plan) start(ctx context.Context, s *Server) error {
	server, err := p.startServer(ctx, s)
	if err != nil {
		return err
	}
	if err := server.CreateBucket(ctx, bucket, p.versioned); err != nil {
		return err
	}
	s.URL, err = extended(server.URL(bucket, ""), p.store)
	return err
}

func (p *s3Plan) startServer(ctx context.Context, s *Server) (*servers.S3, error) {
	if p.container {
		server, remove, err := containers.StartS3(ctx)
		if err == nil {
			s.add("s3", server, remove)
		}
		return server, err
	}
	server, err := servers.StartS3(ctx)
	if err == nil {
		s.add("s3", server, func(ctx context.Context) error {
			// Asked to stop, it sometimes waits for clients that are gone. Nothing of it is kept.
			return errors.Join(server.Kill(ctx), server.Close(ctx))
		})
	}
	return server, err
}
