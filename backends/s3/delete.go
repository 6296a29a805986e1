package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/assay-dev/assay/location"
)

// Delete implements [location.Blob].
func (b *Blob) Delete(ctx context.Context, key string) (int64, bool, error) {
	if err := b.Start(ctx, "delete", key, MaxKeyBytes); err != nil {
		return 0, false, err
	}
	if b.deletion == byMarker {
		return b.mark(ctx, key)
	}
	return b.lookUpAndRemove(ctx, key)
}

// lookUpAndRemove removes the object that it has looked up, or, with delete=lookup,
// whatever is there by then.
func (b *Blob) lookUpAndRemove(ctx context.Context, key string) (int64, bool, error) {
	found, err := b.head(ctx, "delete", key)
	if err != nil || found == nil {
		return 0, false, err
	}
	request := &s3.DeleteObjectInput{Bucket: b.bucket, Key: aws.String(b.nameOf(key))}
	if b.deletion == byCondition {
		if found.ETag == nil {
			return 0, false, location.NewDeterminate(fmt.Errorf("delete %q: the object has no entity tag; open the store with delete=lookup", key))
		}
		request.IfMatch = found.ETag
	}
	_, err = b.client.DeleteObject(ctx, request)
	switch {
	case err == nil:
		return aws.ToInt64(found.ContentLength), true, nil
	case absent(err):
		return 0, false, nil
	case b.deletion == byCondition && statusOf(err) == http.StatusPreconditionFailed:
		return b.afterRefusal(ctx, key, err)
	}
	return 0, false, failed("delete", key, err)
}

// afterRefusal answers a delete whose condition did not hold, so that it removed
// nothing: when the object is gone, that is the answer.
func (b *Blob) afterRefusal(ctx context.Context, key string, refusal error) (int64, bool, error) {
	found, err := b.head(ctx, "delete", key)
	if err == nil && found == nil {
		return 0, false, nil
	}
	return 0, false, location.NewDeterminate(fmt.Errorf("delete %q: the value was replaced meanwhile, nothing was removed: %w", key, refusal))
}

// head looks an object up for an operation that has not begun; nil when there is none.
func (b *Blob) head(ctx context.Context, op, key string) (*s3.HeadObjectOutput, error) {
	found, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: b.bucket, Key: aws.String(b.nameOf(key))})
	if absent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, unbegun(op, key, err)
	}
	return found, nil
}

// mark puts a delete marker on top of the key's versions, and finds out what it covers.
func (b *Blob) mark(ctx context.Context, key string) (int64, bool, error) {
	done, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: b.bucket, Key: aws.String(b.nameOf(key))})
	if err != nil {
		return 0, false, failed("delete", key, err)
	}
	if done.VersionId == nil {
		return 0, false, nil // there never was a version to be covered
	}
	covered, err := b.below(ctx, key, *done.VersionId)
	if err != nil {
		return 0, false, begun("delete", key, err)
	}
	if covered == nil || covered.isMarker {
		return 0, false, nil
	}
	return covered.size, true, nil
}

var errMarkerGone = errors.New("its delete marker is gone again, and with it what it covered")

// below returns what is right below a delete marker, which has to be there before and
// after the look: below one that is not, servers show whatever they like.
func (b *Blob) below(ctx context.Context, key, marker string) (*version, error) {
	if err := b.find(ctx, key, marker); err != nil {
		return nil, err
	}
	covered, err := b.versionAt(ctx, key, marker)
	if err != nil {
		return nil, err
	}
	return covered, b.find(ctx, key, marker)
}

// find returns nil when the marker is among the key's versions.
func (b *Blob) find(ctx context.Context, key, marker string) error {
	above := ""
	for {
		v, err := b.versionAt(ctx, key, above)
		switch {
		case err != nil:
			return err
		case v == nil:
			return errMarkerGone
		case v.id == marker:
			return nil
		}
		above = v.id
	}
}
