package containers_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/assay-dev/assay/backends/servers/serverstest"
)

func TestAnS3ServerInAContainerKeepsItsBucketsOverEveryEnd(t *testing.T) {
	s := serverstest.S3InContainer(t)
	bucket := "kept"
	must(t, s.CreateBucket(t.Context(), bucket, true))
	for name, end := range map[string]func(context.Context) error{"stop": s.Stop, "kill": s.Kill} {
		t.Run(name, func(t *testing.T) {
			must(t, end(t.Context()))
			if s.Running(t.Context()) == nil {
				t.Error("still running")
			}
			must(t, errors.Join(s.Start(t.Context()), s.WaitReady(t.Context())))
			_, err := s.Client().HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: &bucket})
			must(t, err)
		})
	}
}
