package servers_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/assay-dev/assay/backends/servers/serverstest"
)

func TestAnS3ServerKeepsItsObjectsAndItsAddressOverEveryEnd(t *testing.T) {
	s := serverstest.S3(t)
	bucket, key := "kept", "one"
	must(t, s.CreateBucket(t.Context(), bucket, true))
	body := strings.NewReader("1")
	if _, err := s.Client().PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: body}); err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func(context.Context) error{
		"stop":              s.Stop,
		"kill":              s.Kill,
		"stop while paused": func(ctx context.Context) error { return errors.Join(s.Pause(ctx), s.Stop(ctx)) },
	} {
		t.Run(name, func(t *testing.T) {
			must(t, end(t.Context()))
			if s.Running(t.Context()) == nil {
				t.Error("still running")
			}
			must(t, errors.Join(s.Start(t.Context()), s.WaitReady(t.Context())))
			if _, err := s.Client().HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: &key}); err != nil {
				t.Error(err)
			}
		})
	}
	if strings.Contains(s.Log(), "5Kt7") {
		t.Error("the server's log has the secret")
	}
}
