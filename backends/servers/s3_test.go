package servers

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func startS3(t *testing.T) *S3 {
	t.Helper()
	s, err := StartS3(t.Context())
	if errors.Is(err, ErrUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestAnS3ServerKeepsItsObjectsAndItsAddressOverEveryEnd(t *testing.T) {
	s := startS3(t)
	bucket, key := "kept", "one"
	if err := s.CreateBucket(t.Context(), bucket, true); err != nil {
		t.Fatal(err)
	}
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
			if err := end(t.Context()); err != nil {
				t.Fatal(err)
			}
			if s.Running(t.Context()) == nil {
				t.Error("still running")
			}
			if err := errors.Join(s.Start(t.Context()), s.WaitReady(t.Context())); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Client().HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: &key}); err != nil {
				t.Error(err)
			}
		})
	}
	if strings.Contains(s.Log(), "5Kt7") {
		t.Error("the server's log has the secret")
	}
}
