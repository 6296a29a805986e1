package s3

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/logging"

	"github.com/assay-dev/assay/backends/internal/embedded"
	"github.com/assay-dev/assay/backends/internal/params"
	"github.com/assay-dev/assay/location"
)

// A Blob is a handle on objects below a prefix of a bucket.
type Blob struct {
	embedded.Handle
	client *s3.Client
	idle   interface{ CloseIdleConnections() }

	bucket    *string
	place     string
	flat      bool
	deletion  string
	versioned bool
	exact     bool // no two deletes claim the same value
}

var _ location.Blob = (*Blob)(nil)

// OpenBlob opens the Blob that rawURL names, in a bucket that exists.
func OpenBlob(ctx context.Context, rawURL string) (*Blob, error) {
	c, err := parse(rawURL)
	if err != nil {
		return nil, err
	}
	b := &Blob{bucket: &c.bucket, place: c.place, flat: c.flat, deletion: c.deletion}
	if err := b.connect(ctx, c); err != nil {
		b.Close()
		return nil, params.Scrub(fmt.Errorf("open bucket %q: %w", c.bucket, err), rawURL)
	}
	return b, nil
}

// manyConnections keeps a connection for each of many clients.
func manyConnections(t *http.Transport) { t.MaxIdleConns, t.MaxIdleConnsPerHost = 256, 256 }

func (b *Blob) connect(ctx context.Context, c *config) error {
	options := []func(*awsconfig.LoadOptions) error{
		awsconfig.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(manyConnections)),
		awsconfig.WithLogger(logging.Nop{}),
		awsconfig.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} }),
	}
	if c.region != "" {
		options = append(options, awsconfig.WithRegion(c.region))
	}
	if c.accessKey != "" {
		options = append(options, awsconfig.WithCredentialsProvider(
			credentials.NewStaticCredentialsProvider(c.accessKey, c.secretKey, "")))
	}
	if c.endpoint != "" {
		options = append(options, awsconfig.WithBaseEndpoint(c.endpoint),
			awsconfig.WithRequestChecksumCalculation(aws.RequestChecksumCalculationWhenRequired),
			awsconfig.WithResponseChecksumValidation(aws.ResponseChecksumValidationWhenRequired))
	}
	loaded, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return err
	}
	if loaded.Region == "" {
		return params.Invalid("s3: no region: set the parameter region, or AWS_REGION")
	}
	b.client = s3.NewFromConfig(loaded, func(o *s3.Options) {
		o.UsePathStyle = c.endpoint != ""
		// The client in its final form, to be closed with the handle.
		if builder, ok := o.HTTPClient.(*awshttp.BuildableClient); ok {
			o.HTTPClient = builder.Freeze()
		}
		b.idle, _ = o.HTTPClient.(interface{ CloseIdleConnections() })
	})
	return b.explore(ctx, c.versioning)
}

// explore finds out what the bucket can do.
func (b *Blob) explore(ctx context.Context, versioning string) error {
	b.versioned = versioning == "on"
	if versioning == "detect" {
		answer, err := b.client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: b.bucket})
		if err != nil {
			return fmt.Errorf("does it keep versions? Declare it with versioning=on or versioning=off: %w", err)
		}
		b.versioned = answer.Status == types.BucketVersioningStatusEnabled
	}
	switch {
	case b.deletion == byMarker && !b.versioned:
		return params.Invalid("s3: delete=marker needs a bucket that keeps versions")
	case b.deletion == "" && b.versioned:
		b.deletion = byMarker
	case b.deletion == "":
		b.deletion = byCondition
	}
	if b.deletion == byCondition {
		return b.tryCondition(ctx)
	}
	b.exact = b.deletion == byMarker
	_, err := b.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: b.bucket})
	return err
}

// tryCondition learns what a conditional delete of an object that is gone answers, with
// a name that belongs to no key.
func (b *Blob) tryCondition(ctx context.Context) error {
	_, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{
		Bucket:  b.bucket,
		Key:     aws.String(b.place + "%no-key"),
		IfMatch: aws.String(`"00000000000000000000000000000000"`),
	})
	b.exact = absent(err) || statusOf(err) == http.StatusPreconditionFailed
	if err != nil && !b.exact {
		return fmt.Errorf("does it delete on conditions? Do without, with delete=lookup: %w", err)
	}
	return nil
}

// Close gives the connections back. What is stored stays.
func (b *Blob) Close() error {
	if b.Handle.Close() && b.idle != nil {
		b.idle.CloseIdleConnections()
	}
	return nil
}

// Capabilities declares what the bucket and the parameters leave.
func (b *Blob) Capabilities() location.Capabilities {
	return location.Capabilities{
		MaxKeyBytes:   MaxKeyBytes,
		NoRestore:     !b.versioned,
		InexactDelete: !b.exact,
	}
}
