package s3

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"
)

const (
	// partBytes is the size of a part of an upload, and the largest value that needs none.
	partBytes = 8 << 20
	// concurrentParts is how many parts of a value are under way at once.
	concurrentParts = 4
	// abortTimeout bounds what is done for an upload that failed.
	abortTimeout = 5 * time.Second
)

// upload sets a large value in parts. Nothing of them is seen until the upload is
// completed; all of them is then.
func (b *Blob) upload(ctx context.Context, key string, value []byte) error {
	name := aws.String(b.nameOf(key))
	created, err := b.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: b.bucket, Key: name})
	if err != nil {
		return failed("set", key, err)
	}
	parts, err := b.sendParts(ctx, name, created.UploadId, value)
	if err == nil {
		_, err = b.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
			Bucket: b.bucket, Key: name, UploadId: created.UploadId,
			MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
		})
	}
	if err != nil {
		err = failed("set", key, err)
		b.abort(ctx, name, created.UploadId)
	}
	return err
}

func (b *Blob) sendParts(ctx context.Context, name, upload *string, value []byte) ([]types.CompletedPart, error) {
	parts := make([]types.CompletedPart, (len(value)+partBytes-1)/partBytes)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(concurrentParts)
	for i := range parts {
		number := aws.Int32(int32(i + 1))
		body := value[i*partBytes : min((i+1)*partBytes, len(value))]
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err // another part has failed
			}
			sent, err := b.client.UploadPart(ctx, &s3.UploadPartInput{
				Bucket: b.bucket, Key: name, UploadId: upload, PartNumber: number, Body: bytes.NewReader(body),
			})
			if err != nil {
				return err
			}
			if sent.ETag == nil {
				return errors.New("the server gave a part no entity tag")
			}
			parts[i] = types.CompletedPart{
				PartNumber: number, ETag: sent.ETag,
				ChecksumCRC32: sent.ChecksumCRC32, ChecksumCRC32C: sent.ChecksumCRC32C, ChecksumCRC64NVME: sent.ChecksumCRC64NVME,
				ChecksumSHA1: sent.ChecksumSHA1, ChecksumSHA256: sent.ChecksumSHA256,
			}
			return nil
		})
	}
	return parts, group.Wait()
}

// abort frees what the server keeps of an upload. Where that fails, it keeps it, and
// the key is none the worse for it.
func (b *Blob) abort(ctx context.Context, name, upload *string) {
	// Also when the caller has given up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	b.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: b.bucket, Key: name, UploadId: upload})
}
