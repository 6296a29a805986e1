package s3

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/assay-dev/assay/location"
)

// Get implements [location.Blob].
func (b *Blob) Get(ctx context.Context, key string) ([]byte, bool, error) {
	if err := b.Start(ctx, "get", key, MaxKeyBytes); err != nil {
		return nil, false, err
	}
	answer, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: b.bucket, Key: aws.String(b.nameOf(key))})
	if absent(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, failed("get", key, err)
	}
	defer answer.Body.Close()
	value, err := readAll(answer)
	if err != nil {
		return nil, false, failed("get", key, err)
	}
	return value, true, nil
}

// readAll reads an object to its end, which the connection may not reach.
func readAll(answer *s3.GetObjectOutput) ([]byte, error) {
	if answer.ContentLength == nil {
		return io.ReadAll(answer.Body)
	}
	value := make([]byte, *answer.ContentLength)
	if _, err := io.ReadFull(answer.Body, value); err != nil {
		return nil, err
	}
	// Beyond the last byte, a checksum that came along is compared.
	_, err := answer.Body.Read(make([]byte, 1))
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return value, err
}

// Set implements [location.Blob].
func (b *Blob) Set(ctx context.Context, key string, value []byte) error {
	if err := b.Start(ctx, "set", key, MaxKeyBytes); err != nil {
		return err
	}
	// A request that is given up may be read from for a moment longer, while the caller
	// changes the value already.
	value = bytes.Clone(value)
	if len(value) > partBytes {
		return b.upload(ctx, key, value)
	}
	_, err := b.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: b.bucket,
		Key:    aws.String(b.nameOf(key)),
		Body:   bytes.NewReader(value),
	})
	if err != nil {
		return failed("set", key, err)
	}
	return nil
}

// ListKeysAndMetadata implements [location.Blob].
func (b *Blob) ListKeysAndMetadata(ctx context.Context, prefix string) iter.Seq2[location.BlobMetadata, error] {
	return func(yield func(location.BlobMetadata, error) bool) {
		if err := b.StartListing(ctx, "list", prefix); err != nil {
			yield(location.BlobMetadata{}, err)
			return
		}
		request := &s3.ListObjectsV2Input{Bucket: b.bucket, Prefix: aws.String(b.namePrefix(prefix))}
		for {
			page, err := b.client.ListObjectsV2(ctx, request)
			if err != nil {
				yield(location.BlobMetadata{}, failed("list", prefix, err))
				return
			}
			for _, object := range page.Contents {
				key, ours := b.keyOf(aws.ToString(object.Key))
				if !ours || !strings.HasPrefix(key, prefix) {
					continue
				}
				if !yield(location.BlobMetadata{Key: key, Size: aws.ToInt64(object.Size)}, nil) {
					return
				}
			}
			if !aws.ToBool(page.IsTruncated) {
				return
			}
			if aws.ToString(page.NextContinuationToken) == "" {
				yield(location.BlobMetadata{}, failed("list", prefix, errors.New("the server does not say where the next page begins")))
				return
			}
			request.ContinuationToken = page.NextContinuationToken
		}
	}
}
