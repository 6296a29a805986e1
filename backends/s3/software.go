package s3

import (
	"context"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Software returns what the server calls itself in its answers, empty when it does not.
func (b *Blob) Software(ctx context.Context) (string, error) {
	answer, err := b.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: b.bucket})
	if err != nil {
		return "", err
	}
	if raw, ok := awsmiddleware.GetRawResponse(answer.ResultMetadata).(*smithyhttp.Response); ok {
		return raw.Header.Get("Server"), nil
	}
	return "", nil
}
