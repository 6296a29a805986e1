package s3

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/assay-dev/assay/location"
)

// A version is a value of a key or a delete marker.
type version struct {
	id       string
	isMarker bool
	size     int64 // in bytes
}

// versionAt returns the newest version of a key, or the one right below the version
// with an id; nil when there is none. A listing tells values and markers in separate
// lists, which hides their order; one by one it is plain.
func (b *Blob) versionAt(ctx context.Context, key string, below string) (*version, error) {
	found, err := b.versionsAt(ctx, key, below, 1)
	if err == nil && len(found) == 1 && found[0].id == below {
		// versitygw repeats the newest version in the listing of what is below it.
		found, err = b.versionsAt(ctx, key, below, 2)
		found = slices.DeleteFunc(found, func(v version) bool { return v.id == below })
	}
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func (b *Blob) versionsAt(ctx context.Context, key string, below string, limit int32) ([]version, error) {
	name := b.nameOf(key)
	request := &s3.ListObjectVersionsInput{Bucket: b.bucket, Prefix: &name, MaxKeys: &limit}
	if below != "" {
		request.KeyMarker, request.VersionIdMarker = &name, &below
	}
	page, err := b.client.ListObjectVersions(ctx, request)
	if err != nil {
		return nil, err
	}
	// What follows the last version of a key is the first of the next.
	var found []version
	for _, v := range page.Versions {
		if aws.ToString(v.Key) == name {
			found = append(found, version{id: aws.ToString(v.VersionId), size: aws.ToInt64(v.Size)})
		}
	}
	for _, m := range page.DeleteMarkers {
		if aws.ToString(m.Key) == name {
			found = append(found, version{id: aws.ToString(m.VersionId), isMarker: true})
		}
	}
	return found, nil
}

// Restore implements [location.Blob].
func (b *Blob) Restore(ctx context.Context, key string) error {
	if err := b.Start(ctx, "restore", key, MaxKeyBytes); err != nil {
		return err
	}
	if b.versioned {
		return b.unmark(ctx, key)
	}
	found, err := b.head(ctx, "restore", key)
	if err == nil && found == nil {
		err = location.RefuseRestore(key)
	}
	return err
}

// unmark removes delete markers until there is a value on top, or nothing. Others may
// put new ones on meanwhile.
func (b *Blob) unmark(ctx context.Context, key string) error {
	lookUp, remove := unbegun, failed
	for {
		top, err := b.versionAt(ctx, key, "")
		switch {
		case err != nil:
			return lookUp("restore", key, err)
		case top == nil:
			return location.RefuseRestore(key)
		case !top.isMarker:
			return nil
		}
		_, err = b.client.DeleteObject(ctx, &s3.DeleteObjectInput{
			Bucket: b.bucket, Key: aws.String(b.nameOf(key)), VersionId: &top.id,
		})
		if err != nil {
			return remove("restore", key, err)
		}
		lookUp, remove = begun, begun
	}
}
